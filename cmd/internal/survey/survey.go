// Package survey looks at a whole fleet: every host once, with all of its
// guests, many at a time. It only gathers: what a survey means is judged by
// preflight/fleet, and how hosts are reached is package world's.
package survey

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"migcheck/cmd/internal/world"
	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

// Options say how a survey is taken.
type Options struct {
	// Connections is how many hosts are asked at once; at least one.
	Connections int
	// HostTime bounds what is asked of one host, its login included; 0 does not.
	HostTime time.Duration
	// Keep leaves the connections open, for another look.
	Keep bool
	// Again asks hosts anew that were asked before over connections that were kept.
	Again bool
	// Only are the hosts that are asked anew then; nil are all of them. What the
	// others said is taken as it was.
	Only map[string]bool
	// Progress counts while the survey is taken; nil if nobody watches.
	Progress *Progress
}

// Survey is what one look at a fleet found.
type Survey struct {
	// Hosts are in the order of the names that were asked for, none of them nil:
	// one that did not answer is a host full of gaps.
	Hosts []*hostinfo.Host
	// Guests are by host, then by name.
	Guests []Guest
	// Failed are the hosts whose devices were not read.
	Failed []Failure
	// Unasked is how many hosts were not read because the survey was ended early;
	// they are among Failed.
	Unasked int
	// Taken is when the last host had been read.
	Taken time.Time
}

// Guest is a guest and where it is.
type Guest struct {
	*hostinfo.Guest
	Host int // index in Survey.Hosts
}

// Failure is a host that was not read, and why.
type Failure struct {
	Host   int // index in Survey.Hosts
	Reason string
}

// ErrInterrupted is the reason for hosts that were not read because ctx ended.
var ErrInterrupted = errors.New("interrupted")

// Take asks every host once. It has no error: a host that fails is in the survey
// as such, and when ctx ends the rest of them are.
func Take(ctx context.Context, w world.World, names []string, o Options) *Survey {
	asking, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stop(nil)
	defer context.AfterFunc(ctx, func() { stop(ErrInterrupted) })()
	o.Progress.begin(len(names))
	answers := make([]answer, len(names))
	var g errgroup.Group
	g.SetLimit(max(1, o.Connections))
	for i, name := range names {
		g.Go(func() error {
			o.Progress.start()
			answers[i] = ask(asking, w, name, o)
			o.Progress.finish(answers[i].failure() == nil)
			return nil
		})
	}
	_ = g.Wait() // its functions return none
	s := &Survey{Hosts: make([]*hostinfo.Host, len(names)), Taken: time.Now().UTC()}
	for i, a := range answers {
		s.Hosts[i] = a.host
		for _, guest := range a.guests {
			s.Guests = append(s.Guests, Guest{guest, i})
		}
		if gap := a.failure(); gap != nil {
			s.Failed = append(s.Failed, Failure{i, gap.Reason})
			if a.cut {
				s.Unasked++
			}
		}
	}
	return s
}

// answer is what one host said.
type answer struct {
	host   *hostinfo.Host
	guests []*hostinfo.Guest
	cut    bool // the survey was ended before it was complete
}

func (a *answer) failure() *hostinfo.Gap { return a.host.Missing(hostinfo.FactDevices, "") }

func ask(ctx context.Context, w world.World, name string, o Options) (a answer) {
	if ctx.Err() != nil {
		return answer{host: hostinfo.Unobserved(name, ErrInterrupted.Error()), cut: true}
	}
	limited := ctx
	if o.HostTime > 0 {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeoutCause(ctx, o.HostTime, fmt.Errorf("it was not read within %v", o.HostTime))
		defer cancel()
	}
	if o.Again && (o.Only == nil || o.Only[name]) {
		w.Refresh(limited, []string{name})
	}
	// The error is for names that no host can have; here they are hosts that fail.
	a.host, a.guests, _ = w.Census(limited, name)
	a.cut = ctx.Err() != nil
	if !o.Keep {
		w.Leave(name)
	}
	return a
}

// Fleet is what is judged of a survey: all hosts, and the guests that are meant.
// mapFor gives each host's own names of devices; nil if there are none.
func (s *Survey) Fleet(meant func(*hostinfo.Guest) bool, mapFor func(host string) map[string]string) *fleet.Fleet {
	f := &fleet.Fleet{Now: s.Taken, Hosts: make([]fleet.Host, len(s.Hosts))}
	for i, h := range s.Hosts {
		f.Hosts[i].View = preflight.NewView(h)
		if mapFor != nil {
			f.Hosts[i].Map = mapFor(h.Name)
		}
	}
	for _, g := range s.Guests {
		if meant == nil || meant(g.Guest) {
			f.Guests = append(f.Guests, fleet.Guest{Guest: g.Guest, Host: g.Host})
		}
	}
	return f
}

// SameGuests says whether the guests of two surveys of the same hosts are the
// same, each where it was and in the state that it had.
func (s *Survey) SameGuests(other *Survey) bool {
	return slices.EqualFunc(s.Guests, other.Guests, func(a, b Guest) bool {
		return a.Host == b.Host && a.UUID == b.UUID && a.Name == b.Name && a.State == b.State
	})
}

// Twice are the guests that run on several hosts at once, by UUID: the hosts are
// indexes in Survey.Hosts.
func (s *Survey) Twice() map[string][]Guest {
	running := map[string][]Guest{}
	for _, g := range s.Guests {
		// Paused is what a guest is on the host that it comes to, while it migrates.
		if g.UUID != "" && g.State.Active() && g.State != hostinfo.StatePaused {
			running[g.UUID] = append(running[g.UUID], g)
		}
	}
	for uuid, all := range running {
		if len(all) < 2 {
			delete(running, uuid)
		}
	}
	return running
}
