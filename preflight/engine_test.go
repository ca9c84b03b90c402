package preflight_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"migcheck/fixtures/story"
	"migcheck/preflight"
	"migcheck/preflight/rules"
)

var tree = os.DirFS("../fixtures/rules")

// tell is the plan of a story that differs so from the healthy pair.
func tell(t *testing.T, text string) *preflight.Plan {
	t.Helper()
	s, err := story.Read(tree, "base", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s.Plan
}

func run(t *testing.T, text string) *preflight.Report {
	t.Helper()
	return preflight.Run(tell(t, text), rules.All)
}

// roots are the findings of a rule that follow from no other.
func roots(r *preflight.Report, rule string) []preflight.Finding {
	return slices.DeleteFunc(slices.Clone(r.Findings), func(f preflight.Finding) bool {
		return f.CausedBy != "" || f.Rule != rule
	})
}

const (
	unobserved = "-- hostB --\nunobserved \"connection refused\"\n"
	otherVLAN  = "-- hostB --\nbond0.623 id=624\n"
)

// TestUnobservedHost: one thing is wrong, and all else follows from it.
func TestUnobservedHost(t *testing.T) {
	plan := tell(t, unobserved)
	nobody := *plan
	nobody.To = nil
	for name, p := range map[string]*preflight.Plan{"did not answer": plan, "no view at all": &nobody} {
		r := preflight.Run(p, rules.All)
		if r.Verdict != preflight.Undecided {
			t.Errorf("%s: the verdict is %s", name, r.Verdict)
		}
		root := roots(r, preflight.FactsNotObserved)
		if len(root) != 1 {
			t.Fatalf("%s: %d roots: %+v", name, len(root), root)
		}
		for _, f := range r.Findings {
			if f.ID != root[0].ID && f.CausedBy != root[0].ID {
				t.Errorf("%s: %s does not follow from the unobserved host", name, f.ID)
			}
		}
		if len(r.Findings) < 10 {
			t.Errorf("%s: only %d findings; which rules could not be decided?", name, len(r.Findings))
		}
	}
}

// TestMissingFactThatDoesNotDecide: the rule is listed, and the pair is ready.
func TestMissingFactThatDoesNotDecide(t *testing.T) {
	r := run(t, "-- hostB --\nhost user=alice macvtap=unknown\ngap modules \"permission denied\"\n")
	if r.Verdict != preflight.Ready {
		t.Errorf("the verdict is %s", r.Verdict)
	}
	nic := 0
	want := []preflight.NotChecked{{Rule: "macvtap-module-missing", NIC: &nic, Host: "hostB", User: "alice", Reason: "permission denied"}}
	if diff := cmp.Diff(want, r.NotChecked); diff != "" {
		t.Errorf("not checked (-want +got):\n%s", diff)
	}
}

// TestLibvirtGroupUser: who may use libvirt and is not root can judge a healthy
// pair.
func TestLibvirtGroupUser(t *testing.T) {
	const alice = `host user=alice macvtap=unknown vhost=unknown
gap namespaces "open /proc/1/ns/net: permission denied"
gap modules "permission denied"
gap vhost "permission denied"
gap lacp "permission denied"
`
	r := run(t, "-- hostA --\n"+alice+"-- hostB --\n"+alice)
	if r.Verdict != preflight.Ready {
		t.Errorf("the verdict is %s: %+v", r.Verdict, r.Findings)
	}
}

// TestSameEveryTime: a report depends on its plan alone, and no two findings
// share an ID.
func TestSameEveryTime(t *testing.T) {
	const much = `
-- hostA --
network lan forward=bridge dev=bond0.623:1
-- hostB --
bond0 mode=balance-alb mtu=1400
bond0.623 id=624 mtu=1400
eth3 carrier=no
network lan forward=private dev=bond0.623 dev=eth3 dev=eth9
domain guest1 uuid=22222222-2222-4222-8222-222222222222
domain copy uuid=11111111-1111-4111-8111-111111111111
gap forwarding "bridge: not found"
-- nic --
<interface type='network'><mac address='52:54:00:aa:00:01'/><source network='lan'/><target dev='eth1'/></interface>
<interface type='direct'><mac address='52:54:00:aa:00:02'/><source dev='eth9'/></interface>
`
	first := run(t, much)
	seen := map[string]bool{}
	for _, f := range first.Findings {
		if seen[f.ID] {
			t.Errorf("two findings have the ID %s", f.ID)
		}
		seen[f.ID] = true
	}
	if len(roots(first, "dest-domain-conflict")) != 2 || len(seen) < 15 {
		t.Errorf("%d findings, and some are lost: %v", len(seen), seen)
	}
	for range 20 {
		if diff := cmp.Diff(first, run(t, much)); diff != "" {
			t.Fatalf("another run says otherwise (-first +other):\n%s", diff)
		}
	}
}

// TestWaivers: they cover what they name, until they end, and never what
// nobody can answer for.
func TestWaivers(t *testing.T) {
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	const deletes = `
-- hostB --
uplink veth
-- nic --
<interface type='direct'><mac address='52:54:00:aa:00:01'/><source dev='bond0.623' mode='bridge'/><target dev='uplink'/><model type='virtio'/></interface>
`
	for name, c := range map[string]struct {
		text    string
		waivers []preflight.Waiver
		waived  bool // the report's worst finding
		verdict preflight.Level
	}{
		"none":                 {otherVLAN, nil, false, preflight.Blocked},
		"for ever":             {otherVLAN, []preflight.Waiver{{Rule: "vlan-mismatch"}}, true, preflight.Ready},
		"not yet ended":        {otherVLAN, []preflight.Waiver{{Rule: "vlan-mismatch", Until: now.Add(time.Hour)}}, true, preflight.Ready},
		"ended":                {otherVLAN, []preflight.Waiver{{Rule: "vlan-mismatch", Until: now.Add(-time.Hour)}}, true, preflight.Blocked},
		"one ended, one not":   {otherVLAN, []preflight.Waiver{{Rule: "vlan-mismatch", Until: now.Add(-time.Hour)}, {Rule: "vlan-mismatch"}}, true, preflight.Ready},
		"for another host":     {otherVLAN, []preflight.Waiver{{Rule: "vlan-mismatch", Host: "hostC"}}, false, preflight.Blocked},
		"for another guest":    {otherVLAN, []preflight.Waiver{{Rule: "vlan-mismatch", Guest: "guest2"}}, false, preflight.Blocked},
		"for another device":   {otherVLAN, []preflight.Waiver{{Rule: "vlan-mismatch", Device: "eth1"}}, false, preflight.Blocked},
		"for all it is":        {otherVLAN, []preflight.Waiver{{Rule: "vlan-mismatch", Host: "hostB", Guest: "guest1", Device: "bond0.623"}}, true, preflight.Ready},
		"of the unobserved":    {unobserved, everyRule(), false, preflight.Undecided},
		"of a device's end":    {deletes, everyRule(), false, preflight.Blocked},
		"where it only fails":  {strings.Replace(deletes, "uplink", "host libvirt=10.2.0\nuplink", 1), everyRule(), true, preflight.Ready},
		"of an unread version": {strings.Replace(deletes, "uplink", "host libvirt=\nuplink", 1), everyRule(), false, preflight.Blocked},
	} {
		p := tell(t, c.text)
		p.Now, p.Waivers = now, c.waivers
		r := preflight.Run(p, rules.All)
		if r.Verdict != c.verdict {
			t.Errorf("%s: the verdict is %s, want %s", name, r.Verdict, c.verdict)
		}
		w := r.Findings[0].Waived
		if got := w != nil && !w.Refused; got != c.waived {
			t.Errorf("%s: waived is %v for %s", name, got, r.Findings[0].ID)
		}
		if got := w != nil && w.Refused; got != (r.Findings[0].Unwaivable != "") {
			t.Errorf("%s: refused is %v for %s", name, got, r.Findings[0].ID)
		}
	}
}

// TestLastDay: a waiver holds until its last day is over in UTC, and says so.
func TestLastDay(t *testing.T) {
	end, err := preflight.EndOf("2026-11-01")
	if err != nil {
		t.Fatal(err)
	}
	w := preflight.Waiver{Rule: "vlan-mismatch", Until: end}
	if w.LastDay() != "2026-11-01" || (&preflight.Waiver{}).LastDay() != "" {
		t.Errorf("its last day is %s, and that of one without end is %s", w.LastDay(), (&preflight.Waiver{}).LastDay())
	}
	for at, want := range map[string]bool{
		"2026-11-01T23:59:59.999Z": false, "2026-11-02T00:00:00Z": true, "2026-11-02T00:30:00+01:00": false,
	} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := w.Expired(now); got != want {
			t.Errorf("at %s expired is %v", at, got)
		}
	}
	for _, wrong := range []string{"", "tomorrow", "2026-13-01", "2026-11-31", "01.11.2026", "2026-11-01T00:00:00Z"} {
		if _, err := preflight.EndOf(wrong); err == nil {
			t.Errorf("%q is a day", wrong)
		}
	}
}

