package report_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"migcheck/preflight"
	"migcheck/preflight/fleet"
	"migcheck/preflight/fleet/synth"
	"migcheck/preflight/report"
	"migcheck/preflight/rules"
)

// TestFleetDocument: a fleet's document is as its schema says, is itself when it
// is read back, and says of every pair what the matrix says.
func TestFleetDocument(t *testing.T) {
	f := synth.Fleet(synth.Size{Hosts: 150, Guests: 600, NICs: 2, VLANs: 5}, 7)
	f.Waivers = []preflight.Waiver{{Rule: "vlan-mismatch", Host: "host00003", Reason: "recabling", Until: f.Now}}
	m := fleet.Judge(f, rules.All)
	d := m.Document(preflight.Tool{Name: "migcheck", Version: "test"}, preflight.Options{})
	raw, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	s, err := report.Fleet.Schema()
	if err != nil {
		t.Fatal(err)
	}
	resolved, err := s.Resolve(nil)
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
	for _, wrong := range []string{`{}`, `{"schema": 1}`, strings.Replace(string(raw), `"blocked":"`, `"blocked":"?`, 1)} {
		_ = json.Unmarshal([]byte(wrong), &v)
		if resolved.Validate(v) == nil {
			t.Errorf("the schema takes %.60s", wrong)
		}
	}
	var back fleet.Document
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	if err := back.Check(); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*fleet.Document){
		"schema": func(d *fleet.Document) { d.Schema = "migcheck.report/1" }, "home": func(d *fleet.Document) { d.Guests[3].Host = -1 },
		"need": func(d *fleet.Document) { d.Guests[3].Needs = []int{len(d.Needs)} }, "finding": func(d *fleet.Document) { d.Findings[0].Host = 150 },
		"finding's need": func(d *fleet.Document) { d.Findings[0].Needs = []int{-1} }, "finding's guest": func(d *fleet.Document) { d.Findings[0].Alone = []int{600} },
		"exception": func(d *fleet.Document) { d.Exceptions = []fleet.Exception{{Guest: 600}} },
		"order":     func(d *fleet.Document) { d.Exceptions = []fleet.Exception{{Guest: 1, Host: 2}, {Guest: 1, Host: 2}} },
		"set":       func(d *fleet.Document) { d.Needs[0].Blocked = fleet.Set{0, 0, 1 << 22} }, // host 150 of 0 to 149
		"count":     func(d *fleet.Document) { d.Guests[3].Ways.Blocked = 1 << 40 },
		"name":      func(d *fleet.Document) { d.Hosts[0].Name = strings.Repeat("x", 2000) },
		"label":     func(d *fleet.Document) { d.Needs[0].Label = strings.Repeat("x", 2000) },
		"cause":     func(d *fleet.Document) { d.Findings[0].Needs = []int{-1} },
		"alone":     func(d *fleet.Document) { d.Findings[0].Alone = []int{600} },
	} {
		var bad fleet.Document
		if err := json.Unmarshal(raw, &bad); err != nil {
			t.Fatal(err)
		}
		if spoil(&bad); bad.Check() == nil {
			t.Errorf("a document with a wrong %s is taken", name)
		}
	}
	again, err := json.Marshal(&back)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(raw), string(again)); diff != "" {
		t.Errorf("read back and written again (-first +second):\n%s", diff)
	}
	met := [preflight.Blocked + 1]int{}
	for g := range f.Guests {
		if diff := cmp.Diff(m.Levels(g), back.Levels(g)); diff != "" {
			t.Fatalf("guest %d: its hosts by verdict (-matrix +document):\n%s", g, diff)
		}
		for h := range f.Hosts {
			want := m.Verdict(g, h)
			met[want]++
			if got := back.Verdict(g, h); got != want {
				t.Fatalf("guest %d on host %d: the document says %s, the matrix %s", g, h, got, want)
			}
		}
	}
	if met[preflight.Blocked] == 0 || met[preflight.Undecided] == 0 || met[preflight.Warning] == 0 {
		t.Errorf("the fleet is too healthy: %v", met)
	}
	for _, line := range d.Findings {
		if line.Finding.Reason == "" || len(line.Needs)+len(line.Alone) == 0 {
			t.Errorf("%+v is not said", line)
		}
	}
	if len(raw) > len(f.Hosts)*len(f.Guests)*8 {
		t.Errorf("the document has %d bytes", len(raw))
	}
}
