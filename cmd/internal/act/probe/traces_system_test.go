//go:build system

package probe_test

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// traces is everything that a probe may have left behind in a namespace and on
// this machine: devices and what is set on them, addresses, sockets, processes,
// files.
func (s *space) traces(t testing.TB) string {
	t.Helper()
	var b strings.Builder
	for line := range strings.Lines(s.command(t, "ip", "-details", "-oneline", "link", "show")) {
		words := strings.Fields(line)
		b.WriteString(words[1]) // its name; its state may settle
		for i, w := range words {
			if w == "mtu" || w == "promiscuity" || w == "allmulti" || w == "link/ether" {
				b.WriteString(" " + w + " " + words[i+1])
			}
		}
		b.WriteString("\n")
	}
	b.WriteString(s.command(t, "ip", "-oneline", "-4", "address", "show"))
	b.WriteString(s.addresses6(t))
	b.WriteString(s.command(t, "sh", "-c", "cat /proc/thread-self/net/packet"))
	for _, pid := range s.processes(t) {
		line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)) // it may just have ended
		fmt.Fprintf(&b, "%d %.300q\n", pid, line)
	}
	b.WriteString(files(t))
	return b.String()
}

// deserted waits until nobody is in the namespace: who was killed needs a moment
// to go.
func (s *space) deserted(t testing.TB) {
	t.Helper()
	for begin := time.Now(); len(s.processes(t)) > 0; time.Sleep(10 * time.Millisecond) {
		if time.Since(begin) > time.Minute {
			t.Errorf("processes are left: %s", s.traces(t))
			return
		}
	}
}

// unchanged waits until nobody is in the namespace. What is left then counts.
func (s *space) unchanged(t testing.TB, before string) {
	t.Helper()
	s.deserted(t)
	if after := s.traces(t); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
}

// addresses6 are the namespace's IPv6 addresses without those that the kernel
// gives a device by itself, some time after its cable has come to life.
func (s *space) addresses6(t testing.TB) string {
	t.Helper()
	var b strings.Builder
	s.in(func() {
		all, err := net.Interfaces()
		for _, i := range all {
			var on []net.Addr
			if on, err = i.Addrs(); err != nil {
				break
			}
			for _, a := range on {
				if p := netip.MustParsePrefix(a.String()); p.Addr().Is6() && p.Addr() != kernels(i.HardwareAddr) {
					fmt.Fprintf(&b, "%s %s\n", i.Name, p)
				}
			}
		}
		if err != nil {
			t.Errorf("read the addresses: %v", err)
		}
	})
	return b.String()
}

// kernels is the address that the kernel gives a device with that MAC address
// (EUI-64, RFC 4291, appendix A).
func kernels(mac net.HardwareAddr) netip.Addr {
	if len(mac) != 6 {
		return netip.Addr{}
	}
	return netip.AddrFrom16([16]byte{0xfe, 0x80, 8: mac[0] ^ 2, mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5]})
}

// processes are the ids of those in the namespace, but for this one.
func (s *space) processes(t testing.TB) []int {
	t.Helper()
	own, err := os.Stat(s.path)
	if err != nil {
		t.Fatal(err)
	}
	all, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	var in []int
	for _, dir := range all {
		var pid int
		_, _ = fmt.Sscanf(dir, "/proc/%d", &pid)
		// One that has ended by now is in no namespace.
		if at, err := os.Stat(dir + "/ns/net"); err == nil && os.SameFile(own, at) && pid != os.Getpid() {
			in = append(in, pid)
		}
	}
	return in
}

// plant is something that a probe must not leave.
type plant struct {
	name     string
	do, undo func() error // in the namespace
}

func planted(name, do, undo string) plant {
	ip := func(line string) func() error {
		return func() error { return exec.Command("ip", strings.Fields(line)...).Run() }
	}
	return plant{name, ip(do), ip(undo)}
}

func plants() []plant {
	file := "/run/migcheck-" + strings.Repeat("x", 26)
	sleep := exec.Command("sleep", "1000")
	var socket int
	return []plant{
		planted("a device", "link add left type veth peer name right", "link delete left"),
		planted("another MTU", "link set eth1 mtu 1400", "link set eth1 mtu 1500"),
		planted("promiscuity", "link set eth1 promisc on", "link set eth1 promisc off"),
		planted("all multicast", "link set eth1 allmulticast on", "link set eth1 allmulticast off"),
		planted("IPv4", "address add 192.0.2.1/24 dev eth1", "address delete 192.0.2.1/24 dev eth1"),
		planted("IPv6", "address add 2001:db8::1/64 dev eth1", "address delete 2001:db8::1/64 dev eth1"),
		planted("IPv6 of the link", "address add fe80::1/64 dev eth1", "address delete fe80::1/64 dev eth1"),
		{
			"a packet socket",
			func() (err error) {
				socket, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
				return err
			},
			func() error { return unix.Close(socket) },
		},
		{"a process", sleep.Start, func() error { _ = sleep.Process.Kill(); _, err := sleep.Process.Wait(); return err }},
		{"a file", func() error { return os.WriteFile(file, nil, 0o600) }, func() error { return os.Remove(file) }},
	}
}

// TestTraces: whatever a probe could leave is seen, and what the kernel does by
// itself is not.
func TestTraces(t *testing.T) {
	s := newSpace(t)
	s.ip(t, "link add eth1 type veth peer name eth2")
	before := s.traces(t)
	s.ip(t, "link set eth1 up")
	s.ip(t, "link set eth2 up")
	for begin := time.Now(); strings.Count(s.command(t, "ip", "-6", "-oneline", "address"), "fe80:") < 2; time.Sleep(10 * time.Millisecond) {
		if time.Since(begin) > time.Minute {
			t.Fatal("the kernel has given no address")
		}
	}
	s.unchanged(t, before)
	must := func(name string, do func() error) {
		var err error
		if s.in(func() { err = do() }); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	for _, p := range plants() {
		must(p.name, p.do)
		if s.traces(t) == before {
			t.Errorf("%s is not seen", p.name)
		}
		must(p.name, p.undo)
		s.unchanged(t, before)
	}
}