// everyRule is the waiver of somebody who does not want to hear of anything.
func everyRule() []preflight.Waiver {
	var out []preflight.Waiver
	for _, r := range rules.All {
		out = append(out, preflight.Waiver{Rule: r.ID, Reason: "hurry"})
	}
	return out
}

// TestAlreadySo: what is as bad on the source does not get worse.
func TestAlreadySo(t *testing.T) {
	const alb = "bond0 mode=balance-alb\n"
	worse := roots(run(t, "-- hostB --\n"+alb), "bond-mode-incompatible")
	same := roots(run(t, "-- hostA --\n"+alb+"-- hostB --\n"+alb), "bond-mode-incompatible")
	if len(worse) != 1 || worse[0].Level != preflight.Blocked {
		t.Errorf("only there: %+v", worse)
	}
	if len(same) != 1 || same[0].Level != preflight.Note || !strings.HasPrefix(same[0].Reason, "already so on hostA: ") || same[0].Allow != "" {
		t.Errorf("on both: %+v", same)
	}
	unknown := roots(run(t, "-- hostA --\nbond0 details=unread\n-- hostB --\n"+alb), "bond-mode-incompatible")
	if len(unknown) != 1 || unknown[0].Level != preflight.Blocked {
		t.Errorf("not known of the source: %+v", unknown)
	}
}

