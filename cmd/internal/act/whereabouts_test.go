package act

import (
	"slices"
	"strings"
	"testing"

	"migcheck/hostinfo"
)

// place reads "running migrated", "none" or "silent".
func place(host, words string) Place {
	state, reason, _ := strings.Cut(words, ", ")
	switch state {
	case "silent":
		return Place{Host: host, Why: "no route to host"}
	case "none":
		return Place{Host: host, Known: true}
	}
	return Place{Host: host, Known: true, Has: true, State: hostinfo.DomainState(state), Reason: reason}
}

func TestRule(t *testing.T) {
	const destroyB, destroyA, resumeA, resumeB = "on hostB: virsh destroy g", "on hostA: virsh destroy g", "on hostA: virsh resume g", "on hostB: virsh resume g"
	for _, c := range []struct {
		before, from, to string
		outcome          Outcome
		where            string
		commands         []string
	}{
		{"running", "none", "running, migrated", Arrived, "g runs on hostB", nil},
		{"running", "shut off, migrated", "running, migrated", Arrived, "g runs on hostB", nil},
		{"running", "running, migration canceled", "none", Stayed, "g runs on hostA", nil},
		{"running", "running", "shut off", Stayed, "g runs on hostA", nil},
		{"running", "idle", "none", Stayed, "g runs on hostA", nil},
		{"running", "running", "paused, migrating", Halted, "a copy that does not run is left on hostB", []string{destroyB}},
		{"running", "paused, migrating", "none", Halted, "g is paused on hostA", []string{resumeA}},
		{"running", "paused, migrating", "paused, migrating", Halted, "paused on both hosts", []string{destroyB, resumeA}},
		{"running", "paused, migrating", "running, migrated", Halted, "must never be resumed", []string{destroyA}},
		{"running", "none", "paused, migrating", Halted, "g is paused on hostB", []string{resumeB}},
		{"running", "none", "none", Lost, "active on neither", nil},
		{"running", "shut off, crashed", "none", Lost, "active on neither", []string{"on hostA: virsh start g"}},
		{"paused", "none", "paused, migrated", Arrived, "g is paused on hostB", nil},
		{"paused", "paused, user", "none", Stayed, "g is paused on hostA", nil},
		{"paused", "paused, user", "paused, migrating", Halted, "paused on both hosts", []string{destroyB}},
		{"shut off", "none", "shut off", Arrived, "g is defined on hostB", nil},
		{"shut off", "shut off", "shut off", Stayed, "g is defined on hostA", nil},
		{"shut off", "shut off", "none", Stayed, "g is defined on hostA", nil},
	} {
		w := Whereabouts{Guest: "g", Before: hostinfo.DomainState(c.before), ToKnew: true, From: place("hostA", c.from), To: place("hostB", c.to)}
		r := w.Rule()
		if r.Outcome != c.outcome || !strings.Contains(r.Where, c.where) || !slices.Equal(r.Commands, c.commands) {
			t.Errorf("%s; %s; %s:\n got %s, %q, %q\nwant %s, %q, %q", c.before, c.from, c.to, r.Outcome, r.Where, r.Commands, c.outcome, c.where, c.commands)
		}
	}
}

// TestRuleLeftBehind: a definition that was not there before is named, and one
// that was is not.
func TestRuleLeftBehind(t *testing.T) {
	for knew, want := range map[bool][]string{true: nil, false: {"on hostB: virsh undefine g"}} {
		w := Whereabouts{Guest: "g", Before: hostinfo.StateRunning, ToKnew: knew, From: place("hostA", "running"), To: place("hostB", "shut off, failed")}
		if r := w.Rule(); r.Outcome != Stayed || !slices.Equal(r.Commands, want) {
			t.Errorf("it was there: %v: %s, %q", knew, r.Outcome, r.Commands)
		}
	}
}

// TestRuleUnconfirmed: the definition of a copy that is ended goes with it, if it
// was to move.
func TestRuleUnconfirmed(t *testing.T) {
	w := Whereabouts{Guest: "g", Before: hostinfo.StateRunning, Moves: true, From: place("hostA", "paused, migrating"), To: place("hostB", "running, migrated")}
	if r := w.Rule(); !slices.Equal(r.Commands, []string{"on hostA: virsh destroy g", "on hostA: virsh undefine g"}) {
		t.Errorf("%q", r.Commands)
	}
}

// TestRuleNeverTwice: whatever the hosts say, no command sets a copy going while
// the other may run, unless one that ends the other stands before it.
func TestRuleNeverTwice(t *testing.T) {
	words := []string{"none", "silent", "running", "idle", "paused", "shut off", "crashed", "pmsuspended", ""}
	for _, before := range []string{"running", "paused", "shut off", ""} {
		for _, a := range words {
			for _, b := range words {
				w := Whereabouts{Guest: "g", Before: hostinfo.DomainState(before), From: place("hostA", a), To: place("hostB", b)}
				r := w.Rule()
				if !strings.Contains(r.Where, "libvirt says") {
					t.Errorf("%s, %s: it does not say how that is known: %s", a, b, r.Where)
				}
				both := w.From.runs() && w.To.runs()
				if both != (r.Outcome == Twice) {
					t.Errorf("%s, %s: %s", a, b, r.Outcome)
				}
				for i, c := range r.Commands {
					for _, p := range [][2]*Place{{&w.From, &w.To}, {&w.To, &w.From}} {
						sets := strings.HasPrefix(c, "on "+p[0].Host+": virsh resume") || strings.HasPrefix(c, "on "+p[0].Host+": virsh start")
						other := p[1]
						if sets && (!other.Known || other.runs()) && !slices.Contains(r.Commands[:i], "on "+other.Host+": virsh destroy g") {
							t.Errorf("%s, %s: %q could make it run twice", a, b, c)
						}
					}
				}
				if done := r.Outcome == Arrived || r.Outcome == Stayed; done && slices.ContainsFunc(r.Commands, func(c string) bool { return !strings.Contains(c, "undefine") }) || r.Outcome == Unclear && len(r.Commands) == 0 {
					t.Errorf("%s, %s: %s with %q", a, b, r.Outcome, r.Commands)
				}
			}
		}
	}
}

// TestHostileGuest: a name that can't be typed stands in no command.
func TestHostileGuest(t *testing.T) {
	w := Whereabouts{Guest: "x\x1b; reboot", Before: hostinfo.StateRunning, From: place("hostA", "paused"), To: place("hostB", "none")}
	if r := w.Rule(); len(r.Commands) != 1 || strings.Contains(r.Commands[0], "reboot") {
		t.Errorf("%q", r.Commands)
	}
	w.Guest = "x; reboot"
	if r := w.Rule(); len(r.Commands) != 1 || !strings.Contains(r.Commands[0], "'x; reboot'") {
		t.Errorf("%q", r.Commands)
	}
}
