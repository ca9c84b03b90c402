//go:build linux

package netlink

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"migcheck/fixtures/distributions"
	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute"
	"migcheck/hostinfo/iproute/parity"
)

// What each distribution is and configures, read here, is what the script
// answered root there.
func TestDistributions(t *testing.T) {
	dir := filepath.Join("..", "..", "fixtures", "distributions")
	for _, name := range distributions.Names() {
		t.Run(name, func(t *testing.T) {
			tree, err := parity.ReadTree(filepath.Join(dir, "common"), filepath.Join(dir, name+".txt"))
			if err != nil {
				t.Fatal(err)
			}
			r := root(t.TempDir())
			if err := tree.Plant(string(r)); err != nil {
				t.Fatal(err)
			}
			h := &hostinfo.Host{User: "root"}
			r.system(h)
			r.configured(h)
			want, err := iproute.Decode(distributions.Load(name).Answers["root"], "MARKER")
			if err != nil {
				t.Fatal(err)
			}
			type facts struct {
				System               hostinfo.System
				Managers, Configured []string
			}
			of := func(h *hostinfo.Host) facts { return facts{h.System, h.Setup.Managers, h.Setup.Configured} }
			if diff := cmp.Diff(of(want.Host), of(h)); diff != "" {
				t.Errorf("-script +here:\n%s", diff)
			}
		})
	}
}