// TestJSON: a report read back is the report.
func TestJSON(t *testing.T) {
	for _, text := range []string{"", otherVLAN, unobserved, otherVLAN + "-- options --\nallow vlan-mismatch until=2026-10-08 recabling\n"} {
		r := run(t, text)
		raw, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var back preflight.Report
		if err := json.Unmarshal(raw, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(r, &back); diff != "" {
			t.Errorf("read back (-wrote +read):\n%s", diff)
		}
	}
}

// TestManyPortsInACircle: a host that claims a thousand dead ports, each a VLAN
// on their own bond, takes no longer than another.
func TestManyPortsInACircle(t *testing.T) {
	var text strings.Builder
	text.WriteString("-- hostB --\neth1 master=\neth2 master=\n")
	for i := range 1000 {
		fmt.Fprintf(&text, "p%d vlan on=bond0 master=bond0 carrier=no\n", i)
	}
	if r := run(t, text.String()); r.Verdict != preflight.Blocked {
		t.Errorf("the verdict is %s", r.Verdict)
	}
}

// TestDestinationOnly: whatever the story, a destination that judges by itself
// says nothing about the source, and never that it lacks the source's facts.
func TestDestinationOnly(t *testing.T) {
	files, err := fs.Glob(tree, "*/*.txt")
	if err != nil || len(files) < 100 {
		t.Fatalf("%d stories: %v", len(files), err)
	}
	for _, name := range files {
		s, err := story.Load(tree, name)
		if err != nil {
			t.Fatal(err)
		}
		s.Plan.DestinationOnly = true
		r := preflight.Run(s.Plan, rules.All)
		nowhere := *s.Plan
		nowhere.From = nil
		if diff := cmp.Diff(r, preflight.Run(&nowhere, rules.All)); diff != "" {
			t.Errorf("%s: the source bears on it:\n%s", name, diff)
		}
		for _, f := range r.Findings {
			if text := f.Subject.Host + f.Reason; strings.Contains(text, "hostA") || strings.Contains(text, "judges by itself") {
				t.Errorf("%s: %s: %s", name, f.ID, f.Reason)
			}
		}
		for _, n := range r.NotChecked {
			if n.Host != "hostB" {
				t.Errorf("%s: %+v", name, n)
			}
		}
	}
}
