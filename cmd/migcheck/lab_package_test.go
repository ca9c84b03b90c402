//go:build lab

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestProvePackage runs in the lab's systemd flavour: the Debian package is
// installed on hostC, its timer runs once there as the user of the service, its
// agent answers, and purged it leaves nothing.
func TestProvePackage(t *testing.T) {
	l := openLab(t)
	if got := l.on(t, "hostC", "cat /proc/1/comm"); got != "systemd" {
		t.Fatalf("process 1 is %q: this takes fixtures/lab/lab start --hosts hostA,hostB,hostC:systemd", got)
	}
	// Runs before this one may have left what is theirs.
	l.on(t, "hostC", "rm -rf /usr/local/bin/migcheck /etc/migcheck /var/lib/migcheck /var/lib/private/migcheck /run/migcheck-fleet")
	before := l.leftovers(t)
	l.install(t)
	t.Cleanup(func() {
		_, _ = l.do("shell", "hostC", "sh", "-c", "dpkg --no-triggers --purge migcheck; rm -f /root/migcheck.deb")
	})

	if said := l.on(t, "hostC", "migcheck version"); !strings.HasPrefix(said, "migcheck ") || strings.Contains(said, "devel") {
		t.Errorf("version: %q", said)
	}
	if page := l.on(t, "hostC", "man -w migcheck-fleet && MANWIDTH=80 man migcheck-fleet"); !strings.Contains(page, "migcheck-fleet - ") {
		t.Errorf("the man page: %.300s", page)
	}
	if on := l.on(t, "hostC", "systemctl is-enabled migcheck-fleet.timer migcheck-agent.socket || true"); on != "disabled\ndisabled" {
		t.Errorf("after the installation they are %q", on)
	}
	t.Run("the timer", l.packagedTimer)
	t.Run("the agent", l.packagedAgent)

	l.on(t, "hostC", "dpkg --no-triggers --remove migcheck")
	if left := l.on(t, "hostC", "systemctl list-unit-files 'migcheck*' --no-legend; systemctl list-units --all 'migcheck*' --no-legend"); left != "" {
		t.Errorf("removed, and systemd still knows %s", left)
	}
	l.on(t, "hostC", "test -s /etc/migcheck/key && dpkg --no-triggers --purge migcheck && rm /root/migcheck.deb")
	if after := l.leftovers(t); after != before {
		t.Errorf("purged, and there is\n%s\nwhere there was\n%s", after, before)
	}
}

// install builds the Debian package and installs it on hostC, without the triggers
// of others: man-db's reads every page there is, which takes an emulated host minutes.
func (l *lab) install(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("../../.ci/package/build", runtime.GOARCH, dir).CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.deb"))
	if err != nil || len(found) != 1 {
		t.Fatalf("%q, %v", found, err)
	}
	raw, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.feed(string(raw), "shell", "hostC", "sh", "-c", "cat >/root/migcheck.deb"); err != nil {
		t.Fatal(err)
	}
	l.on(t, "hostC", "dpkg --no-triggers --install /root/migcheck.deb")
}

// leftovers are files of migcheck's name where a package has any, its units, and
// the users and groups of hostC. A whole /usr takes an emulated host minutes.
func (l *lab) leftovers(t *testing.T) string {
	t.Helper()
	return l.on(t, "hostC", `ls -d /etc/*migcheck* /etc/*/*migcheck* /etc/systemd/*/*migcheck* /run/*migcheck* /run/systemd/*/*migcheck* \
  /var/lib/*migcheck* /var/lib/private/*migcheck* /var/lib/dpkg/info/*migcheck* /var/lib/systemd/*/*migcheck* \
  /usr/bin/*migcheck* /usr/sbin/*migcheck* /usr/libexec/*migcheck* /usr/lib/*/*migcheck* /usr/lib/systemd/system/*migcheck* /usr/share/*migcheck* \
  /usr/share/doc/*migcheck* /usr/share/man/man*/*migcheck* /usr/share/*/completions/*migcheck* /usr/share/*/vendor*/*migcheck* 2>/dev/null
systemctl list-unit-files 'migcheck*' --no-legend
cat /etc/passwd /etc/group`)
}

// packagedTimer turns the timer on by the package's own units, has it fire, and
// reads what the run has written.
func (l *lab) packagedTimer(t *testing.T) {
	l.on(t, "hostC", `printf 'hosts:\n  hostC: {ssh: migcheck-nobody@hostC}\n' >/etc/migcheck/fleet.yaml
migcheck systemd install --yes
cp /root/.ssh/known_hosts /etc/migcheck/known_hosts`)
	if units := l.on(t, "hostC", "ls /etc/systemd/system/migcheck* 2>/dev/null; systemctl show --property FragmentPath --value migcheck-fleet.service; systemctl is-enabled migcheck-fleet.timer"); units != "/usr/lib/systemd/system/migcheck-fleet.service\nenabled" && units != "/lib/systemd/system/migcheck-fleet.service\nenabled" {
		t.Errorf("the timer's units: %q", units)
	}
	// Sooner than at two in the morning; it is the timer that starts the service.
	l.on(t, "hostC", `mkdir -p /run/systemd/system/migcheck-fleet.timer.d
printf '[Timer]\nOnCalendar=\nOnCalendar=*:*:0/15\nRandomizedDelaySec=0\n' >/run/systemd/system/migcheck-fleet.timer.d/soon.conf
systemctl daemon-reload && systemctl restart migcheck-fleet.timer
n=0; until test -s /var/lib/migcheck/fleet.html && test -s /var/lib/migcheck/history.db; do n=$((n+1)); [ $n -lt 600 ] || { journalctl -u migcheck-fleet.service | tail -50; exit 1; }; sleep 1; done
rm -r /run/systemd/system/migcheck-fleet.timer.d && systemctl daemon-reload && systemctl stop migcheck-fleet.timer migcheck-fleet.service`)
	if by := l.on(t, "hostC", "systemctl show --property LastTriggerUSec --value migcheck-fleet.timer"); by == "" || by == "n/a" {
		t.Errorf("the timer fired: %q", by)
	}
	if runs := l.on(t, "hostC", "migcheck history --history /var/lib/migcheck/history.db -o json"); !strings.Contains(runs, `"unobserved": 1`) {
		t.Errorf("the history of a fleet whose one host lets nobody in: %s", runs)
	}
}

// packagedAgent turns the agent on by the package's own units, and asks it.
func (l *lab) packagedAgent(t *testing.T) {
	l.on(t, "hostC", "systemctl enable --now migcheck-agent.socket")
	if said := l.on(t, "hostC", "migcheck agent status local"); !strings.Contains(said, "the agent answers: migcheck ") {
		t.Errorf("status: %s", said)
	}
	if said := l.on(t, "hostC", "! migcheck agent remove local --yes 2>&1"); !strings.Contains(said, "a part of the package migcheck") {
		t.Errorf("remove: %s", said)
	}
}
