//go:build system

package probe_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"migcheck/cmd/internal/act/probe"
)

// taps are the nodes of macvtaps of whatever namespace, but those that are not of
// the trial's indexes.
func taps(t *testing.T) string {
	t.Helper()
	all, err := filepath.Glob("/dev/tap[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(slices.DeleteFunc(all, func(name string) bool { return len(name) < len("/dev/tap1073741824") }), "\n")
}

// TestTrial tries macvtaps on devices that take one and on devices that do not.
func TestTrial(t *testing.T) {
	binary := static(t)
	s := newSpace(t)
	s.ip(t, "link add eth1 type veth peer name peer1")
	s.ip(t, "link add eth2 type veth peer name peer2")
	s.ip(t, "link add eth3 type veth peer name peer3")
	s.ip(t, "link add br0 type bridge")
	s.ip(t, "link set eth2 master br0")
	s.ip(t, "link add link eth3 name pass0 type macvlan mode passthru")
	s.ip(t, "tuntap add tun0 mode tun")
	s.ip(t, "link set eth1 up")
	for _, c := range []struct{ device, mode, refused, failed string }{
		{"eth1", "bridge", "", ""},
		{"eth1", "vepa", "", ""},
		{"eth1", "private", "", ""},
		{"br0", "bridge", "", ""},
		{"eth2", "bridge", "its frames go to a bridge, a bond or the like", ""},
		{"eth3", "bridge", "something stands on it in mode passthrough", ""},
		{"tun0", "bridge", "it is no Ethernet device", ""},
		{"eth1", "passthrough", "", "which would change the device"},
		{"eth9", "bridge", "", "eth9 is not there any more"},
	} {
		t.Run(c.device+" "+c.mode, func(t *testing.T) {
			before, nodes := s.traces(t), taps(t)
			end, err := probe.Start(t.Context(), "hostA", s.start, probe.Ways{There: binary})
			if err != nil {
				t.Fatal(err)
			}
			refused, err := end.Try(t.Context(), probe.At{Name: c.device}, c.mode)
			end.Close()
			if (refused == "") != (c.refused == "") || !strings.Contains(refused, c.refused) {
				t.Errorf("refused with %q, want %q", refused, c.refused)
			}
			if (err == nil) != (c.failed == "") || err != nil && !strings.Contains(err.Error(), c.failed) {
				t.Errorf("%v, want %q", err, c.failed)
			}
			s.unchanged(t, before)
			if left := taps(t); left != nodes {
				t.Errorf("before: %s\nafter: %s", nodes, left)
			}
		})
	}
}

// TestTrialKilled ends trials at some forty moments, and waits for the kernel to
// have taken away what they had made.
func TestTrialKilled(t *testing.T) {
	binary := static(t)
	s := newSpace(t)
	s.ip(t, "link add eth1 type veth peer name peer1")
	before, nodes := s.traces(t), taps(t)
	for n := range 40 {
		v := s.victim(t, probe.Ways{There: binary})
		v.until("go")
		_, _ = v.in.Write([]byte(`{"do":"trial","device":"eth1","mode":"bridge"}` + "\n"))
		time.Sleep(time.Duration(n) * 500 * time.Microsecond) // the moment is what is tried
		_ = unix.Kill(-v.cmd.Process.Pid, unix.SIGKILL)
		v.gone()
	}
	for deadline := time.Now().Add(time.Minute); s.traces(t) != before || taps(t) != nodes; {
		if time.Now().After(deadline) {
			t.Fatalf("before:\n%s\nafter:\n%s\n%s", before, s.traces(t), taps(t))
		}
	}
}
