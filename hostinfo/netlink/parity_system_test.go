//go:build system && linux

package netlink_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"migcheck/hostinfo"
	"migcheck/hostinfo/agent"
	"migcheck/hostinfo/iproute"
	"migcheck/hostinfo/iproute/parity"
	"migcheck/hostinfo/netlink"
	"migcheck/hostinfo/snapshot"
)

// base is where this process's macvtaps count from: /dev/tapN is named by the
// ifindex, and all namespaces share /dev.
func base() int { return 1<<20 + os.Getpid()*16 }

// links are what this kernel can make without loading modules that a test
// machine may lack.
func links(other int) []string {
	tap := base()
	return []string{
		"link set lo up",
		"link add br0 type bridge",
		"link add v0 type veth peer name v1",
		"link set v1 master br0 up",
		"link set v0 up promisc on",
		"link set br0 up allmulticast on",
		"link property add dev v0 altname storage altname a-name-longer-than-fifteen-bytes",
		fmt.Sprintf("link add link v0 index %d name mt0 address 52:54:00:aa:00:01 type macvtap mode bridge", tap),
		fmt.Sprintf("link add link v0 index %d name mt1 address 52:54:00:aa:00:02 type macvtap mode vepa", tap+1),
		fmt.Sprintf("link add link v0 index %d name mt2 address 52:54:00:aa:00:03 type macvtap mode private", tap+2),
		"link set mt0 up",
		"link set mt1 up",
		"link add link mt2 name mv0 type macvlan mode bridge",
		"link add w0 type veth peer name w1",
		"link set w1 up mtu 9000",
		fmt.Sprintf("link add link w0 index %d name pt0 type macvtap mode passthru", tap+3),
		"link set pt0 up",
		"link add vx0 type vxlan id 9 dstport 4789 remote 10.0.0.1",
		"tuntap add tap0 mode tap",
		"tuntap add tun0 mode tun",
		`link add 'q"u;o' type bridge`,
		`link add "it's\n" type bridge`,
		"link add br\x01\xff type bridge",
		"link add $(reboot) type bridge",
		"link add if5 type bridge",
		// held from elsewhere, a peer elsewhere, a parent elsewhere
		"link add x0 type veth peer name x1",
		"link set x0 up",
		"link add link x0 name gone address 52:54:00:bb:00:01 type macvlan mode bridge",
		fmt.Sprintf("link set gone up netns %d", other),
		fmt.Sprintf("link set x1 netns %d", other),
		"link add y0 type veth peer name y1",
		"link add link y0 name stays type macvlan mode bridge",
		fmt.Sprintf("link set y0 netns %d", other),
		// the host's own addresses, and what is left out of them
		"address add 192.0.2.7/24 dev v0",
		"address add 192.0.2.8 peer 198.51.100.1/32 dev v0",
		"address add 169.254.1.1/16 dev v0 scope link",
		"address add 2001:db8::7/64 dev br0 nodad",
		"address add 127.0.0.2/8 dev lo",
		"address add 192.0.2.1/32 dev lo",
		"route add default via 192.0.2.9 dev v0",
		"route add unreachable default metric 9",
		"route add default dev br0 metric 7",
	}
}

// collect reads the namespace until it says the same twice, around what f
// reads: carriers settle on the kernel's own time, and other namespaces of this
// machine come and go.
func collect(t *testing.T, f func() *hostinfo.Host) (kernel, told *hostinfo.Host) {
	t.Helper()
	read := func() *hostinfo.Host {
		h, err := netlink.Collector{}.Collect(t.Context())
		if err != nil {
			t.Error(err)
			runtime.Goexit()
		}
		return h
	}
	for deadline := time.Now().Add(time.Minute); ; {
		before := read()
		told = f()
		kernel = read()
		if reflect.DeepEqual(before.Devices, kernel.Devices) && !fleeting(kernel) && !fleeting(told) {
			return kernel, told
		}
		if time.Now().After(deadline) {
			t.Error("the devices do not settle")
			runtime.Goexit()
		}
	}
}

// fleeting says whether a namespace went away while h was read.
func fleeting(h *hostinfo.Host) bool {
	return slices.ContainsFunc(h.Gaps, func(g hostinfo.Gap) bool { return strings.Contains(g.Reason, "went away") })
}

// only drops every other namespace but that one: they are not this test's.
func only(name string, hosts ...*hostinfo.Host) {
	for _, h := range hosts {
		h.Namespaces = slices.DeleteFunc(h.Namespaces, func(n hostinfo.Namespace) bool { return n.Name != name })
	}
}

