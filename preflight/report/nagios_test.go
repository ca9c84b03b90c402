package report_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"migcheck/preflight"
	"migcheck/preflight/evacuate"
	"migcheck/preflight/fleet"
	"migcheck/preflight/fleet/synth"
	"migcheck/preflight/report"
	"migcheck/preflight/rules"
)

// The grammar of a plugin's first line, as the guidelines of monitoring-plugins
// have it: the text, one bar, and numbers of the form
// label=value[unit];[warn];[crit];[min];[max]. Labels that need no quotes have
// no space, quote or equals sign; a range is [@][start:][end].
var (
	pluginHead = regexp.MustCompile(`^MIGCHECK (OK|WARNING|CRITICAL|UNKNOWN) - ([^|\n]+) \| ([^|\n]+)$`)
	pluginPerf = regexp.MustCompile(`^([A-Za-z_]{1,19})=(-?[0-9.]+)(us|ms|s|%|B|KB|MB|TB|c)?;(@?(?:~:|[0-9.]+:)?[0-9.]*);(@?(?:~:|[0-9.]+:)?[0-9.]*);([0-9.]*)$`)
)

type plugin struct {
	state string
	perf  map[string]int
}

// pluginOutput reads what a plugin puts out, and holds it to the grammar, to the
// state that its own numbers and limits come to, and to what readers take.
func pluginOutput(t testing.TB, out []byte) plugin {
	t.Helper()
	if len(out) > 4096 {
		t.Fatalf("%d bytes of output", len(out))
	}
	text := string(out)
	if !strings.HasSuffix(text, "\n") || strings.Contains(text, "\n\n") {
		t.Fatalf("an empty line, or one without an end, in\n%s", text)
	}
	first, rest, _ := strings.Cut(text, "\n")
	m := pluginHead.FindStringSubmatch(first)
	if m == nil {
		t.Fatalf("no first line of a plugin: %s", first)
	}
	if strings.ContainsAny(text, "<`$") || strings.Contains(rest, "|") {
		t.Fatalf("a character that somebody obeys in\n%s", text)
	}
	p := plugin{m[1], map[string]int{}}
	at := "OK" // by the numbers and their limits
	for _, part := range strings.Split(m[3], " ") {
		n := pluginPerf.FindStringSubmatch(part)
		if n == nil {
			t.Fatalf("no number of a plugin: %s", part)
		}
		if _, twice := p.perf[n[1]]; twice {
			t.Fatalf("%s stands twice in %s", n[1], first)
		}
		v, err := strconv.Atoi(n[2])
		if err != nil {
			t.Fatal(err)
		}
		p.perf[n[1]] = v
		switch {
		case n[5] != "" && outside(t, v, n[5]):
			at = "CRITICAL"
		case n[4] != "" && at == "OK" && outside(t, v, n[4]):
			at = "WARNING"
		}
	}
	if at == "CRITICAL" && p.state != "CRITICAL" || at == "WARNING" && p.state == "OK" {
		t.Fatalf("its numbers are %s: %s", at, first)
	}
	return p
}

// outside says whether a value is outside of a range from 0.
func outside(t testing.TB, v int, limit string) bool {
	t.Helper()
	end, err := strconv.Atoi(limit)
	if err != nil {
		t.Fatal(err)
	}
	return v < 0 || v > end
}

var pluginState = map[preflight.Level]string{
	preflight.Ready: "OK", preflight.Note: "OK", preflight.Warning: "WARNING", preflight.Undecided: "UNKNOWN", preflight.Blocked: "CRITICAL",
}

