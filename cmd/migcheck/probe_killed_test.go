//go:build system && cgo && libvirt_dlopen

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"migcheck/fixtures/hosts"
)

// wired are two hosts that are joined by a cable, with a guest on hostA's end of
// it. hostB has the agent's second socket, to which libby may connect.
type wired struct {
	site   *hosts.Site
	turns  *os.File // who locks it holds up what hostB sends
	before [2]string
}

const wiredGuest = `<domain type='qemu'>
  <name>web1</name>
  <memory unit='MiB'>16</memory>
  <os><type arch='x86_64'>hvm</type></os>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <interface type='direct'>
      <mac address='52:54:00:aa:00:01'/>
      <source dev='wire' mode='bridge'/>
      <model type='virtio'/>
      <rom enabled='no'/>
    </interface>
    <memballoon model='none'/>
  </devices>
</domain>`

// second is hostB's part: the device that guests stand on, and what systemd does
// for the socket. Words: the static program.
const second = `set -e
ip link set wire up
ip link add link wire index 7654321 name macvtap7 type macvtap mode bridge
mkdir -p /run/migcheck
cp "$0" /run/migcheck/probe
chmod 755 /run/migcheck/probe
systemd-socket-activate --listen=/run/migcheck/probe.sock --accept --inetd setpriv \
	--reuid=65534 --regid=65534 --clear-groups --no-new-privs --bounding-set=-all,+net_raw --inh-caps=+net_raw --ambient-caps=+net_raw \
	/run/migcheck/probe probe-listed </dev/null >/run/activate.log 2>&1 &
until [ -S /run/migcheck/probe.sock ]; do sleep 0.05; done
chgrp libvirt /run/migcheck/probe.sock
chmod 660 /run/migcheck/probe.sock`

func newWired(t *testing.T) *wired {
	w := &wired{site: hosts.Start(t, hosts.Spec{Name: "hostA", Macvtaps: true}, hosts.Spec{Name: "hostB"})}
	net := [2]string{w.site.Hosts[0].Path("/proc/1/ns/net"), w.site.Hosts[1].Path("/proc/1/ns/net")}
	out, err := exec.Command("ip", "link", "add", "wire", "netns", net[0], "type", "veth", "peer", "name", "wire", "netns", net[1]).CombinedOutput()
	if err != nil {
		t.Fatalf("join the hosts: %v: %s", err, out)
	}
	on(t, w.site.Hosts[0], "ip link set wire up")
	on(t, w.site.Hosts[1], second, buildBeside(t))
	guest := filepath.Join(t.TempDir(), "web1.xml")
	must(t, os.WriteFile(guest, []byte(wiredGuest), 0o644))
	w.site.Hosts[0].Virsh(t, "define", guest)
	w.site.Hosts[0].Virsh(t, "start", "web1")
	w.turns, err = os.Open(net[1])
	must(t, err)
	t.Cleanup(func() { _ = w.turns.Close() })
	for i, h := range w.site.Hosts {
		for now := left(t, h); now != w.before[i]; now = left(t, h) { // libvirtd starts programs of its own
			w.before[i] = now
		}
	}
	return w
}

// on runs a script on a host, as root.
func on(t *testing.T, h *hosts.Host, script string, words ...string) string {
	t.Helper()
	out, err := h.Command("/", append([]string{"sh", "-c", script}, words...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("on %s: %s: %v: %s", h.Name, script, err, out)
	}
	return string(out)
}

// left is what is on a host: [traces], and all processes. Its /dev, /dev/shm and
// /var/tmp are this machine's: what tests beside this one have there is left out,
// which has neither a trial's index nor a pushed program's name.
func left(t *testing.T, h *hosts.Host) string {
	t.Helper()
	var out strings.Builder
	for line := range strings.Lines(on(t, h, traces)) {
		shortest := 0
		switch {
		case strings.HasPrefix(line, "/dev/tap"):
			shortest = len("/dev/tap1073741824\n")
		case strings.HasPrefix(line, "/"):
			shortest = len("/run/migcheck-") + 20
		}
		if len(line) >= shortest {
			out.WriteString(line)
		}
	}
	for _, pid := range running(t, h, "") {
		line, _ := os.ReadFile(h.Path("/proc/" + strconv.Itoa(pid) + "/cmdline")) // it may just have ended
		fmt.Fprintf(&out, "%d %.200q\n", pid, line)
	}
	return out.String()
}

// running are a host's processes that have these words in their command line.
func running(t *testing.T, h *hosts.Host, words string) (pids []int) {
	t.Helper()
	all, err := filepath.Glob(h.Path("/proc/[0-9]*"))
	must(t, err)
	for _, dir := range all {
		line, err := os.ReadFile(dir + "/cmdline")
		if err != nil || !strings.Contains(string(bytes.ReplaceAll(line, []byte{0}, []byte{' '})), words) {
			continue // it may have ended
		}
		pid, err := strconv.Atoi(filepath.Base(dir))
		must(t, err)
		pids = append(pids, pid)
	}
	return pids
}

// listening says whether somebody on a host has a packet socket.
func listening(t *testing.T, h *hosts.Host) bool {
	t.Helper()
	table, err := os.ReadFile(h.Path("/proc/1/net/packet"))
	must(t, err)
	return bytes.Count(table, []byte("\n")) > 1
}

// hold lets nobody on hostB send a frame until it is called off.
func (w *wired) hold(t *testing.T) (off func()) {
	t.Helper()
	must(t, unix.Flock(int(w.turns.Fd()), unix.LOCK_EX))
	return func() { must(t, unix.Flock(int(w.turns.Fd()), unix.LOCK_UN)) }
}

// start starts a check with a pushed program, of hostB by one of its users' names.
func (w *wired) start(t *testing.T, to string, flags ...string) (cmd *exec.Cmd, said *bytes.Buffer) {
	t.Helper()
	exe, err := exec.LookPath("migcheck")
	must(t, err)
	cmd, said = exec.Command(exe, append(flags, "web1", "--from", "hostA", "--to", to, "-F", w.site.SSHConfig, "--push")...), &bytes.Buffer{}
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "MIGCHECK_FLEET=")
	cmd.Stdout, cmd.Stderr = said, said
	must(t, cmd.Start())
	return cmd, said
}

