//go:build lab

package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"migcheck/preflight"
)

// TestProveFixes does to hostB what a scenario says, runs the commands that
// migcheck prints, as printed, checks again, and migrates: what the table calls
// `fixed` must be said then, and the guest must arrive with its network.
func TestProveFixes(t *testing.T) {
	p := newProof(t)
	for _, s := range scenarios(t) {
		if s.fixed != nil {
			t.Run(s.name, func(t *testing.T) { p.mend(t, s) })
		}
	}
}

func (p *proof) mend(t *testing.T, s *scenario) {
	defer func() { p.dirty["hostA"], p.dirty["hostB"], p.guest = true, true, nil }()
	if err := p.prepare(t, s); err != nil {
		t.Fatal(err)
	}
	before, _ := p.ask(t, s, "root")
	if before == nil {
		return
	}
	if got, want := verdictIn(before), s.expected("root"); got.String() != want.String() {
		t.Fatalf("migcheck says %v, want %v", got, want)
	}
	if p.runFixes(t, before) == 0 {
		t.Fatal("no command is printed")
	}
	after, _ := p.ask(t, s, "root")
	if after == nil {
		return
	}
	if got := verdictIn(after); got.String() != s.fixed.String() {
		t.Errorf("after the fixes migcheck says %v, want %v\n%s", got, s.fixed, sentences(after))
	}
	o, err := p.migrate(s)
	if err != nil {
		t.Fatal(err)
	}
	if o.class() != happened[0] {
		t.Errorf("after the fixes the guest %s, frames %v: %s", o.arrival, o.frames, o.errors)
	}
}

// runFixes runs what the findings that decide say, each on its host as root,
// and returns how many commands that were.
func (p *proof) runFixes(t *testing.T, d *preflight.Document) int {
	n := 0
	for _, f := range d.Reports[0].Findings {
		if f.CausedBy != "" || f.Level != d.Verdict || len(f.Fix) == 0 {
			continue
		}
		script := "set -e\n" + strings.Join(f.Fix, "\n") + "\n"
		t.Logf("on %s:\n%s", f.Subject.Host, script)
		if out, err := p.do("shell", f.Subject.Host, "sh", "-c", script); err != nil {
			t.Fatalf("the fix of %s: %v\n%s", f.Rule, err, out)
		}
		n += len(f.Fix)
	}
	return n
}

// TestLabFixesTable: a scenario with a fix is one that migcheck objects to, and
// every rule whose fix the lab can run has one.
func TestLabFixesTable(t *testing.T) {
	var mended []string
	for _, s := range scenarios(t) {
		if s.fixed == nil {
			continue
		}
		if s.want["root"].level == "ready" {
			t.Errorf("%s: there is nothing to fix", s.name)
		}
		mended = append(mended, s.want["root"].rules...)
	}
	for _, id := range []string{
		"source-dev-missing", "vlan-mismatch", "vlan-parent-down", "lowerdev-admin-down", "lowerdev-no-carrier",
		"mtu-lower-than-guest", "mtu-xml-exceeds-lowerdev", "network-missing-or-inactive",
	} {
		if !slices.Contains(mended, id) {
			t.Errorf("no scenario runs the fix of %s", id)
		}
	}
}

func sentences(d *preflight.Document) string {
	text := &strings.Builder{}
	for _, f := range d.Reports[0].Findings {
		fmt.Fprintf(text, "  %s %s: %s\n", f.Level, f.Rule, f.Reason)
	}
	return text.String()
}
