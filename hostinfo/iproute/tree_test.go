package iproute_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute/parity"
)

// judge holds what the script answered in a tree against what its story wants.
func judge(t *testing.T, tree *parity.Tree, answer []byte) {
	t.Helper()
	h := decode(t, answer).Host
	got, want := parity.FactsOf(h), tree.Want
	slices.Sort(got.Gaps)
	if h.Via == "sysfs" { // where devices and hardware are of one source, and VFs' settings of none
		hardware := func(f hostinfo.Fact) bool { return f == hostinfo.FactHardware }
		got.Gaps = slices.DeleteFunc(got.Gaps, hardware)
		want.Gaps = slices.DeleteFunc(slices.Clone(want.Gaps), hardware)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("-want +got:\n%s\ngaps %+v", diff, h.Gaps)
	}
}

// What the script answered in the trees, as it was recorded.
func TestTreesAsRecorded(t *testing.T) {
	answers, err := filepath.Glob("testdata/trees/*.answer")
	if err != nil || len(answers) == 0 {
		t.Fatalf("no answers: %v", err)
	}
	for _, file := range answers {
		t.Run(filepath.Base(file), func(t *testing.T) {
			tree, err := parity.ReadTree(strings.TrimSuffix(file, ".answer") + ".txt")
			if err != nil {
				t.Fatal(err)
			}
			answer, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			judge(t, tree, answer)
		})
	}
}
