package denial

import (
	"strings"
	"testing"

	"migcheck/hostinfo"
)

// The words are libvirt's (virpolkit.c, security_selinux.c, security_apparmor.c,
// vircommand.c, virnetsocket.c), D-Bus's and the kernel's.
func TestOf(t *testing.T) {
	enforcing := hostinfo.System{SELinux: "enforcing"}
	permissive := hostinfo.System{SELinux: "permissive"}
	apparmor := hostinfo.System{AppArmor: hostinfo.Yes}
	const socket = "Failed to connect socket to '/run/libvirt/virtqemud-sock': Permission denied"
	for _, c := range []struct {
		words string
		s     hostinfo.System
		root  bool
		text  string // empty: nothing is said
		known bool
		look  string
	}{
		{"authentication unavailable: no polkit agent available to authenticate action 'org.libvirt.unix.manage'", enforcing, false, "polkit asks for a password", true, "polkit"},
		{"authentication failed: access denied by policy", apparmor, false, "a rule of polkit", true, "polkit"},
		{"authentication cancelled: user cancelled authentication process", apparmor, false, "polkit refused", true, "polkit"},
		{"unable to set security context 'system_u:object_r:svirt_image_t:s0:c1,c2' on '/srv/a.qcow2': Operation not permitted", enforcing, true, "SELinux refused", true, "ausearch"},
		{"error from service: org.freedesktop.DBus.Error.AccessDenied: An SELinux policy prevents this sender from sending this message to this recipient", enforcing, false, "SELinux refused", true, "ausearch"},
		{"internal error: cannot load AppArmor profile 'libvirt-aa58ea57-f6d7-48b1-b727-de97f4c508af'", apparmor, true, "AppArmor refused", true, "apparmor"},
		{"unable to set AppArmor profile 'libvirt-aa58ea57-f6d7-48b1-b727-de97f4c508af' for '/usr/bin/qemu-system-x86_64': No such file or directory", apparmor, true, "AppArmor refused", true, "apparmor"},
		{socket, enforcing, true, "SELinux is enforcing there, and its log says whether", false, "ausearch"},
		{socket, apparmor, true, "AppArmor is on there, and the kernel's log says whether", false, "apparmor"},
		{"not even root may read everything in /etc/netplan", enforcing, true, "SELinux is enforcing", false, "ausearch"},
		{socket, permissive, true, "", false, ""},
		{socket, hostinfo.System{}, true, "", false, ""},
		{socket, enforcing, false, "", false, ""}, // which a group gives
		{"Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory", enforcing, true, "", false, ""},
		{"", enforcing, true, "", false, ""},
	} {
		d, ok := Of(c.words, c.s, c.root)
		if ok != (c.text != "") || d.Known != c.known || !strings.Contains(d.Text, c.text) || !strings.Contains(strings.Join(d.Look, "\n"), c.look) {
			t.Errorf("%q (root %v, %+v): %+v", c.words, c.root, c.s, d)
		}
	}
}
