package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"migcheck/preflight"
	"migcheck/preflight/fleet"
	"migcheck/preflight/fleet/synth"
	"migcheck/preflight/report"
)

// golden compares an output with the file that is kept of it.
func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	file = "../../fixtures/reports/" + file
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got; go test ./preflight/report -update rewrites it):\n%s", file, diff)
	}
}

// endings are the formats by the file names of what is kept of them.
var endings = map[string]string{
	"text": "txt", "json": "json", "jsonl": "jsonl", "csv": "csv", "markdown": "md", "junit": "junit.xml", "prometheus": "prom",
	"nagios": "nagios.txt", "tap": "tap",
}

// TestFleetFormats keeps one small fleet in every format.
func TestFleetFormats(t *testing.T) {
	_, raw := fleetDocument(t, small)
	for format, ending := range endings {
		golden(t, "fleet/fleet."+ending, render(t, raw, format, report.Options{Width: 100}))
	}
	golden(t, "fleet/details.txt", render(t, raw, "text", report.Options{Width: 100, Details: true}))
	golden(t, "fleet/per-guest.prom", render(t, raw, "prometheus", report.Options{PerGuest: true}))
}

// TestKeptFleet: what is kept is as the schema says.
func TestKeptFleet(t *testing.T) {
	s, err := report.Fleet.Schema()
	if err != nil {
		t.Fatal(err)
	}
	resolved, err := s.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile("../../fixtures/reports/fleet/fleet.json")
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	if err := resolved.Validate(v); err != nil {
		t.Error(err)
	}
}

// TestPairFormats keeps three reports of pairs in every other format: a blocked
// one, an undecided one, and one of migrations.
func TestPairFormats(t *testing.T) {
	all := documents(t)
	raws := map[string][]byte{"moved": movedDocument(t)}
	for _, name := range []string{"blocked", "undecided", "beyond"} {
		raw, err := json.Marshal(all[goldens[name]])
		if err != nil {
			t.Fatal(err)
		}
		raws[name] = raw
	}
	for name, raw := range raws {
		for format, ending := range endings {
			if format != "text" && format != "json" {
				golden(t, name+"."+ending, render(t, raw, format, report.Options{Width: 100}))
			}
		}
	}
}

// TestEveryPairInEveryFormat: each case of each rule can be read in each format,
// and is of the same verdict in all.
func TestEveryPairInEveryFormat(t *testing.T) {
	for name, d := range sample(t) {
		raw, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		r := &d.Reports[0]
		var fails, undecides, waives int
		for _, f := range r.Everything() {
			switch {
			case f.CausedBy != "":
			case !f.Counts():
				waives++
			case f.Level == preflight.Blocked:
				fails++
			case f.Level == preflight.Undecided:
				undecides++
			}
		}
		s := junitFile(t, render(t, raw, "junit", report.Options{})).Suites[0]
		if s.Failures != fails || s.Errors != undecides || s.Skipped != waives {
			t.Errorf("%s: JUnit has %d, %d and %d of %d, %d and %d", name, s.Failures, s.Errors, s.Skipped, fails, undecides, waives)
		}
		if got := by(exposed(t, render(t, raw, "prometheus", report.Options{}))["migcheck_pair_verdict"], "verdict"); got[r.Verdict.String()] != 1 {
			t.Errorf("%s: for Prometheus its verdict is %v", name, got)
		}
		rows := csvRows(t, render(t, raw, "csv", report.Options{}))
		if rowOf(rows, "pair")["verdict"] != r.Verdict.String() {
			t.Errorf("%s: as a table its verdict is %v", name, rows[0])
		}
		if got, want := pluginOutput(t, render(t, raw, "nagios", report.Options{})).state, pluginState[r.Verdict]; got != want {
			t.Errorf("%s: a plugin says %s of what is %s", name, got, r.Verdict)
		}
		if tests := tapLines(t, render(t, raw, "tap", report.Options{})); len(tests) != 1 || tests[0].ok != (r.Verdict < preflight.Undecided) {
			t.Errorf("%s: as a test %+v of what is %s", name, tests, r.Verdict)
		}
		testBeyondInEveryFormat(t, name, raw, r, rows)
		lines := jsonLines(t, render(t, raw, "jsonl", report.Options{}))
		if n := len(lines) - 1 - len(d.Hosts) - 1; n != len(r.Findings) || lines[0]["findings"] != float64(n) {
			t.Errorf("%s: %d findings in lines of %d", name, n, len(r.Findings))
		}
	}
}

func rowOf(rows []map[string]string, kind string) map[string]string {
	for _, r := range rows {
		if r["kind"] == kind {
			return r
		}
	}
	return nil
}

