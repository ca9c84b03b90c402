//go:build lab

package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestLabRefuse: guests that must not be touched.
func TestLabRefuse(t *testing.T) {
	l := openLab(t)
	l.must(t, "reset", "hostA", "hostB")
	l.define(t, "kept", 0x31, false)
	const other = "ip link delete bond0.623; ip link add link bond0 name bond0.623 type vlan id 624 && ip link set bond0.623 up"
	t.Run("blocked", func(t *testing.T) {
		defer l.must(t, "reset", "hostB")
		l.on(t, "hostB", other)
		before := l.on(t, "hostA", "virsh -q domid kept; pidof qemu-system-x86_64")
		l.start(t, nil, migrating("kept", "--yes")...).code(t, 1, "REFUSED", "vlan-mismatch")
		l.expect(t, "kept", "running", "none")
		if after := l.on(t, "hostA", "virsh -q domid kept; pidof qemu-system-x86_64"); after != before {
			t.Errorf("the guest was touched: %q, %q", before, after)
		}
	})
	t.Run("no way there", func(t *testing.T) {
		for uri, words := range map[string]string{"tcp://10.88.0.200": "no route", "tcp://nobody.invalid": "does not know that name"} {
			l.start(t, nil, migrating("kept", "--yes", "--migrate-uri", uri)...).code(t, 1, "REFUSED", "migration-path", words)
		}
		l.expect(t, "kept", "running", "none")
	})
	t.Run("changed between the check and the trigger", func(t *testing.T) {
		defer l.must(t, "reset", "hostB")
		keyboard, terminal := pty(t)
		p := l.start(t, terminal, migrating("kept")...)
		if !p.errs.await(regexp.MustCompile(`now\? \[y/N\]`), p.done) {
			t.Fatalf("it does not ask\n%s%s", p.out, p.errs)
		}
		l.on(t, "hostB", other)
		fmt.Fprint(keyboard, "y\n")
		p.code(t, 1, "WITHDRAWN", "vlan-mismatch", "nothing was changed")
		l.expect(t, "kept", "running", "none")
	})
	t.Run("declined", func(t *testing.T) {
		keyboard, terminal := pty(t)
		p := l.start(t, terminal, migrating("kept")...)
		if !p.errs.await(regexp.MustCompile(`now\? \[y/N\]`), p.done) {
			t.Fatalf("it does not ask\n%s%s", p.out, p.errs)
		}
		fmt.Fprint(keyboard, "\n")
		p.code(t, 2, "DECLINED", "nothing was changed")
		l.expect(t, "kept", "running", "none")
	})
}

// TestLabFault breaks migrations in their middle. After each the guest runs on
// hostA, and nowhere else.
func TestLabFault(t *testing.T) {
	l := openLab(t)
	l.must(t, "reset", "hostA", "hostB")
	l.define(t, "heavy", 0x41, true)
	for _, c := range []struct {
		name  string
		fault func(t *testing.T, p *process)
		code  int
		words string
		onB   string // what hostB has of it afterwards
	}{
		{"Ctrl-C", func(_ *testing.T, p *process) { _ = p.cmd.Process.Signal(os.Interrupt) }, 130, "interrupted: the job is being aborted|STAYED|heavy runs on hostA", "none"},
		{"the destination's QEMU is killed", func(t *testing.T, _ *process) {
			l.on(t, "hostB", "kill -KILL $(pgrep -f '[g]uest=heavy')")
		}, 4, "STAYED|heavy runs on hostA", "none"},
		{"SSH to the destination is cut", func(t *testing.T, p *process) { l.cut(t, p, "hostB") }, 4, "STAYED|heavy runs on hostA", "none"},
		{"SSH to the source is cut", func(t *testing.T, p *process) { l.cut(t, p, "hostA") }, 4, "STAYED|heavy runs on hostA", "none"},
		{"migcheck is killed", func(_ *testing.T, p *process) { _ = p.cmd.Process.Kill() }, -1, "", "none"},
		// libvirt 9.0.0 leaves a definition behind where the end fails.
		{"the destination's device is removed", func(t *testing.T, _ *process) { l.on(t, "hostB", "ip link delete bond0.623"); l.hurry(t, "heavy") }, 4, "STAYED|heavy runs on hostA|virsh undefine heavy", "shut off"},
		{"the destination's libvirtd is killed", func(t *testing.T, _ *process) { l.on(t, "hostB", "kill -KILL $(pidof libvirtd)"); l.hurry(t, "heavy") }, 4, "UNCLEAR|heavy runs on hostA|on hostB: virsh domstate --reason heavy", "none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := l.start(t, nil, slowly("heavy")...)
			p.middle(t)
			c.fault(t, p)
			p.code(t, c.code, strings.Split(c.words, "|")...)
			l.on(t, "hostB", "pidof libvirtd >/dev/null || { rm -f /run/libvirtd.pid; /lab/services restart-libvirt >/dev/null 2>&1; }")
			l.settle(t, "heavy")
			l.expect(t, "heavy", "running", c.onB)
			if c.onB != "none" {
				l.must(t, "reset", "hostB")
				l.on(t, "hostB", "[ -s /var/lib/libvirt/random ]")
			}
		})
	}
}

// slowly is a migration that has a middle.
func slowly(guest string) []string { return migrating(guest, "--yes", "--bandwidth", "1") }

// hurry lets a slow migration come to its end, which is when libvirt notices some
// faults.
func (l *lab) hurry(t *testing.T, guest string) {
	t.Helper()
	l.on(t, "hostA", "virsh migrate-setspeed "+guest+" 1000")
}

