//go:build system && linux

package netlink_test

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute"
	"migcheck/hostinfo/netlink"
)

// A namespace that has a name is told by it, and by a process once it has none.
// The namespace that is read is no other one, by whichever name.
func TestNamespaceNames(t *testing.T) {
	inNamespace(t, func() {
		pid := neighbourNamespace(t)
		name := fmt.Sprintf("migcheck-test-%d", os.Getpid())
		run := func(args ...string) {
			if out, err := exec.Command("ip", append([]string{"netns"}, args...)...).CombinedOutput(); err != nil {
				t.Errorf("ip netns %v: %v: %s", args, err, out)
				runtime.Goexit()
			}
		}
		run("attach", name, fmt.Sprint(pid))
		defer func() {
			if name != "" {
				run("delete", name)
			}
		}()
		process := fmt.Sprintf("pid %d (cat)", pid)
		look := func(want, not string) {
			kernel, told := collect(t, func() *hostinfo.Host {
				marker := iproute.NewMarker()
				output, err := exec.Command("/bin/sh", "-c", iproute.Script(marker)).Output()
				if err != nil {
					t.Error(err)
					runtime.Goexit()
				}
				r, err := iproute.Decode(output, marker)
				if err != nil {
					t.Error(err)
					runtime.Goexit()
				}
				return r.Host
			})
			for _, h := range []*hostinfo.Host{kernel, told} {
				here := 0
				for _, n := range h.Namespaces {
					if n.Name == want && len(n.Devices) == 1 && n.Devices[0].Name == "lo" {
						here++
					}
					if n.Name == not || strings.HasPrefix(n.Name, fmt.Sprintf("pid %d ", unix.Gettid())) {
						t.Errorf("via %s: %s is there too", h.Via, n.Name)
					}
				}
				if here != 1 {
					t.Errorf("via %s: %s is there %d times", h.Via, want, here)
				}
			}
		}
		look(name, process)
		run("delete", name)
		gone := name
		name = ""
		look(process, gone)
	})
}

// Others than root see no other namespace, and are told so.
func TestNamespacesNeedRoot(t *testing.T) {
	var h *hostinfo.Host
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, 65534, 65534, 65534); errno != 0 {
			done <- errno
			return
		}
		var err error
		h, err = netlink.Collector{Name: "here"}.Collect(t.Context())
		done <- err
	}()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	g := h.Missing(hostinfo.FactNamespaces, "")
	if g == nil || !strings.HasPrefix(g.Reason, "only root may look into other network namespaces, not ") || h.Namespaces != nil {
		t.Errorf("gap %+v, %d namespaces", g, len(h.Namespaces))
	}
	if h.Missing(hostinfo.FactAddresses, "") != nil || h.Missing(hostinfo.FactHardware, "") != nil {
		t.Errorf("gaps %+v", h.Gaps)
	}
}
