//go:build lab

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

// TestSystemdLab runs in the lab's systemd flavour: hostC judges a fleet of itself
// and of a host that is not there, by its timer, as the user of the service, with
// a key that a forced command holds to the one command.
func TestSystemdLab(t *testing.T) {
	l := openLab(t)
	if got := l.on(t, "hostC", "cat /proc/1/comm"); got != "systemd" {
		t.Fatalf("process 1 is %q: this takes fixtures/lab/lab start --hosts hostA,hostB,hostC:systemd", got)
	}
	l.upload(t, "hostC", "/usr/local/bin/migcheck")
	l.on(t, "hostC", `useradd --system --create-home --shell /bin/sh migcheck-reader && usermod --append --groups libvirt --password '*' migcheck-reader
mkdir -p /etc/migcheck /run/textfile
printf 'hosts:\n  hostC: {ssh: migcheck-reader@hostC}\n  gone: {ssh: migcheck-reader@10.88.0.222}\n' >/etc/migcheck/fleet.yaml`)
	l.on(t, "hostC", "migcheck systemd install --yes --on-calendar '*:*:0/15' --delay 0s --textfile /run/textfile -- --connect-timeout 2m")
	t.Cleanup(func() {
		l.on(t, "hostC", "migcheck systemd remove --yes; userdel --remove migcheck-reader; rm -rf /etc/migcheck /var/lib/private/migcheck /var/lib/migcheck")
	})
	l.on(t, "hostC", `cp /root/.ssh/known_hosts /etc/migcheck/known_hosts
home=$(getent passwd migcheck-reader | cut -d: -f6)
install -d -m 0700 -o migcheck-reader $home/.ssh
migcheck systemd print authorized_keys >$home/.ssh/authorized_keys && chown migcheck-reader $home/.ssh/authorized_keys
migcheck systemd print migcheck-only >/usr/local/sbin/migcheck-only && chmod 0755 /usr/local/sbin/migcheck-only`)

	// The first runs may have come before the key was let in; the file is of one that did.
	l.on(t, "hostC", "n=0; until grep -q '^migcheck_host_observed{.*hostC.*} 1' /run/textfile/migcheck.prom 2>/dev/null; do n=$((n+1)); [ $n -lt 600 ] || { journalctl -u migcheck-fleet.service | tail -50; exit 1; }; sleep 1; done")
	if html := l.on(t, "hostC", "head -c 100000 /var/lib/migcheck/fleet.html"); !strings.Contains(html, "gone") || !strings.Contains(html, "hostC") {
		t.Errorf("the report does not name the hosts: %.300s", html)
	}
	if runs := l.on(t, "hostC", "migcheck history --history /var/lib/migcheck/history.db -o json"); !strings.Contains(runs, `"unobserved": 1`) {
		t.Errorf("the history: %s", runs)
	}
	if mode := l.on(t, "hostC", "stat -L -c %a /var/lib/migcheck/history.db"); mode != "640" {
		t.Errorf("the history's mode is %s", mode)
	}
	if out, err := l.do("shell", "hostC", "sh", "-c", "ssh -i /etc/migcheck/key -o IdentitiesOnly=yes -F none -o UserKnownHostsFile=/etc/migcheck/known_hosts -o BatchMode=yes migcheck-reader@hostC id"); err == nil || strings.Contains(string(out), "uid=") {
		t.Errorf("the key runs another command: %s", out)
	}
	// A run that is in progress ends with it: it waits two minutes for the host that is gone.
	l.on(t, "hostC", "n=0; until systemctl is-active migcheck-fleet.service | grep -qx activating; do n=$((n+1)); [ $n -lt 600 ] || exit 1; sleep 1; done; migcheck systemd remove --yes")
	if runs := l.on(t, "hostC", "systemctl list-units --all 'migcheck*' --no-legend"); runs != "" {
		t.Errorf("still there: %s", runs)
	}
	if left := l.on(t, "hostC", "systemctl list-unit-files 'migcheck*' --no-legend; ls /etc/systemd/system | grep migcheck || true"); left != "" {
		t.Errorf("left: %s", left)
	}
}

// upload puts migcheck on a host.
func (l *lab) upload(t *testing.T, host, path string) {
	t.Helper()
	raw, err := os.ReadFile(l.binary)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.feed(string(raw), "shell", host, "sh", "-c", "cat >"+path+" && chmod 0755 "+path); err != nil {
		t.Fatal(err)
	}
}

// TestSystemdLabFleet judges a fleet of three hosts of which one has lost its
// management network: it is a column that nobody knows, and the run goes on.
func TestSystemdLabFleet(t *testing.T) {
	l := openLab(t)
	l.must(t, "reset", "hostA", "hostB")
	l.must(t, "guests")
	dir := t.TempDir()
	file := filepath.Join(dir, "fleet.yaml")
	if err := os.WriteFile(file, []byte("hosts: {hostA: {}, hostB: {}, hostC: {}}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	l.must(t, "cable", "hostC", "mgmt", "out")
	t.Cleanup(func() { l.must(t, "cable", "hostC", "mgmt", "in") })
	words := func(more ...string) []string {
		return append([]string{"fleet", "--fleet", file, "--history", filepath.Join(dir, "history.db")}, more...)
	}
	out, code := l.migcheck(t, words("-o", "json", "-o", "html="+filepath.Join(dir, "fleet.html"))...)
	var d fleet.Document
	if err := json.Unmarshal(out, &d); err != nil || code != 0 {
		t.Fatalf("exit status %d, %v: %s", code, err, out)
	}
	for i, want := range []bool{true, true, false} {
		if h := d.Hosts[i]; h.Observed != want || !want && h.Reason == "" {
			t.Errorf("%s: observed %v, %q", h.Name, h.Observed, h.Reason)
		}
	}
	if len(d.Guests) != 2 {
		t.Fatalf("%d guests: %s", len(d.Guests), out)
	}
	for g := range d.Guests {
		if b, c := d.Verdict(g, 1), d.Verdict(g, 2); b != preflight.Ready && b != preflight.Note || c != preflight.Undecided {
			t.Errorf("%s to hostB: %s, to hostC: %s", d.Guests[g].Name, b, c)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "fleet.html")); err != nil {
		t.Error(err)
	}
	if out, code := l.migcheck(t, "guest1", "--from", "hostA", "--to", "all", "--fleet", file); code != 0 || !bytes.Contains(out, []byte("1 of 2 hosts can take it, 1 undecided")) {
		t.Errorf("exit status %d\n%s", code, out)
	}
	if out, code := l.migcheck(t, "evacuate", "hostA", "--fleet", file); code != 0 || !bytes.Contains(out, []byte("hostA can be emptied")) {
		t.Errorf("exit status %d\n%s", code, out)
	}
	l.on(t, "hostB", "ip link delete bond0.623")
	t.Cleanup(func() { l.must(t, "reset", "hostB") })
	if out, code := l.migcheck(t, words("--fail-on", "new")...); code != 1 {
		t.Errorf("a way is lost, and the exit status is %d\n%s", code, out)
	}
	if out := l.must(t, "in", l.binary, "diff", "--history", filepath.Join(dir, "history.db")); !bytes.Contains(out, []byte("hostB: bond0.623 is gone")) || !bytes.Contains(out, []byte("guest1 can no longer go to hostB")) {
		t.Errorf("diff: %s", out)
	}
}
