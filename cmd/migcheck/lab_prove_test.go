//go:build lab

package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

// proof compares predictions with what happens, scenario after scenario.
type proof struct {
	*lab
	wire   *wire
	matrix matrix
	dirty  map[string]bool
	guest  *guest // on hostA, ready to go; nil if there is none
	// saved are files on hostA with the state of guests that speak, by their XML.
	saved map[string]string
}

func newProof(t *testing.T) *proof {
	l := openLab(t)
	return &proof{
		lab: l, wire: listen(t, l.env["LAB_NETNS"]),
		dirty: map[string]bool{"hostA": true, "hostB": true}, saved: map[string]string{},
	}
}

// outcome is what a migration came to.
type outcome struct {
	arrival string   // "arrives", "refused" or "fails"
	frames  []string // of each NIC, where it arrives: "right", "none" or "elsewhere"
	errors  string
}

// users are who asks.
var users = []string{"root", "alice"}

func (p *proof) run(t *testing.T, s *scenario) {
	began := time.Now()
	lap := func(what string) {
		t.Logf("%4.0f s  %s", time.Since(began).Seconds(), what)
	}
	whole := false
	defer func() {
		if !whole { // wherever it stopped, nothing is known of the hosts
			p.dirty["hostA"], p.dirty["hostB"], p.guest = true, true, nil
		}
	}()
	if err := p.prepare(t, s); err != nil {
		t.Fatal(err)
	}
	lap("prepared")
	row := row{scenario: s, verdicts: make([]verdict, len(users))}
	var asked errgroup.Group
	for i, user := range users {
		asked.Go(func() error {
			row.verdicts[i] = p.predict(t, s, user)
			return nil
		})
	}
	asked.Wait()
	lap(fmt.Sprintf("predicted: %v", row.verdicts))
	o, err := p.migrate(s)
	if err != nil {
		t.Fatal(err)
	}
	lap(fmt.Sprintf("%s, frames %v %s", o.arrival, o.frames, o.errors))
	s.compare(t, o)
	row.outcome = o
	p.matrix.rows = append(p.matrix.rows, row)
	whole = true
}

// compare holds what happened against the table.
func (s *scenario) compare(t *testing.T, o *outcome) {
	if o.arrival != s.libvirt {
		t.Errorf("the guest %s, want %s: %s", o.arrival, s.libvirt, o.errors)
	}
	if !strings.Contains(o.errors, s.errors) {
		t.Errorf("libvirt says %q, want %q in it", o.errors, s.errors)
	}
	if o.arrival == "arrives" && s.libvirt == "arrives" && !slices.Equal(o.frames, s.frames) {
		t.Errorf("frames: %v, want %v", o.frames, s.frames)
	}
}

// prepare takes both hosts to the baseline, starts the guest on hostA, and does
// to hostB what the scenario says.
func (p *proof) prepare(t *testing.T, s *scenario) error {
	var both errgroup.Group
	g := newGuest(s, s.xml(t))
	both.Go(func() error {
		if err := p.clean("hostA"); err != nil {
			return err
		}
		if s.changes("hostA") {
			p.dirty["hostA"], p.guest = true, nil
		}
		if err := p.arrange(s, "hostA"); err != nil {
			return err
		}
		if p.guest != nil && p.guest.same(g) {
			return nil
		}
		p.guest = nil
		if err := p.start(g); err != nil {
			return err
		}
		p.guest = g
		return nil
	})
	both.Go(func() error {
		if err := p.clean("hostB"); err != nil {
			return err
		}
		return p.arrange(s, "hostB")
	})
	if err := both.Wait(); err != nil {
		return err
	}
	p.dirty["hostB"] = s.changes("hostB")
	return nil
}

func (p *proof) clean(host string) error {
	if !p.dirty[host] {
		return nil
	}
	if host == "hostA" {
		p.guest = nil
	}
	_, err := p.do("reset", host)
	return err
}

// changes says whether the scenario does something to the host.
func (s *scenario) changes(host string) bool {
	return slices.ContainsFunc(s.steps, func(x step) bool { return x.host == host }) ||
		slices.ContainsFunc(s.networks, func(n network) bool { return n.host == host })
}

// arrange does to a host what the scenario says: its commands in one go, then
// its networks, then its cables.
func (p *proof) arrange(s *scenario, host string) error {
	script := "set -e\n"
	for _, x := range s.steps {
		if x.host == host && !x.cable {
			script += x.command + "\n"
		}
	}
	if script != "set -e\n" {
		if _, err := p.do("shell", host, "sh", "-c", script); err != nil {
			return err
		}
	}
	for _, n := range s.networks {
		if n.host != host {
			continue
		}
		if _, err := p.virsh(host, n.xml(), "net-define", "/dev/stdin"); err != nil {
			return err
		}
		if n.stopped {
			continue
		}
		if _, err := p.virsh(host, "", "net-start", n.name); err != nil {
			return err
		}
	}
	for _, x := range s.steps {
		if x.host == host && x.cable {
			if _, err := p.do(append([]string{"cable", host}, strings.Fields(x.command)...)...); err != nil {
				return err
			}
		}
	}
	return nil
}

// migrate moves the guest and says what came of it.
func (p *proof) migrate(s *scenario) (*outcome, error) {
	g := p.guest
	mark := p.wire.mark()
	out, refusal := p.send(g, s)
	arrived, err := p.whereabouts(g)
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	o := &outcome{}
	if refusal != nil {
		if arrived {
			return nil, fmt.Errorf("it is on hostB, although: %w", refusal)
		}
		o.errors = errorLines(refusal)
		return o, p.stayed(g, o)
	}
	if !arrived {
		return nil, fmt.Errorf("virsh migrate says nothing, and the guest is not on hostB\n%s", out)
	}
	o.arrival = "arrives"
	p.guest = nil
	if s.changes("hostB") || g.mode("passthrough") {
		p.dirty["hostB"] = true
	}
	if g.mode("passthrough") {
		p.dirty["hostA"] = true
	}
	if err := p.hear(g, s, mark, o); err != nil {
		return nil, err
	}
	if !p.dirty["hostB"] {
		err = p.removeGuests("hostB")
	}
	return o, err
}

// stayed finds out whether memory was copied before the guest went on where it
// was: QEMU knows of the last migration that it has begun.
func (p *proof) stayed(g *guest, o *outcome) error {
	now, err := p.lastMigration(g)
	if err != nil {
		return err
	}
	o.arrival = "refused"
	if now != g.lastMigration {
		o.arrival = "fails"
	}
	g.lastMigration = now
	p.dirty["hostB"] = true
	if g.mode("passthrough") {
		p.dirty["hostA"] = true
	}
	return nil
}

// errorLines are the words of libvirt in what went wrong.
func errorLines(err error) string {
	var out []string
	for line := range strings.Lines(err.Error()) {
		if text, ok := strings.CutPrefix(line, "error: "); ok {
			out = append(out, strings.TrimSpace(text))
		}
	}
	if len(out) == 0 {
		return err.Error()
	}
	return strings.Join(out, "; ")
}
