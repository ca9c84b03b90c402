//go:build system && linux

package netlink_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// inNamespace runs f on a thread of its own in a fresh network namespace,
// which is gone with the thread. What f executes runs there too.
func inNamespace(tb testing.TB, f func()) {
	tb.Helper()
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		err := unix.Unshare(unix.CLONE_NEWNET)
		defer func() { done <- err }() // also after t.FailNow
		if err == nil {
			f()
		}
	}()
	if err := <-done; err != nil {
		tb.Fatalf("unshare the network: %v", err)
	}
}

// batch runs one line of ip or bridge commands after the other.
func batch(tb testing.TB, tool string, lines ...string) {
	tb.Helper()
	cmd := exec.Command(tool, "-batch", "-")
	cmd.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		tb.Errorf("%s -batch: %v: %s", tool, err, out)
		runtime.Goexit()
	}
}

// neighbourNamespace is the process id of somebody in another fresh network
// namespace, to move links to.
func neighbourNamespace(tb testing.TB) int {
	tb.Helper()
	cmd := exec.Command("unshare", "--net", "cat")
	in, err := cmd.StdinPipe()
	if err != nil {
		tb.Error(err)
		runtime.Goexit()
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Error(err)
		runtime.Goexit()
	}
	if err := cmd.Start(); err != nil {
		tb.Error(err)
		runtime.Goexit()
	}
	tb.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			tb.Error(err)
		}
	})
	fmt.Fprintln(in, "ready") // what comes back is cat's, who is there by then
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		tb.Errorf("unshare: %q, %v", line, err)
		runtime.Goexit()
	}
	return cmd.Process.Pid
}

// withSys runs argv where /sys shows the network namespace of the calling
// thread, as uid, and returns what it printed.
func withSys(tb testing.TB, uid int, path string, argv ...string) []byte {
	tb.Helper()
	args := append([]string{"--mount", "sh", "-c", `mount -t sysfs sysfs /sys && exec setpriv --reuid "$0" --clear-groups "$@"`, fmt.Sprint(uid)}, argv...)
	cmd := exec.Command("unshare", args...)
	cmd.Env = append(os.Environ(), "PATH="+path+os.Getenv("PATH"), "LOGNAME=nobody")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		tb.Errorf("%s: %v: %s", argv[0], err, stderr.Bytes())
		runtime.Goexit()
	}
	return out
}
