//go:build system && linux

package iproute_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"migcheck/fixtures/distributions"
	"migcheck/hostinfo/iproute/parity"
)

// The script in each distribution's tree, as root, as a user in libvirt's group
// and as one who is not, says what is recorded of it.
func TestDistributionsByTheScript(t *testing.T) {
	dir := filepath.Join("..", "..", "fixtures", "distributions")
	for _, name := range distributions.Names() {
		t.Run(name, func(t *testing.T) {
			tree, err := parity.ReadTree(filepath.Join(dir, "common"), filepath.Join(dir, name+".txt"))
			if err != nil {
				t.Fatal(err)
			}
			of := distributions.Load(name)
			now := &txtar.Archive{Comment: []byte("What migcheck's script answered in the tree of " + name + ".txt (see README.md).\n")}
			for _, who := range []person{{name: "root"}, {name: "alice", id: 1000, groups: fmt.Sprint(of.Group)}, {name: "paula", id: 1001}} {
				answer := answerOf(t, tree, "dash", who)
				now.Files = append(now.Files, txtar.File{Name: who.name, Data: answer})
				if *update {
					continue
				}
				if diff := cmp.Diff(decode(t, of.Answers[who.name]), decode(t, answer)); diff != "" {
					t.Errorf("%s (-recorded +now; -update records it):\n%s", who.name, diff)
				}
			}
			if *update {
				if err := os.WriteFile(filepath.Join(dir, name+".answers"), bytes.TrimLeft(txtar.Format(now), "\n"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
