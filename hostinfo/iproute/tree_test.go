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
	"migcheck/hostinfo/iproute"
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

// An answer that ends anywhere says of no fact less or else than the whole one
// does without a gap for it.
func TestAnswersCutAnywhere(t *testing.T) {
	for _, file := range []string{"debian-sriov", "z-rhel", "ubuntu-netplan"} {
		whole, err := os.ReadFile("testdata/trees/" + file + ".answer")
		if err != nil {
			t.Fatal(err)
		}
		all := *decode(t, whole).Host
		for n := 0; n < len(whole); n += 31 {
			r, err := iproute.Decode(whole[:n], "MARKER")
			if err != nil {
				continue
			}
			want, got := all, r.Host
			want.Hostname, want.Kernel, want.Arch, want.User, want.MacvtapModule, want.VhostNet = got.Hostname, got.Kernel, got.Arch, got.User, got.MacvtapModule, got.VhostNet
			want.System = got.System
			if got.Missing(hostinfo.FactDevices, "") != nil {
				want.Devices, got.Devices = nil, nil
				want.Gaps = append(slices.Clone(want.Gaps), *got.Missing(hostinfo.FactDevices, ""))
			}
			if got.Missing(hostinfo.FactNamespaces, "") != nil { // to both, for different reasons
				want.Namespaces, got.Namespaces = nil, nil
			}
			if diff := parity.Diff(&want, got); diff != "" {
				t.Fatalf("%s cut after %d bytes: -whole +cut:\n%s", file, n, diff)
			}
		}
	}
}
