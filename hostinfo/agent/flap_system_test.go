//go:build system && linux

package agent

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"migcheck/hostinfo"
	"migcheck/hostinfo/netlink"
)

// inNamespace runs f on a thread in a network namespace of its own.
func inNamespace(t *testing.T, f func()) {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		err := unix.Unshare(unix.CLONE_NEWNET)
		defer func() { done <- err }()
		if err == nil {
			f()
		}
	}()
	if err := <-done; err != nil {
		t.Fatalf("unshare the network: %v", err)
	}
}

// ip runs lines of ip in the namespace of the calling thread.
func ip(t *testing.T, lines ...string) {
	cmd := exec.Command("ip", "-batch", "-")
	cmd.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("ip -batch: %v: %s", err, out)
		runtime.Goexit()
	}
}

// agentHere starts an agent in the namespace of the calling thread, and returns
// its socket and a function that ends it and tells how often it read the host.
func agentHere(t *testing.T) (string, func() int) {
	path := filepath.Join(t.TempDir(), "agent.sock")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), serveEnv+"="+path)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Start(); err != nil {
		t.Error(err)
		runtime.Goexit()
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	eventually(t, "the agent listens", func() bool {
		c, err := Local(path)(t.Context())
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	return path, func() int {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the agent ended with %v: %s", err, said.String())
		}
		n, err := strconv.Atoi(strings.TrimSpace(out.String()))
		if err != nil {
			t.Errorf("the agent said %q", out.String())
		}
		return n
	}
}

func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !f(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Errorf("not within a minute: %s", what)
			runtime.Goexit()
		}
	}
}

// Links flap as fast as they go for two seconds, before an agent that is asked
// and listened to all the time. It reads the host no more often than it may,
// every answer holds together, and after the last change the next answer and
// the stream are right.
func TestLinksFlap(t *testing.T) {
	inNamespace(t, func() {
		ip(t, "link set lo up", "link add br0 type bridge", "link add v0 type veth peer name v1", "link set v0 up")
		path, end := agentHere(t)
		c := NewClient(Local(path))
		defer c.Close()
		last := make(chan string, 1)
		ctx, stop := context.WithCancel(t.Context())
		listened := make(chan int, 1)
		go func() {
			lines := 0
			_ = NewClient(Local(path)).Changes(ctx, func(c Change) bool {
				lines++
				select {
				case <-last:
				default:
				}
				last <- c.ETag
				return true
			})
			listened <- lines
		}()
		begin := time.Now()
		var flap []string
		for range 20 {
			flap = append(flap, "link set v1 up", "link add d0 type bridge", "link set v1 down", "link del d0")
		}
		flapped := 0
		for time.Since(begin) < 2*time.Second {
			ip(t, flap...)
			flapped += len(flap)
			h, err := c.Inventory(t.Context(), MaxAge)
			if err != nil || len(h.Devices) < 4 || h.Missing(hostinfo.FactDevices, "") != nil {
				t.Errorf("while links flap: %+v, %v", h, err)
			}
		}
		ip(t, "link set v1 up mtu 1400", "link del br0")
		var truth *hostinfo.Host
		eventually(t, "the agent shows what is there", func() bool {
			var err error
			if truth, err = (netlink.Collector{}).Collect(t.Context()); err != nil {
				t.Error(err)
			}
			h, err := c.Inventory(t.Context(), MaxAge)
			return err == nil && cmp.Equal(truth.Devices, h.Devices)
		})
		eventually(t, "the stream has come to the same", func() bool {
			select {
			case tag := <-last:
				last <- tag
				return tag == c.tag
			default:
				return false
			}
		})
		stop()
		lines, took := <-listened, time.Since(begin)
		most := int(took/Pause) + 2
		if reads := end(); reads > most || lines > reads {
			t.Errorf("%d readings and %d lines in %v, at most %d are allowed", reads, lines, took, most)
		} else {
			t.Logf("%d changes in %v: %d readings, %d lines", flapped, took, reads, lines)
		}
	})
}

// A subscription that could not hold all that the kernel told says so, and goes
// on.
func TestOverrun(t *testing.T) {
	inNamespace(t, func() {
		sub, err := netlink.Subscribe()
		if err != nil {
			t.Error(err)
			return
		}
		defer sub.Close()
		var flap []string
		for range 500 {
			flap = append(flap, "link set lo up", "link set lo down")
		}
		ip(t, flap...)
		if lost, err := sub.Next(); !lost || err != nil {
			t.Errorf("after 1,000 changes: lost %v, %v", lost, err)
		}
		ip(t, "link set lo up")
		if lost, err := sub.Next(); lost || err != nil {
			t.Errorf("after one more: lost %v, %v", lost, err)
		}
	})
}
