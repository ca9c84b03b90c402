package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"migcheck/cmd/internal/denial"
	"migcheck/cmd/internal/exit"
	"migcheck/hostinfo"
	"migcheck/preflight"
)

// TestMigrationRefused: what libvirt says of a migration that failed, and who is
// named for it.
func TestMigrationRefused(t *testing.T) {
	enforcing, apparmor := hostinfo.System{SELinux: "enforcing"}, hostinfo.System{AppArmor: hostinfo.Yes}
	const (
		label = "migrate on hostA: unable to set security context 'system_u:object_r:svirt_image_t:s0:c1,c2' on '/srv/a.qcow2': Operation not permitted"
		disk  = "migrate on hostA: internal error: process exited while connecting to monitor: 2026-01-01T00:00:00Z qemu-kvm: Could not open '/srv/a.qcow2': Permission denied"
	)
	for _, c := range []struct {
		words    string
		from, to hostinfo.System
		cause    string // empty: nobody is named
		commands string
	}{
		{label, enforcing, enforcing, "SELinux refused it", "as root on hostB: ausearch -m avc -ts recent|then: give|as root on hostA: ausearch -m avc -ts recent"},
		{label, apparmor, enforcing, "SELinux refused it", "as root on hostB: ausearch -m avc -ts recent|then: give"},
		{"cannot load AppArmor profile 'libvirt-6695eb01'", enforcing, apparmor, "AppArmor refused it", `as root on hostB: journalctl -k -g 'apparmor="DENIED"'|then: allow`},
		{disk, enforcing, enforcing, "the mode or owner of that file may keep the emulator out; so may", "as root on hostB: ausearch -m avc -ts recent|then: give"},
		{disk, hostinfo.System{}, hostinfo.System{}, "", ""},
		{"unsupported configuration: Unable to find security driver for model apparmor", apparmor, enforcing, "", ""},
		{"operation aborted: migration out job: canceled by client", enforcing, enforcing, "", ""},
		{"", enforcing, enforcing, "", ""},
	} {
		p := &preflight.Plan{
			From: preflight.NewView(&hostinfo.Host{Name: "hostA", System: c.from}),
			To:   preflight.NewView(&hostinfo.Host{Name: "hostB", System: c.to}),
		}
		m := &preflight.Moved{Error: c.words}
		nameRefusal(m, p, denial.Emulator)
		want := strings.Split(c.commands, "|")
		if c.commands == "" {
			want = nil
		}
		ok := len(want) == len(m.Commands) && (c.cause == "") == (m.Cause == "") && strings.HasPrefix(m.Cause, c.cause)
		for i := range min(len(want), len(m.Commands)) {
			ok = ok && strings.HasPrefix(m.Commands[i], want[i])
		}
		if !ok {
			t.Errorf("%q: %q\n%s", c.words, m.Cause, strings.Join(m.Commands, "\n"))
		}
	}
}

// TestRefusedHints: an error that ends the program has a hint about who refused,
// once, behind those that it had.
func TestRefusedHints(t *testing.T) {
	pushed := errors.New("as root on hostB: exit status 126 (sh: 1: /usr/libexec/migcheck/.push.x: Operation not permitted)")
	for _, c := range []struct {
		err  error
		want string // hints, by how they begin
	}{
		{withRefusal(pushed, "hostB", hostinfo.System{SELinux: "enforcing"}, denial.Root), "root may run what"},
		{withRefusal(exit.Because(pushed, "look there"), "hostB", hostinfo.System{}, denial.Root), "look there|root may run what"},
		{withRefusal(errors.New("no route"), "hostB", hostinfo.System{SELinux: "enforcing"}, denial.Root), ""},
		{exit.Because(errors.New("open libvirt: authentication failed: access denied by policy"), "ask as root"), "ask as root|a rule of polkit there says no; as root on that host: "},
		{errors.New("open libvirt: Permission denied"), ""},
	} {
		var b bytes.Buffer
		complainError(&b, c.err)
		var got []string
		for line := range strings.Lines(b.String()) {
			if hint, ok := strings.CutPrefix(line, "hint: "); ok {
				got = append(got, hint)
			}
		}
		want := strings.Split(c.want, "|")
		if c.want == "" {
			want = nil
		}
		ok := len(want) == len(got)
		for i := range min(len(want), len(got)) {
			ok = ok && strings.HasPrefix(got[i], want[i])
		}
		if !ok {
			t.Errorf("%v:\n%s", c.err, &b)
		}
	}
	if code := exit.Code(withRefusal(&exit.Error{Code: exit.Undecided, Err: pushed}, "hostB", hostinfo.System{}, denial.Root)); code != exit.Undecided {
		t.Errorf("the exit code becomes %d", code)
	}
}
