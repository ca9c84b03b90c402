package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"migcheck/cmd/internal/act"
	"migcheck/cmd/internal/denial"
	"migcheck/cmd/internal/exit"
	"migcheck/hostinfo"
	"migcheck/hostinfo/libvirt"
	"migcheck/preflight"
	"migcheck/preflight/rules"
)

// turn is one guest's migration.
type turn struct {
	mover     *mover
	plan      *preflight.Plan
	report    *preflight.Report
	clearance *preflight.Clearance
	refusal   error // why there is none
	defs      act.Definitions
	order     act.Order
	way       act.Way
	// room is asked of the destination right before the trigger; nil where nobody
	// reckons with its memory.
	room func(*hostinfo.Host) error
	// unconfirmed is closed where the way to the destination was lost while the
	// guest was handed over, and libvirt is never to learn of it.
	unconfirmed chan struct{}
}

// clear judges, and asks for clearance where the guest is to migrate. Where its
// definition can't be read it is only judged.
func (t *turn) clear(ctx context.Context) *preflight.Report {
	if t.refusal = t.read(ctx); t.refusal != nil {
		return preflight.Run(t.plan, rules.All)
	}
	if t.plan.Migration == nil {
		return preflight.Run(t.plan, rules.All)
	}
	r, c, err := preflight.Clear(t.plan, rules.All, t.defs.Migratable, t.defs.Persistent)
	t.clearance = c
	if err != nil {
		t.refusal = err
		return r
	}
	if t.mover.check.flags.strict && r.Overall() == preflight.Warning {
		t.refusal = fmt.Errorf("there are warnings, and --strict counts them as blocked")
	}
	if t.refusal == nil {
		t.refusal = t.makeOrder()
	}
	return r
}

// read takes hold of both daemons and of the guest's definitions.
func (t *turn) read(ctx context.Context) error {
	var err error
	if t.way.From, err = t.mover.hold.Libvirt(ctx, t.plan.From.Name); err != nil {
		return err
	}
	if t.way.To, err = t.mover.hold.Libvirt(ctx, t.plan.To.Name); err != nil {
		return err
	}
	t.defs, err = act.Define(ctx, t.way.From, t.plan.Guest.UUID)
	return err
}

// makeOrder says what libvirt is to be told, with the mapped XML.
func (t *turn) makeOrder() error {
	dest, persist, err := t.mapped()
	if err != nil {
		return err
	}
	w := t.mover.check.flags.wish
	w.Offline = t.plan.Migration.Offline
	if w.PeerToPeer == byItself {
		w.PeerToPeer = t.peer()
	}
	t.order, err = act.NewOrder(w, t.plan.Guest, t.trip(), t.defs, dest, persist)
	t.order.ToKnew = slices.ContainsFunc(t.plan.To.Domains, func(d hostinfo.Domain) bool { return d.UUID == t.order.UUID })
	return err
}

func (t *turn) trip() preflight.Trip {
	return preflight.Trip{UUID: t.plan.Guest.UUID, From: t.plan.From.Name, To: t.plan.To.Name}
}

// peer is the destination's libvirt as the source would reach it.
func (t *turn) peer() string {
	name := t.plan.To.Name
	if l := t.plan.To.Libvirt; l != nil && l.Hostname != "" {
		name = l.Hostname
	}
	if p := t.plan.From.Path(t.plan.To.Name); p != nil {
		switch p.Daemon {
		case 16514:
			return "qemu+tls://" + name + "/system"
		case 16509:
			return "qemu+tcp://" + name + "/system"
		}
	}
	return "qemu+ssh://" + name + "/system"
}

// mapped are the guest's documents with its devices mapped; nil where nothing
// is. What comes out must be the guest that was judged.
func (t *turn) mapped() (dest, persist []byte, err error) {
	if len(t.plan.Map) == 0 {
		return nil, nil, nil
	}
	dest, changed, err := libvirt.Rewrite(t.defs.Migratable, t.plan.Map, t.plan.MapMode)
	if err != nil {
		return nil, nil, err
	}
	if len(changed) == 0 { // the fleet file's map is about other guests
		return nil, nil, nil
	}
	if t.defs.Persistent != nil {
		if persist, _, err = libvirt.Rewrite(t.defs.Persistent, t.plan.Map, t.plan.MapMode); err != nil {
			return nil, nil, err
		}
	}
	d, err := libvirt.ParseDomain(dest)
	if err != nil {
		return nil, nil, fmt.Errorf("read the mapped definition: %w", err)
	}
	for _, r := range t.plan.Requirements() {
		if n := &d.Definition.NICs[r.Index]; n.Direct() && n.Dev != r.Destination.Wanted {
			return nil, nil, fmt.Errorf("nic %d of the mapped definition names %q, and %q was judged", r.Index, n.Dev, r.Destination.Wanted)
		}
	}
	return dest, persist, nil
}