// TestPluginStates: what a plugin says, and exits with, of reports of each kind.
func TestPluginStates(t *testing.T) {
	pairs := func(strict, all bool, levels ...preflight.Level) *preflight.Document {
		d := &preflight.Document{Schema: preflight.Schema, Options: preflight.Options{Strict: strict, ToAll: all}}
		for i, l := range levels {
			d.Reports = append(d.Reports, preflight.Report{Guest: preflight.GuestIdentity{Name: "g"}, From: "a", To: fmt.Sprint("b", i), Verdict: l})
		}
		return d
	}
	moved := func(outcome string) *preflight.Document {
		d := pairs(false, false, preflight.Ready)
		d.Reports[0].Moved = &preflight.Moved{Outcome: outcome}
		return d
	}
	guests := func(ways ...fleet.Ways) *fleet.Document {
		d := &fleet.Document{Schema: fleet.Schema, Hosts: []fleet.HostLine{{Observed: true}, {Observed: true}}}
		for _, w := range ways {
			d.Guests = append(d.Guests, fleet.GuestLine{Name: "g", Ways: w})
		}
		return d
	}
	for i, c := range []struct {
		document any
		want     report.State
	}{
		{pairs(false, false), report.StateUnknown},
		{pairs(false, false, preflight.Ready, preflight.Note), report.StateOK},
		{pairs(false, false, preflight.Ready, preflight.Warning), report.StateWarning},
		{pairs(true, false, preflight.Ready, preflight.Warning), report.StateCritical},
		{pairs(false, false, preflight.Undecided, preflight.Warning), report.StateUnknown},
		{pairs(false, false, preflight.Undecided, preflight.Blocked), report.StateCritical},
		{pairs(false, true, preflight.Undecided, preflight.Blocked, preflight.Ready), report.StateOK},
		{pairs(false, true, preflight.Undecided, preflight.Blocked, preflight.Warning), report.StateWarning},
		{pairs(true, true, preflight.Undecided, preflight.Blocked, preflight.Warning), report.StateUnknown},
		{pairs(true, true, preflight.Blocked, preflight.Warning), report.StateCritical},
		{pairs(false, true, preflight.Blocked, preflight.Blocked), report.StateCritical},
		{moved("arrived"), report.StateOK},
		{moved("stayed"), report.StateCritical},
		{guests(), report.StateOK},
		{&fleet.Document{Schema: fleet.Schema}, report.StateUnknown},
		{guests(fleet.Ways{Allowed: 1}), report.StateOK},
		{guests(fleet.Ways{Allowed: 1, Warned: 1}), report.StateWarning},
		{guests(fleet.Ways{Allowed: 1, Warned: 1}, fleet.Ways{Undecided: 1}), report.StateUnknown},
		{guests(fleet.Ways{Undecided: 1}, fleet.Ways{Blocked: 1}), report.StateCritical},
		{&fleet.Document{Schema: fleet.Schema, Hosts: []fleet.HostLine{{}}}, report.StateUnknown},
		{&evacuate.Document{Schema: evacuate.Schema}, report.StateOK},
		{&evacuate.Document{Schema: evacuate.Schema, Verdict: preflight.Undecided, Unlisted: "no libvirt"}, report.StateUnknown},
		{&evacuate.Document{Schema: evacuate.Schema, Steps: []evacuate.Step{{Verdict: preflight.Warning}}}, report.StateWarning},
		{&evacuate.Document{Schema: evacuate.Schema, Verdict: preflight.Blocked, Left: []evacuate.Left{{Verdict: preflight.Blocked}}}, report.StateCritical},
	} {
		raw, err := json.Marshal(c.document)
		if err != nil {
			t.Fatal(err)
		}
		r, err := report.Read(raw)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.State(); got != c.want {
			t.Errorf("%d: the state is %v and should be %v", i, got, c.want)
		}
		if p := pluginOutput(t, render(t, raw, "nagios", report.Options{})); p.state != c.want.String() {
			t.Errorf("%d: it says %s and exits with %v", i, p.state, c.want)
		}
	}
}

// TestPluginIsBounded: of a large fleet the first line and its numbers are whole,
// and what is left out is counted.
func TestPluginIsBounded(t *testing.T) {
	f := synth.Fleet(synth.Size{Hosts: 40, Guests: 2000, NICs: 1, VLANs: 4}, 5)
	for i := range f.Guests {
		g := *f.Guests[i].Guest
		g.Name = strings.Repeat("\u00fc|", 300) + g.Name
		f.Guests[i].Guest = &g
	}
	_, raw := judged(t, f)
	out := render(t, raw, "nagios", report.Options{})
	if p := pluginOutput(t, out); p.perf["guests"] != 2000 || p.perf["undecided"] < 20 {
		t.Errorf("%+v", p)
	}
	if !regexp.MustCompile(`\nand \d+ lines more\n$`).Match(out) || len(out) < 3000 {
		t.Errorf("%d bytes, the end of which is %q", len(out), out[max(0, len(out)-100):])
	}
}

// evacuated is a plan to empty a host, in which something stands in the way.
func evacuated(t testing.TB) []byte {
	t.Helper()
	f := smallFleet(small)
	task := &evacuate.Task{Fleet: f, Rules: rules.All, Overcommit: true}
	raw, err := json.Marshal(evacuate.Plan(task, preflight.Tool{Name: "migcheck", Version: "test"}, preflight.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestEvacuationFormats keeps a plan as a plugin and as a test say it.
func TestEvacuationFormats(t *testing.T) {
	raw := evacuated(t)
	var d evacuate.Document
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"nagios", "tap"} {
		golden(t, "evacuation."+endings[name], render(t, raw, name, report.Options{}))
	}
	p := pluginOutput(t, render(t, raw, "nagios", report.Options{}))
	if p.perf["placed"] != len(d.Steps) || p.perf["blocked"]+p.perf["undecided"] != len(d.Left) || len(d.Left) == 0 {
		t.Errorf("%+v of %d steps and %d left", p, len(d.Steps), len(d.Left))
	}
	failed := 0
	for _, c := range tapLines(t, render(t, raw, "tap", report.Options{})) {
		if !c.ok {
			failed++
		}
	}
	if failed != len(d.Left) {
		t.Errorf("%d tests failed of %d guests without a place", failed, len(d.Left))
	}
}
