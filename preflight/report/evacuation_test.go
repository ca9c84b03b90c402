package report_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"

	"migcheck/preflight"
	"migcheck/preflight/evacuate"
	"migcheck/preflight/fixes"
	"migcheck/preflight/fleet/synth"
	"migcheck/preflight/report"
	"migcheck/preflight/rules"
)

// TestPlanDocuments: an evacuation and a fleet's fixes are as their schemas say,
// and their text is made of the JSON, with names that no terminal obeys.
func TestPlanDocuments(t *testing.T) {
	f := synth.Fleet(synth.Size{Hosts: 4, Guests: 120, NICs: 2, VLANs: 6}, 3)
	f.Hosts[1].View.Links.ByName("bond0.601").VLAN.ID = 999
	const hostile = "guest\x1b[2J\u202eevil"
	named := map[int]bool{}
	for i := range f.Guests { // one of each home
		if h := f.Guests[i].Host; !named[h] && f.Guests[i].State.Active() {
			named[h], f.Guests[i].Name = true, hostile
		}
	}
	tool := preflight.Tool{Name: "migcheck", Version: "test"}
	plan := evacuate.Plan(&evacuate.Task{Fleet: f, Rules: rules.All, Tries: 20}, tool, preflight.Options{})
	ranked := fixes.Rank(f, rules.All, 0, tool, preflight.Options{})
	if len(plan.Steps) == 0 || len(plan.Left) == 0 || len(ranked.Fixes) == 0 {
		t.Fatalf("%d steps, %d left, %d fixes", len(plan.Steps), len(plan.Left), len(ranked.Fixes))
	}
	ranked.Fixes[0].Device = "bond0\x1b]0;x\a"
	for name, c := range map[string]struct {
		doc    any
		schema func() (*jsonschema.Schema, error)
		render func(w *bytes.Buffer, document []byte, format string) error
		words  []string
	}{
		"evacuation": {plan, report.Evacuation.Schema, func(w *bytes.Buffer, b []byte, format string) error {
			return report.Render(w, b, format, report.Options{Width: 100})
		}, []string{`guest\x1b[2J\u202eevil`, "evacuation of host00000", "too little memory", "have a place"}},
		"fixes": {ranked, report.Fixes.Schema, func(w *bytes.Buffer, b []byte, format string) error {
			return report.Render(w, b, format, report.Options{Width: 100})
		}, []string{`bond0\x1b]0;x`, "4 hosts, 120 guests", "  1  "}},
	} {
		t.Run(name, func(t *testing.T) {
			raw, err := json.Marshal(c.doc)
			if err != nil {
				t.Fatal(err)
			}
			validate(t, c.schema, raw)
			var text, again bytes.Buffer
			if err := c.render(&text, raw, "text"); err != nil {
				t.Fatal(err)
			}
			if err := c.render(&again, raw, "json"); err != nil {
				t.Fatal(err)
			}
			var fromJSON bytes.Buffer
			if err := c.render(&fromJSON, again.Bytes(), "text"); err != nil || fromJSON.String() != text.String() {
				t.Errorf("rendered from what -o json writes: %v\n%s", err, &fromJSON)
			}
			if strings.ContainsAny(text.String(), "\x1b\a\u202e") {
				t.Errorf("a terminal would obey:\n%q", text.String())
			}
			for _, w := range c.words {
				if !strings.Contains(text.String(), w) {
					t.Errorf("nothing of %q in\n%s", w, &text)
				}
			}
			if err := c.render(&text, raw, "html"); err == nil {
				t.Error("a format that there is not")
			}
		})
	}
}

func validate(t *testing.T, schema func() (*jsonschema.Schema, error), raw []byte) {
	t.Helper()
	s, err := schema()
	if err != nil {
		t.Fatal(err)
	}
	resolved, err := s.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, doc := range []struct {
		text string
		ok   bool
	}{{string(raw), true}, {`{}`, false}, {`{"schema": 1}`, false}} {
		var v any
		if err := json.Unmarshal([]byte(doc.text), &v); err != nil {
			t.Fatal(err)
		}
		if err := resolved.Validate(v); (err == nil) != doc.ok {
			t.Errorf("%.60s: %v", doc.text, err)
		}
	}
}
