package report_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"migcheck/fixtures/story"
	"migcheck/preflight"
	"migcheck/preflight/report"
	"migcheck/preflight/rules"
)

var update = flag.Bool("update", false, "rewrite golden files")

// documents are one report document for every case of every rule.
func documents(t *testing.T) map[string]*preflight.Document {
	t.Helper()
	all, err := cases()
	if err != nil || len(all) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	return all
}

// sample is all documents, or one of eight where a run is to be short: under the
// race detector and on an emulated machine, which look for something else.
func sample(t *testing.T) map[string]*preflight.Document {
	t.Helper()
	all := documents(t)
	if !testing.Short() {
		return all
	}
	some := map[string]*preflight.Document{}
	for i, name := range slices.Sorted(maps.Keys(all)) {
		if i%8 == 0 {
			some[name] = all[name]
		}
	}
	return some
}

var cases = sync.OnceValues(func() (map[string]*preflight.Document, error) {
	tree := os.DirFS("../../fixtures/rules")
	names, err := fs.Glob(tree, "*/*.txt")
	if err != nil {
		return nil, err
	}
	out := map[string]*preflight.Document{}
	for _, name := range names {
		s, err := story.Load(tree, name)
		if err != nil {
			return nil, err
		}
		r := preflight.Run(s.Plan, rules.All)
		out[name] = &preflight.Document{
			Schema: preflight.Schema, Tool: preflight.Tool{Name: "migcheck", Version: "test"},
			Created: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC), Waivers: s.Plan.Waivers,
			Hosts:   []preflight.HostIdentity{preflight.Identify(s.Plan.From.Host), preflight.Identify(s.Plan.To.Host)},
			Reports: []preflight.Report{*r}, Verdict: r.Verdict,
		}
	}
	return out, nil
})

// TestSchema holds every document to the schema that is handed out.
func TestSchema(t *testing.T) {
	s, err := report.Pairs.Schema()
	if err != nil {
		t.Fatal(err)
	}
	resolved, err := s.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string, raw []byte) {
		var v any
		if err := json.Unmarshal(raw, &v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := resolved.Validate(v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, d := range documents(t) {
		raw, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		check(name, raw)
	}
	check("moved", movedDocument(t))
	files, _ := filepath.Glob("../../fixtures/reports/*.json")
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		check(name, raw)
	}
	for _, wrong := range []string{`{}`, `{"schema": 1}`, `{"verdict": "fine"}`} {
		var v any
		_ = json.Unmarshal([]byte(wrong), &v)
		if resolved.Validate(v) == nil {
			t.Errorf("the schema takes %s", wrong)
		}
	}
}

// goldens are the stories whose reports are kept, by the name of their files.
var goldens = map[string]string{
	"blocked":   "vlan-mismatch/fires.txt",
	"undecided": "facts-not-observed/fires-host-does-not-answer.txt",
	"warning":   "lowerdev-admin-down/fires.txt",
	"stack":     "lowerdev-no-carrier/fires.txt",
	"bridge":    "bridge-uplink-down/fires-no-carrier.txt",
	"suggested": "source-dev-missing/fires-other-name-there.txt",
	"two-fit":   "source-dev-missing/fires-two-fit.txt",
	"addresses": "source-dev-missing/fires-untagged-with-addresses.txt",
	"unusable":  "source-dev-missing/fires-unusable-there.txt",
	"untagged":  "source-dev-missing/fires-untagged-without-evidence.txt",
	"beyond":    "src-not-allowed-misc/fires.txt",
}

// TestFormats renders stored reports: JSON in, text out.
func TestFormats(t *testing.T) {
	all := documents(t)
	for name, story := range goldens {
		d := all[story]
		if d == nil {
			t.Errorf("there is no story %s", story)
			continue
		}
		raw, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		for format, ending := range map[string]string{"text": ".txt", "json": ".json"} {
			var b bytes.Buffer
			if err := report.Render(&b, raw, format, report.Options{Width: 100}); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			golden := "../../fixtures/reports/" + name + ending
			if *update {
				if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), b.String()); diff != "" {
				t.Errorf("%s (-want +got; go test ./preflight/report -update rewrites it):\n%s", golden, diff)
			}
		}
	}
}

