package denial

import (
	"strings"
	"testing"

	"migcheck/hostinfo"
)

// The words are libvirt's (virpolkit.c, security_selinux.c, security_apparmor.c,
// vircommand.c, virnetsocket.c), qemu's, sudo's, sshd's, D-Bus's and the kernel's.
func TestOf(t *testing.T) {
	enforcing := hostinfo.System{SELinux: "enforcing"}
	permissive := hostinfo.System{SELinux: "permissive"}
	apparmor := hostinfo.System{AppArmor: hostinfo.Yes}
	const socket = "Failed to connect socket to '/run/libvirt/virtqemud-sock': Permission denied"
	for _, c := range []struct {
		words string
		s     hostinfo.System
		who   Who
		text  string // empty: nothing is said
		known bool
		look  string
	}{
		{"authentication unavailable: no polkit agent available to authenticate action 'org.libvirt.unix.manage'", enforcing, User, "polkit asks for a password", true, "polkit"},
		{"authentication failed: access denied by policy", apparmor, User, "a rule of polkit", true, "polkit"},
		{"authentication cancelled: user cancelled authentication process", apparmor, User, "polkit refused", true, "polkit"},
		{"unable to set security context 'system_u:object_r:svirt_image_t:s0:c1,c2' on '/srv/a.qcow2': Operation not permitted", enforcing, Root, "SELinux refused", true, "ausearch"},
		{"error from service: org.freedesktop.DBus.Error.AccessDenied: An SELinux policy prevents this sender from sending this message to this recipient", enforcing, User, "SELinux refused", true, "ausearch"},
		{"internal error: cannot load AppArmor profile 'libvirt-aa58ea57-f6d7-48b1-b727-de97f4c508af'", apparmor, Root, "AppArmor refused", true, "apparmor"},
		{"unable to set AppArmor profile 'libvirt-aa58ea57-f6d7-48b1-b727-de97f4c508af' for '/usr/bin/qemu-system-x86_64': No such file or directory", apparmor, Root, "AppArmor refused", true, "apparmor"},
		{socket, enforcing, Root, "SELinux is enforcing there, and its log says whether", false, "ausearch"},
		{socket, apparmor, Root, "AppArmor is on there, and the kernel's log says whether", false, "apparmor"},
		{"not even root may read everything in /etc/netplan", enforcing, Root, "SELinux is enforcing", false, "ausearch"},
		{socket, permissive, Root, "", false, ""},
		{socket, hostinfo.System{}, Root, "", false, ""},
		{socket, enforcing, User, "", false, ""}, // which a group gives
		{"Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory", enforcing, Root, "", false, ""},
		{"", enforcing, Root, "", false, ""},
		{"sudo: a password is required", apparmor, User, "sudo there", true, "sudo"},
		{"alice is not in the sudoers file.", enforcing, User, "sudo there", true, "sudo"},
		{"internal error: process exited while connecting to monitor: qemu-kvm: -blockdev x: Could not open '/srv/a.qcow2': Permission denied", enforcing, Emulator, "so may what guards the host: SELinux is enforcing", false, "ausearch"},
		{"Cannot access storage file '/srv/a.qcow2' (as uid:107, gid:107): Permission denied", apparmor, Emulator, "AppArmor is on", false, "apparmor"},
		{"bring migcheck there: it may not be run from /run (noexec, fapolicyd or SELinux): sh: 1: /proc/self/fd/4: Operation not permitted", enforcing, Root, "a guard of programs (fapolicyd) says no; SELinux is enforcing there, too", false, "fanotify"},
		{"as root on hostB: exit status 126 (sh: 1: /usr/libexec/migcheck/.push.x: Permission denied)", hostinfo.System{}, Root, "without noexec", false, "findmnt"},
		{"bring migcheck there: /run is mounted noexec; /dev/shm is mounted noexec;", hostinfo.System{}, Root, "mounted noexec", true, "findmnt"},
		// What only resembles a denial, or one of another host.
		{"unable to set security context 'x' on '/srv/a.qcow2': Operation not permitted", apparmor, Emulator, "", false, ""},
		{"unable to set security context 'x' on '/srv/a.qcow2': Operation not permitted", permissive, Emulator, "", false, ""},
		{"internal error: cannot load AppArmor profile 'libvirt-aa58ea57'", enforcing, Emulator, "", false, ""},
		{"unsupported configuration: Unable to find security driver for model selinux", enforcing, Emulator, "", false, ""},
		{"unsupported configuration: Unable to find security driver for model apparmor", apparmor, Emulator, "", false, ""},
		{"unable to set security context 'system_u:object_r:nope_t:s0' on '/srv/a.qcow2': Invalid argument", enforcing, Emulator, "", false, ""},
		{"Cannot access storage file '/srv/SELinux/AppArmor.qcow2': No such file or directory", enforcing, Root, "", false, ""},
		{"internal error: guest apparmor: the MAC address is in use", apparmor, Root, "", false, ""},
		{"unsupported authentication type polkit", enforcing, User, "", false, ""},
		{"Cannot recv data: root@hostB: Permission denied (publickey,password).", enforcing, Root, "", false, ""},
		{"root@hostB: Permission denied, please try again.", enforcing, Root, "", false, ""},
		{"Could not open '/srv/a.qcow2': Permission denied", permissive, Emulator, "", false, ""},
		{"operation failed: migration out job: Unexpectedly failed: Permission denied", enforcing, Emulator, "", false, ""},
		{"it may not be run from /run (noexec, fapolicyd or SELinux): sh: 1: /proc/self/fd/4: Exec format error", enforcing, Root, "", false, ""},
	} {
		d, ok := Of(c.words, c.s, c.who)
		if ok != (c.text != "") || d.Known != c.known || !strings.Contains(d.Text, c.text) || !strings.Contains(strings.Join(d.Look, "\n"), c.look) || ok != (d.Fix != "") {
			t.Errorf("%q (who %v, %+v): %+v", c.words, c.who, c.s, d)
		}
	}
}
