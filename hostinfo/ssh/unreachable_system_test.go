//go:build system

package ssh

import (
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// A machine without any route: its own kernel says that there is no way.
func TestUnreachable(t *testing.T) {
	d, err := New(Config{ConfigFile: "none", Home: t.TempDir()})
	check(t, err)
	errs := make(chan error)
	go func() {
		// The thread ends with this goroutine, and its network namespace too.
		runtime.LockOSThread()
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			errs <- err
			return
		}
		target, err := d.Resolve(t.Context(), "192.0.2.1")
		if err == nil {
			_, err = d.Dial(t.Context(), target)
		}
		errs <- err
	}()
	wantError(t, <-errs, Unreachable, "connect to 192.0.2.1:22", "network is unreachable")
}
