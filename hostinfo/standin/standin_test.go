package standin

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"
)

// learned are the stand-ins of a small house.
func learned(key []byte) *Names {
	s := New(key)
	for _, h := range []string{"kvm1", "kvm1.acme.example", "admin@10.0.0.12:2222", "[fd00::7]:22"} {
		s.Host(h)
	}
	for _, g := range []string{"web", "db", "my guest", "a;reboot"} {
		s.Guest(g)
	}
	s.Network("lan")
	s.Keep("source-dev-missing", "web-rule")
	return s
}

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"web and WEB on kvm1, not webster": "guest1 and guest1 on host1, not webster",
		"kvm1.acme.example and kvm1.623":   "host1.domain1 and host1.623",
		"ip link set dev web-tap up":       "ip link set dev hidden1 up",
		"ip link set dev 'a;reboot' up":    "ip link set dev 'guest4' up",
		"my guest: web-rule":               "guest3: web-rule",
		"db, or db2 of /var/db":            "guest2, or db2 of /var/guest2",
		"webcam7 is kvm11":                 "hidden1 is hidden2",
		"":                                 "",
		"caf\u00e9 web \u0130":             "caf\u00e9 guest1 \u0130",
		"52:54:00:AA:00:01 fe:54:00:aa:00:01 in 11111111-1111-4111-8111-111111111111": "02:00:00:00:00:01 fe:00:00:00:00:01 in 00000000-0000-4000-8000-000000000001",
		"10.0.0.12:2222 by [fd00::7]:22, 127.0.0.1":                                   "198.18.0.1:2222 by [2001:db8::2]:22, 127.0.0.1",
		"libvirt 9.0.0, 1500 bytes, 12:30:45":                                         "libvirt 9.0.0, 1500 bytes, 12:30:45",
	} {
		if got := learned(nil).Text(in); got != want {
			t.Errorf("%q became %q and not %q", in, got, want)
		}
	}
}

func TestForeign(t *testing.T) {
	for in, gone := range map[string][]string{
		"ssh: connect to host box9 port 22: refused":                   {"box9"},
		"dial tcp: lookup box9 on 10.1.2.3:53: no such host":           {"box9", "10.1.2.3"},
		"bob@gate.corp.example: Permission denied (publickey)":         {"bob", "gate", "corp"},
		"no domain with matching name 'shop'; shop is not there":       {"shop"},
		"open /home/bob/.ssh/known_hosts: bob may not":                 {"bob"},
		"/run/libvirt/virtqemud-sock: permission denied for x.y.corp.": {"corp"},
	} {
		got := New(nil).Foreign(in)
		for _, g := range gone {
			if strings.Contains(got, g) {
				t.Errorf("%q became %q", in, got)
			}
		}
	}
	for _, same := range []string{
		"host key verification failed", "/run/libvirt/virtqemud-sock: permission denied", "ssh: handshake failed: no common algorithm",
		"read of libvirtd.service and bond0.network", "host is down",
	} {
		if got := New(nil).Foreign(same); got != same {
			t.Errorf("%q became %q", same, got)
		}
	}
}

// TestStandInsDiffer: no two values share a stand-in, with a key or without, and
// with a key it is the same whatever came before.
func TestStandInsDiffer(t *testing.T) {
	kinds := map[string]func(s *Names, i int) string{
		"guest": func(s *Names, i int) string { return s.Guest(fmt.Sprint("g", i)) },
		"mac": func(s *Names, i int) string {
			return s.MAC(fmt.Sprintf("52:54:00:%02x:%02x:%02x", i>>16, i>>8&255, i&255))
		},
		"ip":   func(s *Names, i int) string { return s.Address(fmt.Sprintf("10.9.%d.%d", i>>8, i&255)) },
		"uuid": func(s *Names, i int) string { return s.UUID(fmt.Sprintf("11111111-1111-4111-8111-%012x", i)) },
	}
	for kind, of := range kinds {
		for _, key := range [][]byte{nil, []byte("secret")} {
			s, seen := New(key), map[string]int{}
			for i := range 5000 {
				v := of(s, i)
				if j, twice := seen[v]; twice {
					t.Fatalf("%s %d and %d are both %s", kind, j, i, v)
				}
				seen[v] = i
			}
		}
		a, b := New([]byte("secret")), New([]byte("secret"))
		of(b, 7)
		if x, y := of(a, 3), of(b, 3); x != y {
			t.Errorf("%s: %s and %s with one key", kind, x, y)
		}
		if x, y := of(New([]byte("one")), 3), of(New([]byte("other")), 3); x == y {
			t.Errorf("%s: %s with two keys", kind, x)
		}
	}
	s := New(nil)
	macs := map[string]bool{}
	for _, first := range []string{"52", "02", "06", "fe", "53", "01"} {
		macs[s.MAC(first+":54:00:aa:00:01")] = true
	}
	if len(macs) != 6 {
		t.Errorf("addresses that differ in front: %v", macs)
	}
}

// TestManyNames: the names of a large fleet are looked for in as many sentences
// in little time.
func TestManyNames(t *testing.T) {
	s := New(nil)
	for i := range 20000 {
		s.Guest(fmt.Sprintf("guest-of-%06d", i))
	}
	start := used(t)
	for i := range 20000 {
		if got := s.Text(fmt.Sprintf("the macvtap of guest-of-%06d stands on bond0.%d of it", i, i%4000)); strings.Contains(got, "guest-of") {
			t.Fatal(got)
		}
	}
	if took := used(t) - start; took > 20*time.Second { // a second; by name it would be minutes
		t.Errorf("20,000 sentences took %v", took)
	}
}

// used is the processor time of this process: the clock tells of others, too.
func used(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano())
}