// show says what would be done.
func (t *turn) show() {
	if t.refusal != nil {
		return
	}
	lines := t.order.Lines()
	if p := t.plan.From.Path(t.plan.To.Name); p != nil && p.Daemon != 0 && t.order.PeerToPeer == "" {
		lines = append(lines, fmt.Sprintf("--p2p would do too: %s reaches the daemon of %s, port %d; the migration then goes on without this machine", t.plan.From.Name, t.plan.To.Name, p.Daemon))
	}
	lines = append(lines, "clearance: "+t.clearance.Print())
	for _, xml := range []string{t.order.DestXML, t.order.PersistXML} {
		if xml != "" {
			lines = append(lines, strings.Split(strings.TrimRight(xml, "\n"), "\n")...)
		}
	}
	t.report.Moved = &preflight.Moved{Outcome: "planned", Order: lines, Where: "nothing was changed"}
}

// take is the guest's turn: both hosts once more, the trigger, and the look
// afterwards. It returns the exit code.
func (t *turn) take(ctx context.Context) int {
	moved := &preflight.Moved{}
	t.report.Moved = moved
	next := t.mover.enter()
	defer next()
	changes, err := t.confirm(ctx)
	moved.Changes = changes
	if err != nil {
		moved.Outcome, moved.Error = "withdrawn", err.Error()
		moved.Where = "nothing was changed"
		nameRefusal(moved, t.plan, denial.User)
		if cause := context.Cause(ctx); cause != nil {
			return exit.Code(cause)
		}
		return exit.Blocked
	}
	meter := t.mover.meter(t)
	release := t.guard()
	t.mover.underWay(t, true)
	stats, err := act.Migrate(ctx, t.way, t.clearance, t.order, func(p act.Progress) {
		if p.Begun {
			next()
		}
		meter.show(p)
	})
	t.mover.underWay(t, false)
	release()
	meter.end()
	if err != nil {
		moved.Error = err.Error()
	}
	moved.Seconds = stats.Total.Round(100 * time.Millisecond).Seconds()
	moved.DowntimeMS, moved.Bytes = stats.Downtime.Milliseconds(), stats.Moved
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*patient)
	defer cancel()
	ruling := t.whereabouts(after, err != nil)
	moved.Outcome, moved.Where, moved.Commands = string(ruling.Outcome), ruling.Where, ruling.Commands
	nameRefusal(moved, t.plan, denial.Emulator)
	if ruling.Outcome == act.Arrived {
		t.autostart(after)
		t.lookAfter(after)
	}
	return t.code(ctx)
}

// code is the exit code for what became of the guest.
func (t *turn) code(ctx context.Context) int {
	m := t.report.Moved
	switch {
	case m.Outcome == string(act.Arrived) && m.Verdict == preflight.Blocked:
		return exit.Migration
	case m.Outcome == string(act.Arrived):
		return exit.ForVerdict(m.Verdict, t.mover.check.flags.strict)
	case m.Outcome == string(act.Stayed) && context.Cause(ctx) != nil:
		return exit.Code(context.Cause(ctx))
	}
	return exit.Migration
}

// confirm reads both hosts and the guest anew and judges once more.
func (t *turn) confirm(ctx context.Context) ([]string, error) {
	done := t.mover.waiting("asking both hosts once more")
	defer done()
	p := *t.plan
	paths := t.plan.From.Paths
	p.From = preflight.NewView(t.mover.hold.Again(ctx, p.From.Name))
	p.From.Paths = paths
	p.To = preflight.NewView(t.mover.hold.Again(ctx, p.To.Name))
	g, err := t.way.From.Guest(ctx, p.Guest.UUID)
	if err != nil {
		return nil, err
	}
	p.Guest = g
	defs, err := act.Define(ctx, t.way.From, g.UUID)
	if err != nil {
		return nil, err
	}
	if p.Rest != nil {
		whole, err := t.mover.check.world.Guest(ctx, p.From.Name, g.UUID)
		if err != nil {
			return nil, err
		}
		p.Rest = t.mover.check.askBeyond(ctx, whole, p.From.Name)[p.To.Name]
	}
	p.Now = time.Now().UTC()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if t.room != nil {
		if err := t.room(p.To.Host); err != nil {
			return nil, err
		}
	}
	r, changes, err := t.clearance.Confirm(&p, rules.All, defs.Migratable, defs.Persistent)
	if r != nil {
		t.mover.check.nameRefusals(ctx, r, &p)
		moved := t.report.Moved
		*t.report, t.report.Moved = *r, moved
	}
	t.plan = &p
	return changes, err
}

// autostart moves the mark along.
func (t *turn) autostart(ctx context.Context) {
	note := func(where string, err error) {
		if err != nil {
			t.report.Moved.Changes = append(t.report.Moved.Changes, "autostart on "+where+" is not as it should be: "+err.Error())
		}
	}
	if t.order.MoveAutostart {
		note(t.order.To, act.Autostart(ctx, t.way.To, t.order.UUID, true))
	}
	if t.order.ClearAutostart {
		note(t.order.From, act.Autostart(ctx, t.way.From, t.order.UUID, false))
	}
}
