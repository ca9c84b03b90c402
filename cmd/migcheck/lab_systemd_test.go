//go:build lab

package main

import (
	"os"
	"strings"
	"testing"
)

// TestSystemdLab runs in the lab's systemd flavour: hostA judges a fleet of itself
// and of a host that is not there, by its timer, as the user of the service, with
// a key that a forced command holds to the one command.
func TestSystemdLab(t *testing.T) {
	l := openLab(t)
	if got := l.on(t, "hostA", "cat /proc/1/comm"); got != "systemd" {
		t.Fatalf("process 1 is %q: this takes fixtures/lab/lab start --flavour systemd", got)
	}
	l.upload(t, "hostA", "/usr/local/bin/migcheck")
	l.on(t, "hostA", `useradd --system --create-home --shell /bin/sh migcheck-reader && usermod --append --groups libvirt --password '*' migcheck-reader
mkdir -p /etc/migcheck /run/textfile
printf 'hosts:\n  hostA: {ssh: migcheck-reader@hostA}\n  gone: {ssh: migcheck-reader@10.88.0.222}\n' >/etc/migcheck/fleet.yaml`)
	l.on(t, "hostA", "migcheck systemd install --yes --on-calendar '*:*:0/15' --delay 0s --textfile /run/textfile -- --connect-timeout 2m")
	t.Cleanup(func() { l.on(t, "hostA", "migcheck systemd remove --yes; userdel --remove migcheck-reader; rm -rf /etc/migcheck /var/lib/private/migcheck /var/lib/migcheck") })
	l.on(t, "hostA", `cp /root/.ssh/known_hosts /etc/migcheck/known_hosts
home=$(getent passwd migcheck-reader | cut -d: -f6)
install -d -m 0700 -o migcheck-reader $home/.ssh
migcheck systemd print authorized_keys >$home/.ssh/authorized_keys && chown migcheck-reader $home/.ssh/authorized_keys
migcheck systemd print migcheck-only >/usr/local/sbin/migcheck-only && chmod 0755 /usr/local/sbin/migcheck-only`)

	// The first runs may have come before the key was let in; the file is of one that did.
	l.on(t, "hostA", "n=0; until grep -q '^migcheck_host_observed{.*hostA.*} 1' /run/textfile/migcheck.prom 2>/dev/null; do n=$((n+1)); [ $n -lt 600 ] || { journalctl -u migcheck-fleet.service | tail -50; exit 1; }; sleep 1; done")
	if html := l.on(t, "hostA", "head -c 100000 /var/lib/migcheck/fleet.html"); !strings.Contains(html, "gone") || !strings.Contains(html, "hostA") {
		t.Errorf("the report does not name the hosts: %.300s", html)
	}
	if runs := l.on(t, "hostA", "migcheck history --history /var/lib/migcheck/history.db -o json"); !strings.Contains(runs, `"unobserved": 1`) {
		t.Errorf("the history: %s", runs)
	}
	if mode := l.on(t, "hostA", "stat -L -c %a /var/lib/migcheck/history.db"); mode != "640" {
		t.Errorf("the history's mode is %s", mode)
	}
	if out, err := l.do("shell", "hostA", "sh", "-c", "ssh -i /etc/migcheck/key -o IdentitiesOnly=yes -F none -o UserKnownHostsFile=/etc/migcheck/known_hosts -o BatchMode=yes migcheck-reader@hostA id"); err == nil || strings.Contains(string(out), "uid=") {
		t.Errorf("the key runs another command: %s", out)
	}
	l.on(t, "hostA", "migcheck systemd remove --yes")
	if left := l.on(t, "hostA", "systemctl list-unit-files 'migcheck*' --no-legend; ls /etc/systemd/system | grep migcheck || true"); left != "" {
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
