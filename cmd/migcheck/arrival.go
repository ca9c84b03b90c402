package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"migcheck/cmd/internal/act"
	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/rules"
)

// whereabouts asks both hosts where the guest is, until no job is under way. A
// host whose connection was lost is logged in to anew.
func (t *turn) whereabouts(ctx context.Context, failed bool) act.Ruling {
	w := act.Whereabouts{Guest: t.plan.Guest.Name, Before: t.order.Before, ToKnew: t.order.ToKnew, Moves: t.order.Has("VIR_MIGRATE_UNDEFINE_SOURCE")}
	settle, cancel := context.WithTimeout(ctx, patient)
	defer cancel()
	defer t.mover.waiting("asking both hosts where " + w.Guest + " is")()
	for {
		w.From, w.To = t.place(settle, t.order.From), t.place(settle, t.order.To)
		if !failed || w.From.Known && w.To.Known && w.From.Job == "" && w.To.Job == "" {
			return w.Rule()
		}
		select {
		case <-settle.Done():
			return w.Rule()
		case <-time.After(askAgain):
		}
	}
}

// askAgain is how long a host that did not answer is left alone.
const askAgain = 2 * time.Second

// place asks one host, over what is open or else anew.
func (t *turn) place(ctx context.Context, host string) act.Place {
	var p act.Place
	for try := range 2 {
		conn, err := t.mover.hold.Libvirt(ctx, host)
		if err != nil {
			p = act.Place{Host: host, Why: err.Error()}
		} else if p = act.Look(ctx, conn, host, t.order.UUID); p.Known {
			t.reconnected(host)
			return p
		}
		if try == 0 {
			t.mover.hold.Reconnect(host, conn)
		}
	}
	return p
}

// reconnected keeps the connection that answered.
func (t *turn) reconnected(host string) {
	conn, err := t.mover.hold.Libvirt(context.Background(), host)
	switch {
	case err != nil:
	case host == t.order.From:
		t.way.From = conn
	default:
		t.way.To = conn
	}
}

// settled is how long QEMU announces a guest by itself after a migration; what
// is sent later is the guest's.
const settled = 3 * time.Second

// watched is how long a guest is listened to.
const watched = 10 * time.Second

// lookAfter judges by what both hosts show now.
func (t *turn) lookAfter(ctx context.Context) {
	done := t.mover.waiting("looking at " + t.order.To)
	defer done()
	p := *t.plan
	p.From = preflight.NewView(t.mover.hold.Again(ctx, p.From.Name))
	p.To = preflight.NewView(t.mover.hold.Again(ctx, p.To.Name))
	p.Now = time.Now().UTC()
	p.Arrival = &preflight.Arrival{Expected: t.order.ExpectedOnArrive, Frames: map[string]preflight.Frames{}}
	g, err := t.way.To.Guest(ctx, t.order.UUID)
	if err != nil {
		p.Arrival.Reason = err.Error()
	} else {
		p.Arrival.There, p.Arrival.Guest = hostinfo.Yes, g
		if p.Arrival.Expected == hostinfo.StateRunning {
			t.listen(ctx, &p)
		}
	}
	r := preflight.Run(&p, rules.All)
	m := t.report.Moved
	m.Verdict, m.Findings, m.NotChecked = r.Verdict, r.Findings, r.NotChecked
	for name, f := range p.Arrival.Frames {
		if m.Frames == nil {
			m.Frames = map[string]int{}
		}
		m.Frames[name] = f.Counted
	}
}

// framesScript prints, for each macvtap named, what it sent and how much of that
// was the host's own IPv6: a macvtap's kernel speaks with the guest's address too.
const framesScript = `for d; do n=; v=0; read -r n <"/sys/class/net/$d/statistics/tx_packets"; if [ -e "/proc/net/dev_snmp6/$d" ]; then while read -r k x; do case $k in Ip6OutRequests) v=$x ;; esac; done <"/proc/net/dev_snmp6/$d"; fi; printf "%s %s %s\n" "$d" "$n" "$v"; done`

// listen counts what the guest sends, until each NIC was heard or the time is up.
func (t *turn) listen(ctx context.Context, p *preflight.Plan) {
	names := macvtaps(p)
	if len(names) == 0 {
		return
	}
	wait(ctx, settled)
	began := time.Now()
	first, err := t.frames(ctx, p.To.Name, names)
	heard := map[string]int{}
	for err == nil && time.Since(began) < watched && len(heard) < len(names) && ctx.Err() == nil {
		wait(ctx, time.Second)
		var now map[string]int
		if now, err = t.frames(ctx, p.To.Name, names); err != nil {
			break
		}
		for _, n := range names {
			if d := now[n] - first[n]; d > 0 {
				heard[n] = d
			}
		}
	}
	for _, n := range names {
		f := preflight.Frames{Counted: heard[n], Watched: time.Since(began).Round(time.Second)}
		if err != nil {
			f.Counted, f.Reason = -1, err.Error()
		}
		p.Arrival.Frames[n] = f
	}
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// macvtaps are the names of the guest's macvtaps on the destination.
func macvtaps(p *preflight.Plan) []string {
	var out []string
	if p.Arrival.Guest.Live == nil {
		return nil
	}
	for i := range p.Arrival.Guest.Live.NICs {
		n := &p.Arrival.Guest.Live.NICs[i]
		if d := p.To.Links.ByName(n.Target); n.Type == "direct" && d != nil && d.Kind == hostinfo.KindMacvtap {
			out = append(out, d.Name)
		}
	}
	return out
}

// frames are how many frames guests have sent through these macvtaps so far.
func (t *turn) frames(ctx context.Context, host string, names []string) (map[string]int, error) {
	out, err := t.mover.hold.Run(ctx, host, framesScript, names...)
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for line := range strings.Lines(out) {
		words := strings.Fields(line)
		if len(words) != 3 {
			continue
		}
		sent, err1 := strconv.Atoi(words[1])
		own, err2 := strconv.Atoi(words[2])
		if err1 == nil && err2 == nil {
			counts[words[0]] = sent - own
		}
	}
	for _, n := range names {
		if _, ok := counts[n]; !ok {
			return nil, fmt.Errorf("read the counters of %s on %s: no number", n, host)
		}
	}
	return counts, nil
}
