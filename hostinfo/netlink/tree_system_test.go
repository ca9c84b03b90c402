//go:build linux && system

package netlink

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute/parity"
)

// What is root's alone is a gap to others, and names no file.
func TestTreeOfAnotherUser(t *testing.T) {
	tree, err := parity.ReadTree("../iproute/testdata/trees/z-rhel.txt")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := tree.Plant(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	h := &hostinfo.Host{User: "alice"}
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		_, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, 65534, 65534, 65534)
		if errno != 0 {
			done <- errno
			return
		}
		root(dir).configured(h)
		done <- nil
	}()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	want := "only root may read everything in /etc/NetworkManager/system-connections, not user alice"
	if g := h.Missing(hostinfo.FactConfigured, ""); g == nil || g.Reason != want {
		t.Errorf("gap %+v", g)
	}
	if want := []string{"bond0", "eth0"}; !slices.Equal(h.Setup.Configured, want) {
		t.Errorf("configured: %q, want %q", h.Setup.Configured, want)
	}
}
