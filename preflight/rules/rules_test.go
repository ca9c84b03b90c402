package rules_test

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"migcheck/fixtures/story"
	"migcheck/preflight"
	"migcheck/preflight/rules"
)

var update = flag.Bool("update", false, "rewrite the table in the README")

var tree = os.DirFS("../../fixtures/rules")

// The three kinds of case that every rule has, by the first word of the file's
// name.
const (
	fires     = "fires"     // the rule has something to say
	quiet     = "quiet"     // it looks alike, and the rule keeps silent
	undecided = "undecided" // the rule can't tell, and says so
)

// TestCases runs every story of every rule: each tells all that migcheck has to
// say about it, no more and no less.
func TestCases(t *testing.T) {
	for _, r := range rules.All {
		t.Run(r.ID, func(t *testing.T) {
			have := map[string]bool{}
			files, err := fs.ReadDir(tree, r.ID)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
			for _, f := range files {
				kind, _, _ := strings.Cut(strings.TrimSuffix(f.Name(), ".txt"), "-")
				have[kind] = true
				t.Run(f.Name(), func(t *testing.T) { testCase(t, r, kind, path.Join(r.ID, f.Name())) })
			}
			for _, kind := range []string{fires, quiet, undecided} {
				if kind == fires && r.Level == preflight.Undecided && have[undecided] {
					continue // that is all it ever says
				}
				if !have[kind] && !(kind == undecided && len(r.Needs) == 0) {
					t.Errorf("no case fixtures/rules/%s/%s*.txt", r.ID, kind)
				}
			}
		})
	}
}

func testCase(t *testing.T, r *preflight.Rule, kind, name string) {
	s, err := story.Load(tree, name)
	if err != nil {
		t.Fatal(err)
	}
	if s.Text == "" {
		t.Error("the case tells no story")
	}
	got := preflight.Run(s.Plan, rules.All)
	if diff := cmp.Diff(s.Want, summary(got, r.ID)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
		for _, f := range got.Everything() {
			t.Logf("%s %s: %s (caused by %q)", f.Level, f.ID, f.Reason, f.CausedBy)
		}
	}
	if s.Suggest != nil {
		suggested := []string{}
		for _, f := range got.Findings {
			for _, one := range f.Suggest {
				suggested = append(suggested, one.Map+" "+one.Evidence)
			}
		}
		if diff := cmp.Diff(s.Suggest, suggested); diff != "" {
			t.Errorf("suggestions (-want +got):\n%s", diff)
		}
	}
	testFixes(t, *s.Plan, got)
	if k := kindOf(got, r.ID); k != kind {
		t.Errorf("the case is named %s, and the rule is %s", kind, k)
	}
}

// summary is a report in the words of a story's want part. What is said of
// every guest's setup is left to the cases of those rules. What was found beyond
// the network stands below its verdict, with one of its own.
func summary(r *preflight.Report, id string) []string {
	out := append(summaryOf(r.Findings, id), "verdict "+r.Verdict.String())
	if b := r.Beyond; b != nil {
		out = append(append(out, summaryOf(b.Findings, id)...), "beyond "+b.Verdict.String())
	}
	return out
}

func summaryOf(findings []preflight.Finding, id string) []string {
	var out []string
	for _, f := range findings {
		posture := rules.ByID(f.Rule).Posture && f.Level == preflight.Note && f.Rule != id
		if f.CausedBy != "" || posture {
			continue
		}
		words := []string{f.Level.String(), f.Rule}
		if f.Waived != nil && !f.Waived.Refused {
			words = append(words, "waived")
		}
		if f.Subject.NIC != nil {
			words = append(words, fmt.Sprintf("nic%d", *f.Subject.NIC))
		}
		words = append(words, f.Subject.Host, f.Subject.Device)
		out = append(out, strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " "))
	}
	return out
}

// kindOf says which kind of case a report is for a rule.
func kindOf(r *preflight.Report, id string) string {
	kind := quiet
	for _, f := range r.Everything() {
		switch {
		case f.Rule != id:
		case f.Level == preflight.Undecided && id != preflight.FactsNotObserved:
			kind = undecided
		default:
			return fires
		}
	}
	left := r.NotChecked
	if r.Beyond != nil {
		left = append(slices.Clone(left), r.Beyond.NotChecked...)
	}
	if slices.ContainsFunc(left, func(n preflight.NotChecked) bool { return n.Rule == id }) {
		kind = undecided
	}
	return kind
}

// TestNoStrayCases finds cases of rules that do not exist.
func TestNoStrayCases(t *testing.T) {
	dirs, err := fs.ReadDir(tree, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		if d.IsDir() && d.Name() != "base" && rules.ByID(d.Name()) == nil {
			t.Errorf("fixtures/rules/%s belongs to no rule", d.Name())
		}
	}
}

// TestCatalogue holds what every rule owes its readers.
func TestCatalogue(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range rules.All {
		file := strings.ReplaceAll(r.ID, "-", "_") + ".go"
		if _, err := os.Stat(file); err != nil {
			t.Errorf("%s: its file should be %s", r.ID, file)
		}
		if seen[r.ID] {
			t.Errorf("%s is in the list twice", r.ID)
		}
		seen[r.ID] = true
		title, rest, _ := strings.Cut(r.Doc, "\n")
		if title == "" || len(title) > 72 || strings.HasSuffix(title, ".") || len(rest) < 100 {
			t.Errorf("%s: its Doc needs a title of at most 72 characters without a full stop, and then the harm it does", r.ID)
		}
		for _, c := range r.CausedBy {
			if rules.ByID(c) == nil {
				t.Errorf("%s names the cause %s, which is no rule", r.ID, c)
			}
		}
	}
	files, _ := fs.Glob(os.DirFS("."), "*.go")
	for _, f := range files {
		b, _ := os.ReadFile(f)
		id := strings.ReplaceAll(strings.TrimSuffix(f, ".go"), "_", "-")
		if strings.Contains(string(b), "&preflight.Rule{") && !seen[id] && !strings.HasSuffix(f, "_test.go") {
			t.Errorf("%s holds a rule that is not in the list", f)
		}
	}
}

// TestReadmeTable holds the table in the README to the catalogue.
func TestReadmeTable(t *testing.T) {
	const path, begin, end = "../../README.md", "<!-- rules: written by go test ./preflight/rules -update -->\n", "<!-- end of rules -->"
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(raw), begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("the README has no place for the table of rules")
	}
	var table strings.Builder
	table.WriteString("| rule | what is wrong | level | libvirt notices |\n|---|---|---|---|\n")
	for _, r := range rules.All {
		title := r.Title()
		if r.Area == preflight.Beyond {
			title += " (`--scope all`)"
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s |\n", r.ID, title, r.Level, noticed[r.Phase])
	}
	want := head + begin + table.String() + end + tail
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(raw), want); diff != "" {
		t.Errorf("the table of rules needs updating: go test ./preflight/rules -update\n%s", diff)
	}
}

// noticed says in a word or two when libvirt itself would notice.
var noticed = map[preflight.Phase]string{
	preflight.Begin: "at once", preflight.Prepare: "before copying", preflight.Transfer: "while copying",
	preflight.Finish: "after copying", preflight.Silent: "never", preflight.After: "never",
}
