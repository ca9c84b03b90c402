package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"migcheck/cmd/internal/history"
	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/fleet"
	"migcheck/preflight/fleet/synth"
	"migcheck/preflight/report"
	"migcheck/preflight/rules"
)

// TestHistoryOfHostileNames: a host, a guest and a device whose names would mean
// something to a terminal, a page or a reader of lines are shown by history, and
// do nothing.
func TestHistoryOfHostileNames(t *testing.T) {
	for _, name := range []string{
		"\x1b[31mred", "\x1b]0;title\a", "\u009b2J", "a\nFORGED: as it is now since run 1", "a\r\nFORGED", "\u202eright to left", "\x00",
		"<script>alert(1)</script>", "]]><x/>&amp;", `quote " back \ slash`, "$(reboot)", "`reboot`", "x; reboot", "%s%n", "--host", "'; DROP TABLE run; --",
	} {
		file := filepath.Join(t.TempDir(), "history.db")
		recordHostile(t, file, name)
		for _, of := range []string{"--guest", "--host"} {
			out := historyOf(t, file, of+"="+name)
			if !strings.Contains(strings.Join(strings.Fields(out), " "), strings.Join(strings.Fields(report.Safe(name)), " ")) {
				t.Errorf("%s %q is not named in\n%s", of, name, out)
			}
			if strings.Contains(out, "nothing has changed") || strings.Contains(out, "\nFORGED") {
				t.Errorf("%s %q:\n%s", of, name, out)
			}
			for _, r := range out {
				if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
					t.Fatalf("%s %q: %q in\n%q", of, name, r, out)
				}
			}
			var d followed
			if err := json.Unmarshal([]byte(historyOf(t, file, of+"="+name, "-o", "json")), &d); err != nil || d.Guest+d.Host != name {
				t.Errorf("%s %q: %q, %v", of, name, d.Guest+d.Host, err)
			}
		}
	}
}

// historyOf is what migcheck history prints.
func historyOf(t *testing.T, file string, args ...string) string {
	t.Helper()
	var b bytes.Buffer
	cmd := root()
	cmd.SetOut(&b)
	cmd.SetErr(&b)
	cmd.SetArgs(append([]string{"history", "--history", file}, args...))
	if err := cmd.ExecuteContext(t.Context()); err != nil {
		t.Fatalf("history %q: %v", args, err)
	}
	return b.String()
}

// recordHostile stores two runs. A host of that name has lost its VLANs in the
// second, and has a device of that name; a guest of that name can't go there any
// more.
func recordHostile(t *testing.T, file, name string) {
	t.Helper()
	f, err := history.Open(t.Context(), file)
	must(t, err)
	defer f.Close()
	for run := range 2 {
		of := synth.Fleet(synth.Size{Hosts: 3, Guests: 6, NICs: 1, VLANs: 2}, 3)
		of.Now = of.Now.Add(time.Duration(run) * time.Hour)
		h := of.Hosts[0].View.Host
		h.Name = name
		if run == 1 {
			h.Devices = slices.DeleteFunc(h.Devices, func(d hostinfo.Device) bool { return d.VLAN != nil })
			h.Devices = append(h.Devices, hostinfo.Device{Index: 900, Name: name, Kind: hostinfo.KindDummy, LinkType: "ether", Up: hostinfo.Yes})
		}
		of.Hosts[0].View = preflight.NewView(h)
		elsewhere := slices.IndexFunc(of.Guests, func(g fleet.Guest) bool { return g.Host != 0 })
		of.Guests[elsewhere].Name = name
		d := fleet.Judge(of, rules.All).Document(preflight.Tool{Name: "migcheck"}, preflight.Options{})
		_, err := f.Record(t.Context(), of, d, history.Keep{})
		must(t, err)
	}
}