// until waits for something.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for begin := time.Now(); !is(); time.Sleep(time.Millisecond) {
		if time.Since(begin) > 2*time.Minute {
			t.Fatalf("not within two minutes: %s", what)
		}
	}
}

// asBefore waits until nothing is left on either host.
func (w *wired) asBefore(t *testing.T) {
	t.Helper()
	begin := time.Now()
	for i, h := range w.site.Hosts {
		for now := left(t, h); now != w.before[i]; now = left(t, h) {
			if time.Since(begin) > 2*time.Minute {
				t.Fatalf("%s before:\n%s\nafter:\n%s", h.Name, w.before[i], now)
			}
		}
	}
	t.Logf("nothing is left after %v", time.Since(begin))
}

// TestProbeKilled ends migcheck in ways that leave it no time to clean up, at
// moments of a probe from before the program is there until frames pass, and the
// program behind the second socket.
func TestProbeKilled(t *testing.T) {
	w := newWired(t)
	a, b := w.site.Hosts[0], w.site.Hosts[1]
	open := func() bool { return listening(t, b) }
	for way, to := range map[string]string{"push": "hostB", "sudo": "sam@hostB", "socket": "libby@hostB"} {
		t.Run(way+", a login", func(t *testing.T) {
			w.killClient(t, to, func() bool { return len(running(t, b, "sshd: ")) > 0 })
		})
		t.Run(way+", a program that arrives", func(t *testing.T) {
			w.killClient(t, to, func() bool { return len(running(t, a, "head -c ")) > 0 || listening(t, a) })
		})
		t.Run(way+", an open device", func(t *testing.T) { w.killClient(t, to, open) })
		if way == "sudo" {
			continue // the program is the pushed one
		}
		for n := range 4 {
			t.Run(fmt.Sprintf("%s, frames pass %d", way, n), func(t *testing.T) {
				w.killLater(t, to, open, time.Duration(n)*6*time.Millisecond)
			})
		}
	}
	t.Run("the program behind the socket", w.killProgram)
	t.Run("trials", w.killTrials)
}

// killClient ends a probe to a host at a moment at which hostB may not send yet.
func (w *wired) killClient(t *testing.T, to string, moment func() bool) {
	off := w.hold(t)
	client, said := w.start(t, to, "--probe")
	until(t, "the moment", moment)
	must(t, client.Process.Kill())
	_ = client.Wait() // killed
	off()
	if strings.Contains(said.String(), "READY") {
		t.Errorf("nothing was sent: %s", said)
	}
	w.asBefore(t)
}

// killLater lets frames pass from a moment on, and ends the probe some time later.
func (w *wired) killLater(t *testing.T, to string, moment func() bool, later time.Duration) {
	off := w.hold(t)
	client, _ := w.start(t, to, "--probe")
	until(t, "the moment", moment)
	off()
	time.Sleep(later) // how far it comes is what is tried
	_ = client.Process.Kill()
	_ = client.Wait() // killed, or at its end
	w.asBefore(t)
}

// killProgram ends the program behind the second socket while it waits for its
// turn to send: nothing is proven.
func (w *wired) killProgram(t *testing.T) {
	b := w.site.Hosts[1]
	off := w.hold(t)
	client, said := w.start(t, "libby@hostB", "--probe")
	until(t, "the device is open", func() bool { return listening(t, b) })
	for _, pid := range running(t, b, "/run/migcheck/probe probe-listed") {
		if name, err := os.ReadFile(b.Path(fmt.Sprintf("/proc/%d/comm", pid))); err == nil && string(name) == "probe\n" {
			on(t, b, `kill -9 "$0"`, strconv.Itoa(pid))
		}
	}
	_ = client.Wait() // its exit status tells
	off()
	if code := client.ProcessState.ExitCode(); code != 3 || !strings.Contains(said.String(), "has ended") || strings.Contains(said.String(), "READY") {
		t.Errorf("exit status %d: %s", code, said)
	}
	w.asBefore(t)
}

// killTrials ends trials all along the time that one takes.
func (w *wired) killTrials(t *testing.T) {
	began := time.Now()
	client, said := w.start(t, "hostB", "--trial", "--yes")
	if err := client.Wait(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	const moments = 8
	each := time.Since(began) / moments
	for n := range moments {
		client, _ := w.start(t, "hostB", "--trial", "--yes")
		time.Sleep(time.Duration(n) * each) // the moment is what is tried
		_ = client.Process.Kill()
		_ = client.Wait() // killed, or at its end
		w.asBefore(t)
	}
}
