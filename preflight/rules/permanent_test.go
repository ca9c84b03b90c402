package rules_test

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"migcheck/fixtures/story"
	"migcheck/preflight"
	"migcheck/preflight/rules"
)

// TestPermanent writes down how each fix of the stories fires-kept-by-* is made
// to last: nothing runs these lines, so they are for reading.
func TestPermanent(t *testing.T) {
	const golden = "../../fixtures/reports/permanent.txt"
	names, err := fs.Glob(tree, "*/fires-kept-by-*.txt")
	if err != nil || len(names) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	var b strings.Builder
	for _, name := range names {
		s, err := story.Load(tree, name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s\n", name)
		for _, f := range preflight.Run(s.Plan, rules.All).Findings {
			if f.CausedBy != "" || len(f.Fix)+len(f.Permanent) == 0 {
				continue
			}
			for _, line := range f.Fix {
				fmt.Fprintf(&b, "  now      %s\n", line)
			}
			if len(f.Permanent) == 0 {
				b.WriteString("  not kept\n")
				continue
			}
			fmt.Fprintf(&b, "  by %s\n", f.PermanentFor)
			for _, line := range f.Permanent {
				fmt.Fprintf(&b, "           %s\n", line)
			}
		}
	}
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s (-want +got; go test ./preflight/rules -update rewrites it):\n%s", golden, diff)
	}
}