// TestLabHandover cuts the connection to the destination while the guest is being
// handed over: all memory is copied, the source stands still, and nobody knows
// whether the destination has started it. libvirt by itself would set it going on
// the source. The commands that are printed bring it back to one place.
func TestLabHandover(t *testing.T) {
	l := openLab(t)
	l.must(t, "reset", "hostA", "hostB")
	l.define(t, "handed", 0x61, true)
	p := l.start(t, nil, slowly("handed")...)
	p.middle(t)
	l.on(t, "hostB", "kill -STOP $(pidof libvirtd)")
	l.hurry(t, "handed")
	l.on(t, "hostA", "n=0; until virsh domstate handed | grep -q paused; do n=$((n+1)); [ $n -lt 600 ] || exit 1; sleep 1; done")
	l.cut(t, p, "hostB")
	l.on(t, "hostB", "kill -CONT $(pidof libvirtd)")
	p.code(t, 4, "HALTED")
	l.settle(t, "handed")
	a, b := l.state(t, "hostA", "handed"), l.state(t, "hostB", "handed")
	if a != "paused" || b != "running" && b != "none" && b != "shut off" {
		t.Fatalf("%q on hostA and %q on hostB", a, b)
	}
	for _, c := range regexp.MustCompile(`(?m)^ *on (host[AB]): (virsh .*)$`).FindAllStringSubmatch(p.out.String(), -1) {
		t.Logf("on %s: %s", c[1], c[2])
		l.on(t, c[1], c[2])
	}
	a2, b2 := l.state(t, "hostA", "handed"), l.state(t, "hostB", "handed")
	if (a2 == "running") == (b2 == "running") {
		t.Errorf("after the commands: %q on hostA and %q on hostB", a2, b2)
	}
	t.Logf("handed afterwards: hostA %s, hostB %s; after the commands: hostA %s, hostB %s", a, b, a2, b2)
}

// TestLabSecondGuest: the first takes the device as a whole that the second needs,
// though both were to go at once.
func TestLabSecondGuest(t *testing.T) {
	openLab(t).second(t, "passthrough", "aa:00:52", "passthrough-not-exclusive", "--guests-at-once", "2")
}

// TestProveSecondGuest: the first takes the MAC address that the second needs,
// which is free on every other device.
func TestProveSecondGuest(t *testing.T) {
	openLab(t).second(t, "bridge", "aa:00:51", "mac-busy-on-lowerdev")
}

// second moves two guests that are both ready at first, of which the one takes on
// hostB what the other needs.
func (l *lab) second(t *testing.T, mode, mac, rule string, more ...string) {
	l.must(t, "reset", "hostA", "hostB")
	defer l.must(t, "reset", "hostA", "hostB")
	l.on(t, "hostA", "ip link set eth3 up && ip link add link eth3 name eth3.623 type vlan id 623 && ip link set eth3.623 up")
	as := []string{"mode='bridge'", "mode='" + mode + "'"}
	l.define(t, "first", 0x51, false, as...)
	l.define(t, "second", 0x52, false, append(as, "aa:00:01", mac, "dev='bond0.623'", "dev='eth3.623'")...)
	args := append([]string{"first", "second"}, moving...)
	p := l.start(t, nil, append(append(args, "--yes", "--map", "eth3.623=bond0.623", "--keep-going"), more...)...)
	p.code(t, 1, "ARRIVED", "WITHDRAWN", rule, "GUEST")
	if strings.Contains(p.out.String(), "source-macvtap-left") {
		t.Error("the second guest's macvtap is taken for what the first has left")
	}
	first, second := "first", "second"
	if len(more) > 0 && l.state(t, "hostA", first) == "running" { // whichever came first
		first, second = second, first
	}
	l.expect(t, first, "none", "running")
	l.expect(t, second, "running", "none")
}

// settle waits until neither host has a job with the guest.
func (l *lab) settle(t *testing.T, guest string) {
	t.Helper()
	for _, host := range []string{"hostA", "hostB"} {
		l.on(t, host, "n=0; while virsh domjobinfo "+guest+" 2>/dev/null | grep -qE 'Job type: +(Bounded|Unbounded)'; do n=$((n+1)); [ $n -lt 300 ] || exit 1; sleep 1; done")
	}
}

// cut ends the SSH connection of a migcheck to a host, from the host's side.
func (l *lab) cut(t *testing.T, p *process, host string) {
	t.Helper()
	address := strings.Fields(l.on(t, host, "getent ahostsv4 "+host+" | grep -v ^127"))[0]
	out := string(l.must(t, "in", "ss", "-Htnp", "dst", address+":22"))
	for line := range strings.Lines(out) {
		words := strings.Fields(line)
		if !strings.Contains(line, fmt.Sprintf("pid=%d,", p.cmd.Process.Pid)) || len(words) < 5 {
			continue
		}
		port := words[3][strings.LastIndexByte(words[3], ':')+1:]
		l.on(t, host, "kill -KILL $(ss -Htnp sport = :22 dport = :"+port+" | grep -o 'pid=[0-9]*' | cut -d= -f2)")
		return
	}
	t.Fatalf("no connection of process %d to %s:\n%s", p.cmd.Process.Pid, host, out)
}

// pty is a new pseudo terminal: what a person types, and where a program reads it.
func pty(t *testing.T) (keyboard, terminal *os.File) {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(keyboard.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(keyboard.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { keyboard.Close(); terminal.Close() })
	return keyboard, terminal
}