// What the kernel says, iproute2 says and /sys says of the same links must
// agree, whichever shell asks.
func TestParity(t *testing.T) {
	noJSON := t.TempDir()
	const oldIP = "#!/bin/sh\necho 'Option \"-json\" is unknown, try \"ip -help\".' >&2\nexit 255\n"
	if err := os.WriteFile(filepath.Join(noJSON, "ip"), []byte(oldIP), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(noJSON, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Dir(noJSON), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, path string
		shell      []string
		uid        int
		via        string
	}{
		{"dash", "", []string{"dash"}, 0, "iproute2"},
		{"bash", "", []string{"bash", "--posix"}, 0, "iproute2"},
		{"dash without json", noJSON + ":", []string{"dash"}, 0, "sysfs"},
		{"busybox", noJSON + ":", []string{"busybox", "sh"}, 0, "sysfs"},
		{"nobody", "", []string{"dash"}, 65534, "iproute2"},
		{"nobody without json", noJSON + ":", []string{"dash"}, 65534, "sysfs"},
		{"agent", "", nil, 0, agent.Via},
		{"nobody's agent", "", nil, 65534, agent.Via},
	} {
		t.Run(c.name, func(t *testing.T) {
			inNamespace(t, func() {
				other := neighbourNamespace(t)
				batch(t, "ip", links(other)...)
				kernel, told := collect(t, func() *hostinfo.Host {
					if c.via == agent.Via {
						return byAgent(t, c.uid)
					}
					marker := iproute.NewMarker()
					output := withSys(t, c.uid, c.path, append(c.shell, "-c", iproute.Command(marker))...)
					if c.shell[0] == "busybox" { // whose own applets the command would leave
						output = withSys(t, c.uid, c.path, append(c.shell, "-c", iproute.Script(marker))...)
					}
					r, err := iproute.Decode(output, marker)
					if err != nil {
						t.Errorf("%v: %s", err, output)
						runtime.Goexit()
					}
					return r.Host
				})
				if c.uid != 0 {
					kernel.User = "nobody"
				}
				if told.Via != c.via {
					t.Errorf("read via %q; gaps %+v", told.Via, told.Gaps)
				}
				only(fmt.Sprintf("pid %d (cat)", other), kernel, told)
				checkElsewhere(t, kernel)
				switch {
				case c.uid == 0 && c.via != "sysfs":
					sameGaps(t, kernel, told)
				case told.Missing(hostinfo.FactNamespaces, "") == nil:
					t.Error("other namespaces were read without root or without -json")
				default:
					kernel.Namespaces, told.Namespaces = nil, nil
				}
				if diff := parity.Diff(kernel, told); diff != "" {
					t.Errorf("-kernel +told:\n%s", diff)
				}
				check(t, kernel)
			})
		})
	}
}

// byAgent asks an agent that runs as that user where /sys shows the namespace of
// the calling thread, as a client does.
func byAgent(t *testing.T, uid int) *hostinfo.Host {
	t.Helper()
	dir := t.TempDir()
	check := func(err error) {
		if err != nil {
			t.Error(err)
			runtime.Goexit()
		}
	}
	program, err := os.ReadFile(os.Args[0])
	check(err)
	exe, socket := filepath.Join(dir, "agent"), filepath.Join(dir, "run", "agent.sock")
	check(os.WriteFile(exe, program, 0o755))
	check(os.Mkdir(filepath.Dir(socket), 0o777))
	check(os.Chmod(filepath.Dir(socket), 0o777))
	for _, d := range []string{filepath.Dir(dir), dir} { // others go in
		check(os.Chmod(d, 0o755))
	}
	h, err := snapshot.DecodeHost(withSys(t, uid, "", "env", agentEnv+"="+socket, exe))
	check(err)
	return h
}

// sameGaps: what one way can't read the other can't either, but for /sys, which
// this process sees as its own namespace has it.
func sameGaps(t *testing.T, kernel, told *hostinfo.Host) {
	t.Helper()
	for _, g := range hostinfo.Unobserved("", "").Gaps {
		a, b := kernel.Missing(g.Fact, ""), told.Missing(g.Fact, "")
		if (a == nil) != (b == nil) && g.Fact != hostinfo.FactHardware {
			t.Errorf("%s: gaps %+v and %+v", g.Fact, a, b)
		}
	}
	if g := told.Missing(hostinfo.FactHardware, ""); g != nil {
		t.Errorf("hardware: %s", g.Reason)
	}
	if g := kernel.Missing(hostinfo.FactHardware, ""); g != nil && !strings.Contains(g.Reason, "another network namespace's") {
		t.Errorf("hardware: %s", g.Reason)
	}
}

// checkElsewhere holds what was read of the other namespace against what was
// moved there.
func checkElsewhere(t *testing.T, h *hostinfo.Host) {
	t.Helper()
	if len(h.Namespaces) != 1 {
		t.Errorf("%d namespaces, gaps %+v", len(h.Namespaces), h.Gaps)
		return
	}
	n, x0 := h.Namespaces[0], hostinfo.IndexLinks(h).ByName("x0")
	gone, y0 := n.Called("gone"), n.Called("y0")
	if gone == nil || x0 == nil || !gone.ParentElsewhere || gone.Parent != x0.Index || gone.MAC != "52:54:00:bb:00:01" || gone.Macvlan == nil {
		t.Errorf("the macvlan that was moved is %+v", gone)
	}
	if y0 == nil || n.Called("x1") == nil || n.Called("lo") == nil || len(n.Devices) != 4 {
		t.Errorf("in the other namespace: %+v", n.Devices)
	}
}

// check holds the kernel's own words against what was made.
func check(t *testing.T, h *hostinfo.Host) {
	t.Helper()
	l := hostinfo.IndexLinks(h)
	for name, mode := range map[string]string{"mt0": "bridge", "mt1": "vepa", "mt2": "private", "pt0": "passthru", "mv0": "bridge"} {
		d := l.ByName(name)
		if d == nil || d.Macvlan == nil || d.Macvlan.Mode != mode {
			t.Errorf("%s is %+v", name, d)
		}
	}
	v0, x0, stays := l.ByName("a-name-longer-than-fifteen-bytes"), l.ByName("x0"), l.ByName("stays")
	switch {
	case v0 == nil || x0 == nil || stays == nil:
		t.Errorf("devices are missing among %d", len(h.Devices))
	case v0.Name != "v0" || len(v0.AltNames) != 2 || v0.Promiscuous != hostinfo.Yes || v0.Parent != 0:
		t.Errorf("v0 is %+v", v0)
	case fmt.Sprint(v0.Held) != "[52:54:00:aa:00:01 52:54:00:aa:00:02]":
		t.Errorf("v0 holds %v", v0.Held)
	case fmt.Sprint(x0.Held) != "[52:54:00:bb:00:01]":
		t.Errorf("x0, whose macvlan is elsewhere, holds %v", x0.Held)
	case !stays.ParentElsewhere || l.Parent(stays) != nil:
		t.Errorf("a macvlan whose parent is elsewhere is %+v", stays)
	case l.ByName("v1").SlaveKind != hostinfo.KindBridge || l.ByName("v1").Master != l.ByName("br0").Index:
		t.Errorf("v1 is %+v", l.ByName("v1"))
	case l.ByName("br0").AllMulticast != hostinfo.Yes || l.ByName("w1").MTU != 9000 || l.ByName("br\x01\xff") == nil || l.ByName("$(reboot)") == nil:
		t.Error("br0, w1 or an odd name is not as made")
	case l.ByName("vx0").Tunnel == nil || l.ByName("vx0").Tunnel.VNI != 9:
		t.Errorf("vx0 is %+v", l.ByName("vx0"))
	case fmt.Sprint(v0.Addresses) != "[192.0.2.7/24 192.0.2.8/32]" || fmt.Sprint(l.ByName("br0").Addresses) != "[2001:db8::7/64]" || l.ByName("lo").Addresses != nil:
		t.Errorf("addresses: v0 %v, br0 %v, lo %v", v0.Addresses, l.ByName("br0").Addresses, l.ByName("lo").Addresses)
	case fmt.Sprint(h.Setup.DefaultRoutes) != "[br0 v0]":
		t.Errorf("default routes by %v", h.Setup.DefaultRoutes)
	}
}

// BenchmarkCollect4000 is a large host: 4,000 links, and a bridge that learned
// 100,000 addresses. What counts is the processor's time, the kernel's for this
// process included (cpu-ms/op): the clock's depends on what else runs.
func BenchmarkCollect4000(b *testing.B) {
	inNamespace(b, func() {
		add := []string{"link add br0 type bridge", "link add v0 type veth peer name v1", "link set v1 master br0", "link set v0 up", "link set v1 up", "link set br0 up"}
		for i := range 4000 - 4 {
			add = append(add, fmt.Sprintf("link add link v0 name m%d type macvlan mode bridge", i))
		}
		for i := range 300 {
			add = append(add, fmt.Sprintf("link set m%d up", i))
		}
		batch(b, "ip", add...)
		var fdb []string
		for i := range 100_000 {
			fdb = append(fdb, fmt.Sprintf("fdb add 02:00:00:%02x:%02x:%02x dev v1 master static", i>>16, i>>8&255, i&255))
		}
		batch(b, "bridge", fdb...)
		b.ReportAllocs()
		begin := cpuTime(b)
		for b.Loop() {
			h, err := netlink.Collector{}.Collect(b.Context())
			if err != nil || len(h.Devices) < 4000 {
				b.Errorf("%d devices, %v", len(h.Devices), err)
				return
			}
			if v0 := hostinfo.IndexLinks(h).ByName("v0"); len(v0.Held) != 300 {
				b.Errorf("v0 holds %d", len(v0.Held))
				return
			}
		}
		b.ReportMetric(float64((cpuTime(b)-begin).Milliseconds())/float64(b.N), "cpu-ms/op")
	})
}

// cpuTime is what this process has used of the processor.
func cpuTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
