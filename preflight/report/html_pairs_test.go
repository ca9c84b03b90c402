package report_test

import (
	"encoding/json"
	"html"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"migcheck/preflight"
)

// TestPairsPage: the page of every story is well formed, and tells each finding
// that stands by itself, with what to do about it.
func TestPairsPage(t *testing.T) {
	for name, d := range sample(t) {
		got := page(t, d)
		outline(t, got)
		if strings.Contains(got, "<script") {
			t.Errorf("%s: the page has a script", name)
		}
		text := html.UnescapeString(got)
		for _, f := range d.Reports[0].Findings {
			if f.CausedBy != "" {
				continue
			}
			for _, want := range append([]string{f.Rule, plain(f.Reason), plain(f.Hint)}, f.Fix...) {
				if !strings.Contains(text, plain(want)) {
					t.Errorf("%s: the page has no %q", name, want)
				}
			}
		}
		if want := d.Reports[0].Verdict.String(); !strings.Contains(text, "</span> "+want+"</span>") {
			t.Errorf("%s: the page does not say %s", name, want)
		}
	}
	var d preflight.Document
	if err := json.Unmarshal(movedDocument(t), &d); err != nil {
		t.Fatal(err)
	}
	if got := page(t, d); !strings.Contains(got, "What became of it") || !strings.Contains(got, "ARRIVED") {
		t.Error("the page does not say what became of a migration")
	}
}

// TestPairsPageOutline holds the page of one story to its outline.
func TestPairsPageOutline(t *testing.T) {
	golden := "../../fixtures/report/pairs.outline.txt"
	got := outline(t, page(t, documents(t)["vlan-mismatch/fires.txt"]))
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; go test ./preflight/report -update rewrites it):\n%s", golden, diff)
	}
}

// TestHostilePairs: a page of pairs has no script, and names make none.
func TestHostilePairs(t *testing.T) {
	for i, bad := range evilNames {
		next, nic := evilNames[(i+1)%len(evilNames)], 0
		d := preflight.Document{
			Schema: preflight.Schema, Tool: preflight.Tool{Name: bad, Version: next}, Options: preflight.Options{Snapshot: bad, Assumed: []preflight.Assumption{{Host: bad, Command: next}}},
			Waivers: []preflight.Waiver{{Rule: bad, Reason: next}}, Reports: []preflight.Report{{
				Guest: preflight.GuestIdentity{Name: bad}, From: next, To: bad, Verdict: preflight.Blocked,
				NICs:       []preflight.NICReport{{Judged: true, Type: bad, MAC: next, Source: preflight.SideReport{Summary: bad}, Destination: preflight.SideReport{Summary: next, Mode: bad}}},
				NotChecked: []preflight.NotChecked{{Rule: bad, Host: next, User: bad, Reason: next}},
				Findings: []preflight.Finding{{
					Rule: bad, Reason: next, Fix: []string{bad}, Permanent: []string{next}, PermanentFor: bad, Hint: next, Subject: preflight.Subject{Guest: bad, NIC: &nic, Host: next, Device: bad},
					Suggest: []preflight.Suggestion{{Map: bad + "=" + next, Evidence: next}, {Map: next}}, Explain: bad, Allow: next, Phase: preflight.Phase(bad),
				}},
			}},
		}
		got := page(t, d)
		outline(t, got)
		for _, forbidden := range []string{"<script", "<img", "<b>", "\u202e", "\u2028"} {
			if strings.Contains(got, forbidden) {
				t.Errorf("%q: the page has %q", bad, forbidden)
			}
		}
	}
}
