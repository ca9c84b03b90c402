//go:build linux

package netlink

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute/parity"
)

// A host's files, read here, say what its story wants. The script reads the
// same trees in a test of its own.
func TestTrees(t *testing.T) {
	stories, err := filepath.Glob("../iproute/testdata/trees/*.txt")
	if err != nil || len(stories) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range stories {
		t.Run(filepath.Base(file), func(t *testing.T) {
			tree, err := parity.ReadTree(file)
			if err != nil {
				t.Fatal(err)
			}
			r := root(t.TempDir())
			if err := tree.Plant(string(r)); err != nil {
				t.Fatal(err)
			}
			h := &hostinfo.Host{User: "root", Devices: tree.Devices}
			h.Kernel = r.line("proc/sys/kernel/osrelease")
			t.Setenv("PATH", "/bin") // tc is not there
			for _, read := range []func(*hostinfo.Host){r.hardware, r.shaping, r.lldpad, r.daemon, r.taps, r.routes, r.memory, r.system, r.configured} {
				read(h)
			}
			got := parity.FactsOf(h)
			slices.Sort(got.Gaps)
			if diff := cmp.Diff(tree.Want, got); diff != "" {
				t.Errorf("-want +got:\n%s\ngaps %+v", diff, h.Gaps)
			}
		})
	}
}
