package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"migcheck/preflight"
	"migcheck/preflight/rules"
)

// run0 is what a command line writes to stdout.
func run0(t *testing.T, args ...string) string {
	t.Helper()
	cmd := root()
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetArgs(args)
	if err := cmd.ExecuteContext(t.Context()); err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	return out.String()
}

// TestEveryRuleExplains: with its harm, and at work in one of its cases, and
// never wider than a page.
func TestEveryRuleExplains(t *testing.T) {
	for _, r := range rules.All {
		text := run0(t, "explain", r.ID)
		head, shown, found := strings.Cut(text, "\nexample:   ")
		if !found || !strings.HasPrefix(head, r.ID+": "+r.Title()+"\n\n") {
			t.Errorf("%s: no title, or no example:\n%s", r.ID, text)
		}
		if _, finding, ok := strings.Cut(shown, "\n\n"); !ok || !strings.Contains(finding, r.ID) {
			t.Errorf("%s: the example does not show it:\n%s", r.ID, shown)
		}
		if r.Level > preflight.Note && !strings.Contains(shown, "\n  "+r.Level.String()+" ") {
			t.Errorf("%s: the example does not show it at its level:\n%s", r.ID, shown)
		}
		if strings.Contains(shown, "(waived)") || strings.Contains(shown, "\n\n\n") {
			t.Errorf("%s: the example is no good one:\n%s", r.ID, shown)
		}
		for line := range strings.Lines(text) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 100 {
				t.Errorf("%s: %d columns: %s", r.ID, n, line)
			}
		}
	}
}

// TestExplainJSON: the same for programs, one rule or all.
func TestExplainJSON(t *testing.T) {
	var all []explanation
	if err := json.Unmarshal([]byte(run0(t, "explain", "-o", "json")), &all); err != nil {
		t.Fatal(err)
	}
	if len(all) != len(rules.All) {
		t.Fatalf("%d of %d rules", len(all), len(rules.All))
	}
	for i, r := range rules.All {
		e := all[i]
		if e.Rule != r.ID || e.Title != r.Title() || e.Text == "" || e.Level != r.Level || e.Phase != r.Phase || len(e.LooksAt) != len(r.Needs) {
			t.Errorf("%s: %+v", r.ID, e)
		}
		if e.Waivable != (r.ID != preflight.FactsNotObserved && r.Level > preflight.Note) {
			t.Errorf("%s: waivable is %v", r.ID, e.Waivable)
		}
		x := e.Example
		if x == nil || x.Finding.Rule != r.ID || x.Story == "" || !strings.HasPrefix(x.Case, r.ID+"/") {
			t.Errorf("%s: the example is %+v", r.ID, x)
		}
	}
	var one explanation
	if err := json.Unmarshal([]byte(run0(t, "explain", "vlan-mismatch", "-o", "json")), &one); err != nil || one.Rule != "vlan-mismatch" {
		t.Errorf("%+v, %v", one, err)
	}
}

// TestNoCaseNoExample: a rule that no case fires has none.
func TestNoCaseNoExample(t *testing.T) {
	x, err := exampleOf(&preflight.Rule{ID: "no-such-rule"})
	if x != nil || err != nil {
		t.Errorf("%+v, %v", x, err)
	}
	e, err := explain(&preflight.Rule{ID: "no-such-rule", Doc: "nothing is wrong\nIt does no harm."})
	var out bytes.Buffer
	if err != nil || e.print(&out) != nil || strings.Contains(out.String(), "example") {
		t.Errorf("%v: %s", err, &out)
	}
}

// TestRulesAreGrouped: every rule is listed once, and nothing else.
func TestRulesAreGrouped(t *testing.T) {
	text := run0(t, "rules")
	if text != run0(t, "explain") {
		t.Error("explain without a rule lists something else")
	}
	var listed []string
	for line := range strings.Lines(text) {
		if id, ok := strings.CutPrefix(line, "  "); ok && !strings.HasPrefix(id, " ") {
			listed = append(listed, strings.Fields(id)[0])
		}
		if utf8.RuneCountInString(line) > 101 {
			t.Errorf("too wide: %s", line)
		}
	}
	slices.Sort(listed)
	var want []string
	for _, r := range rules.All {
		want = append(want, r.ID)
	}
	slices.Sort(want)
	if !slices.Equal(listed, want) {
		t.Errorf("listed are %v", listed)
	}
}