// TestEveryFindingIsComplete: each can be pasted into a ticket by itself.
func TestEveryFindingIsComplete(t *testing.T) {
	for name, d := range documents(t) {
		var b bytes.Buffer
		raw, _ := json.Marshal(d)
		if err := report.Render(&b, raw, "text", report.Options{}); err != nil {
			t.Fatal(err)
		}
		for _, f := range d.Reports[0].Findings {
			if f.Reason == "" || f.ID == "" || f.Subject.Guest == "" || f.Phase == "" || f.Level == preflight.Ready {
				t.Errorf("%s: %+v says too little", name, f)
			}
			if f.CausedBy == "" && f.Level > preflight.Note && len(f.Fix) == 0 && f.Hint == "" {
				t.Errorf("%s: %s does not say what to do", name, f.Rule)
			}
			if f.CausedBy == "" && !strings.Contains(b.String(), f.Rule) {
				t.Errorf("%s: the text leaves out %s", name, f.Rule)
			}
		}
	}
}

// TestLongListsOfRules: eight are named, and of more the first five.
func TestLongListsOfRules(t *testing.T) {
	for n, want := range map[int]string{
		8: "a, b, c, d, e, f, g, h", 9: "a, b, c, d, e and 4 more (migcheck ... -o json lists them)",
	} {
		rep := preflight.Report{Findings: []preflight.Finding{{ID: "root", Rule: preflight.FactsNotObserved, Level: preflight.Undecided}}}
		for i := range n {
			rule := string(rune('a' + n - 1 - i))
			rep.Findings = append(rep.Findings, preflight.Finding{ID: rule, Rule: rule, CausedBy: "root"})
			rep.NotChecked = append(rep.NotChecked, preflight.NotChecked{Rule: rule, Host: "hostB", Reason: "why"})
		}
		raw, err := json.Marshal(preflight.Document{Schema: preflight.Schema, Reports: []preflight.Report{rep}})
		if err != nil {
			t.Fatal(err)
		}
		var text, whole bytes.Buffer
		if err := report.Render(&text, raw, "text", report.Options{}); err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{"not decided for lack of it: " + want + "\n", "on hostB: " + want + " (why)\n"} {
			if !strings.Contains(text.String(), line) {
				t.Errorf("no %q in\n%s", line, &text)
			}
		}
		if err := report.Render(&whole, raw, "json", report.Options{}); err != nil || strings.Count(whole.String(), `"caused_by"`) != n {
			t.Errorf("%v: the JSON is not whole:\n%s", err, &whole)
		}
	}
}

// FuzzText: whatever hosts and guests are called, the text holds no character
// that a terminal would obey.
func FuzzText(f *testing.F) {
	f.Add("guest1", "bond0\x1b[31m", "why\u202e\u0007")
	f.Add("\uf8f2red", "a\nb", "\x9b1m")
	f.Fuzz(func(t *testing.T, guest, device, reason string) {
		nic := 0
		d := preflight.Document{Schema: preflight.Schema, Options: preflight.Options{
			Snapshot: reason, Assumed: []preflight.Assumption{{Host: "hostB", Command: device}, {Host: guest, NotApplied: reason}},
		}, Waivers: []preflight.Waiver{{Rule: device, Reason: reason}}, Reports: []preflight.Report{{
			Guest: preflight.GuestIdentity{Name: guest}, From: device, To: "hostB", Verdict: preflight.Blocked,
			NICs: []preflight.NICReport{{Judged: true, Source: preflight.SideReport{Summary: device}}},
			Findings: []preflight.Finding{{
				Rule: "vlan-mismatch", Level: preflight.Blocked, Reason: reason, Fix: []string{reason}, Hint: guest,
				Permanent: []string{reason}, PermanentFor: device,
				Subject: preflight.Subject{Guest: guest, NIC: &nic, Device: device}, SourceValue: reason,
				Suggest: []preflight.Suggestion{{Map: device, Evidence: reason}}, Waived: &preflight.Waived{Reason: guest},
			}, {Rule: "guest-busy", Suggest: []preflight.Suggestion{{Map: device}, {Evidence: guest}}, Unwaivable: reason}},
		}}}
		raw, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := report.Render(&b, raw, "text", report.Options{Width: 80}); err != nil {
			t.Fatal(err)
		}
		for _, r := range b.String() {
			if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
				t.Fatalf("%q in the text", r)
			}
		}
	})
}