// testBeyondInEveryFormat: what was found beyond the network has a verdict of its
// own in each format, where somebody asked, and is nowhere else.
func testBeyondInEveryFormat(t *testing.T, name string, raw []byte, r *preflight.Report, rows []map[string]string) {
	t.Helper()
	want := ""
	if r.Beyond != nil {
		want = r.Beyond.Verdict.String()
	}
	if got := rowOf(rows, "beyond the network")["verdict"]; got != want {
		t.Errorf("%s: as a table its verdict beyond the network is %q, not %q", name, got, want)
	}
	got := by(exposed(t, render(t, raw, "prometheus", report.Options{}))["migcheck_pair_beyond_verdict"], "verdict")
	if want == "" && len(got) > 0 || want != "" && got[want] != 1 {
		t.Errorf("%s: for Prometheus its verdict beyond the network is %v, not %q", name, got, want)
	}
	for _, format := range []string{"text", "markdown", "html"} {
		if said := bytes.Contains(bytes.ToLower(render(t, raw, format, report.Options{})), []byte("beyond the network")); said != (want != "") {
			t.Errorf("%s: %s speaks of what is beyond the network: %v", name, format, said)
		}
	}
}

// TestSummaryFitsAScreen: whatever the size of the fleet.
func TestSummaryFitsAScreen(t *testing.T) {
	for _, size := range []synth.Size{small, {Hosts: 1000, Guests: 1000, NICs: 1, VLANs: 4}} {
		f := smallFleet(size)
		for i := range 60 {
			f.Waivers = append(f.Waivers, preflight.Waiver{Rule: "bond-degraded", Host: fmt.Sprintf("host%05d", i), Reason: "spare parts are on their way", Until: f.Now.Add(time.Hour)})
		}
		_, raw := judged(t, f)
		lines := strings.Split(strings.TrimSuffix(string(render(t, raw, "text", report.Options{Width: 100})), "\n"), "\n")
		if len(lines) < 20 || len(lines) > 44 {
			t.Errorf("%d hosts: %d lines:\n%s", size.Hosts, len(lines), strings.Join(lines, "\n"))
		}
		for _, l := range lines {
			if n := utf8.RuneCountInString(l); n > 100 && !strings.HasPrefix(l, "    ip ") {
				t.Errorf("%d hosts: %d columns in %s", size.Hosts, n, l)
			}
		}
		if last := lines[len(lines)-1]; !strings.Contains(lines[len(lines)-2]+last, "free to move") {
			t.Errorf("%d hosts: the verdict is not last: %s", size.Hosts, last)
		}
	}
}

// TestUnknownIsNeverFree: where a host was not observed, guests may be missing.
func TestUnknownIsNeverFree(t *testing.T) {
	for _, d := range []fleet.Document{
		{Schema: fleet.Schema, Hosts: []fleet.HostLine{{}}},
		{Schema: fleet.Schema, Hosts: []fleet.HostLine{{Observed: true}, {Reason: "no route"}}, Guests: []fleet.GuestLine{{Name: "a", Ways: fleet.Ways{Undecided: 1, Unseen: 1}}}},
	} {
		raw, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		if out := render(t, raw, "text", report.Options{}); !bytes.Contains(out, []byte("\nUNDECIDED  ")) {
			t.Errorf("%s", out)
		}
	}
}

// TestBounds: what no fleet has is refused before anything is made of it.
func TestBounds(t *testing.T) {
	for what, raw := range map[string]string{
		"a set that is too large": `{"schema":"migcheck.fleet/1","needs":[{"blocked":"` + strings.Repeat("A", 1<<20) + `"}]}`,
		"a host in no list":       `{"schema":"migcheck.fleet/1","hosts":[{}],"needs":[{"blocked":"////"}]}`,
		"a guest's needs":         `{"schema":"migcheck.fleet/1","hosts":[{}],"needs":[{}],"guests":[{"needs":[0` + strings.Repeat(",0", 5000) + `]}]}`,
		"a later schema":          `{"schema":"migcheck.fleet/2"}`,
		"no schema":               `{}`,
		"another":                 `{"schema":"migcheck.host/1"}`,
		"a level":                 `{"schema":"migcheck.fleet/1","hosts":[{}],"guests":[{}],"exceptions":[{"verdict":"fine"}]}`,
		"deep":                    `{"schema":"migcheck.fleet/1","x":` + strings.Repeat("[", 20000),
	} {
		if _, err := report.Read([]byte(raw)); err == nil {
			t.Errorf("%s is taken", what)
		} else if len(err.Error()) > 300 {
			t.Errorf("%s: %d bytes of error", what, len(err.Error()))
		}
	}
}
