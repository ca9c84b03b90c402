package netlink

import (
	"os"
	"path/filepath"
	"testing"

	"migcheck/hostinfo"
)

// That there is no socket is said only where all places could be looked at.
func TestLibvirtSockets(t *testing.T) {
	dir := t.TempDir()
	file, loop := filepath.Join(dir, "file"), filepath.Join(dir, "loop")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(loop, loop); err != nil {
		t.Fatal(err)
	}
	missing, nowhere := filepath.Join(dir, "missing"), filepath.Join(dir, "no", "directory")
	for _, c := range []struct {
		paths []string
		want  hostinfo.Tri
	}{
		{[]string{missing, nowhere}, hostinfo.No},
		{[]string{missing, file}, hostinfo.Yes},
		{[]string{loop, missing}, hostinfo.Unknown},
		{[]string{loop, file}, hostinfo.Yes},
	} {
		if got := socketsAmong(c.paths); got != c.want {
			t.Errorf("%q: %v, want %v", c.paths, got, c.want)
		}
	}
}
