package hook

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// addDaemon puts a process into an image's /proc. It began ago.
func addDaemon(t *testing.T, s Site, pid int, name string, ago time.Duration, confined string) {
	t.Helper()
	dir := s.path(fmt.Sprintf("/proc/%d", pid))
	boot := time.Now().Add(-24 * time.Hour).Unix()
	ticks := (24*time.Hour - ago) / (10 * time.Millisecond)
	writeFile(t, s.path("/proc/stat"), fmt.Sprintf("cpu 1 2\nbtime %d\n", boot))
	writeFile(t, filepath.Join(dir, "comm"), name+"\n")
	writeFile(t, filepath.Join(dir, "stat"), fmt.Sprintf("%d (a (b) c) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 %d 0 0\n", pid, ticks))
	if confined != "" {
		writeFile(t, filepath.Join(dir, "attr/current"), confined+"\n")
	}
	if err := os.Symlink(s.Root, filepath.Join(dir, "root")); err != nil {
		t.Fatal(err)
	}
}

func beat(t *testing.T, s Site, pid int, ago time.Duration) {
	t.Helper()
	writeFile(t, s.path(beatPath), fmt.Sprintln(pid))
	at := time.Now().Add(-ago)
	if err := os.Chtimes(s.path(beatPath), at, at); err != nil {
		t.Fatal(err)
	}
}

// TestStatus: what can be proven, and what is said where it can't.
func TestStatus(t *testing.T) {
	const denied = `type=AVC msg=audit(%d.123:45): apparmor="DENIED" operation="exec" profile="libvirtd" name="/usr/sbin/migcheck-hook" pid=812 comm="rpc-libvirtd"`
	const avc = `audit: type=1400 audit(%d.123:45): avc:  denied  { execute } for  pid=9 comm="rpc-virtqemud" name="migcheck-hook" scontext=system_u:system_r:virtqemud_t:s0 tcontext=system_u:object_r:etc_t:s0 tclass=file permissive=0`
	for _, tc := range []struct {
		name  string
		with  func(*testing.T, Site)
		state State
		says  string
	}{
		{"no daemon", func(*testing.T, Site) {}, Unproven, "none runs now"},
		{"a daemon from before", func(t *testing.T, s Site) {
			addDaemon(t, s, 812, "libvirtd", time.Hour, "libvirtd (enforce)")
		}, Unproven, "confined as libvirtd (enforce)"},
		{"a daemon since then", func(t *testing.T, s Site) {
			addDaemon(t, s, 812, "virtqemud", -time.Hour, "")
		}, Unproven, "was there when it started"},
		{"it ran the hook", func(t *testing.T, s Site) {
			addDaemon(t, s, 812, "libvirtd", time.Hour, "")
			beat(t, s, 812, -time.Minute)
		}, Proven, "it ran the hook last at"},
		{"another one ran it", func(t *testing.T, s Site) {
			addDaemon(t, s, 812, "libvirtd", time.Hour, "")
			beat(t, s, 811, -time.Minute)
		}, Unproven, "nothing shows that a daemon runs it"},
		{"it ran an earlier hook", func(t *testing.T, s Site) {
			addDaemon(t, s, 812, "libvirtd", time.Hour, "")
			beat(t, s, 812, 30*time.Minute)
		}, Unproven, "nothing shows that a daemon runs it"},
		{"the pid was used again", func(t *testing.T, s Site) {
			addDaemon(t, s, 812, "libvirtd", -time.Hour, "")
			beat(t, s, 812, -time.Minute)
		}, Unproven, "nothing shows that a daemon runs it"},
		{"the word is not root's", func(t *testing.T, s Site) {
			addDaemon(t, s, 812, "libvirtd", time.Hour, "")
			beat(t, s, 812, -time.Minute)
			chmod(t, s, beatPath, 0o666)
		}, Unproven, "nothing shows that a daemon runs it"},
		{"a daemon in a container", func(t *testing.T, s Site) {
			addDaemon(t, s, 812, "libvirtd", time.Hour, "")
			root := s.path("/proc/812/root")
			if err := os.Remove(root); err != nil {
				t.Fatal(err)
			}
			writeFile(t, filepath.Join(root, "etc/libvirt/libvirtd.conf"), "")
		}, Broken, "it runs in a container"},
		{"AppArmor", func(t *testing.T, s Site) {
			addDaemon(t, s, 812, "libvirtd", time.Hour, "")
			beat(t, s, 812, -time.Minute)
			writeFile(t, s.path("/var/log/audit/audit.log"), fmt.Sprintf(denied, time.Now().Unix()+60))
		}, Broken, "it was kept from running: type=AVC"},
		{"SELinux, in the kernel's log", func(t *testing.T, s Site) {
			writeFile(t, s.path("/dev/kmsg"), "6,1,2,-;hello\n5,2,3,-;"+fmt.Sprintf(avc, time.Now().Unix()+60))
		}, Broken, "it was kept from running: 5,2,3,-;audit: type=1400"},
		{"an old denial, and others'", func(t *testing.T, s Site) {
			writeFile(t, s.path("/var/log/audit/audit.log"), fmt.Sprintf(denied, time.Now().Unix()-3600)+"\n"+
				strings.ReplaceAll(fmt.Sprintf(denied, time.Now().Unix()+60), "migcheck-hook", "other")+"\n"+
				strings.ReplaceAll(fmt.Sprintf(avc, time.Now().Unix()+60), "virtqemud", "httpd"))
		}, Unproven, "nothing shows that a daemon runs it"},
		{"no script", func(t *testing.T, s Site) { unlink(t, s, scriptPath) }, Broken, scriptPath + ": no such file"},
		{"no program", func(t *testing.T, s Site) { unlink(t, s, binaryPath) }, Broken, binaryPath + ": no such file"},
		{"not executable", func(t *testing.T, s Site) { chmod(t, s, scriptPath, 0o644) }, Broken, "is not executable"},
		{"others may write it", func(t *testing.T, s Site) { chmod(t, s, binaryPath, 0o777) }, Broken, "can be written by others"},
		{"others may replace it", func(t *testing.T, s Site) { chmod(t, s, filepath.Dir(binaryPath), 0o777) }, Broken, "can be written by others"},
		{"it was replaced", func(t *testing.T, s Site) { executable(t, s.path(binaryPath), "#!/bin/sh\n") }, Broken, "is not what migcheck wrote"},
		{"settings that don't count", func(t *testing.T, s Site) { chmod(t, s, settingsPath, 0o666) }, Broken, "the settings are ignored"},
		{"closed, and a waiver", func(t *testing.T, s Site) {
			writeFile(t, s.path(settingsPath), "fail: closed\nwaivers: [{guest: guest1, rule: vlan-mismatch}, {guest: old, until: 2020-01-01T00:00:00Z}]\n")
		}, Unproven, "may not come\nwaiver: guest1 vlan-mismatch\n"},
		{"a later script", func(t *testing.T, s Site) {
			executable(t, s.path(filepath.Dir(linkPath)+"/zzz"), "#!/bin/sh\n")
		}, Unproven, "zzz runs after it"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := image(t)
			install(t, s)
			tc.with(t, s)
			st := s.Status(t.Context(), time.Now(), false)
			text := strings.Join(st.Lines, "\n") + "\n"
			if st.State != tc.state || !strings.Contains(text, tc.says) {
				t.Errorf("state %d, want %d and %q:\n%s", st.State, tc.state, tc.says, text)
			}
			if (st.State == Broken) != strings.Contains(text, "PROBLEM: ") {
				t.Errorf("state %d:\n%s", st.State, text)
			}
		})
	}
}

func TestNoHook(t *testing.T) {
	if st := image(t).Status(t.Context(), time.Now(), true); st.State != Absent || len(st.Lines) != 1 {
		t.Errorf("%+v", st)
	}
}

// TestReload: install and remove make a daemon look for hooks, and not one that
// does not see them.
func TestReload(t *testing.T) {
	s := image(t)
	pid, says := reloadable(t)
	addDaemon(t, s, pid, "virtqemud", time.Hour, "")
	container, _ := reloadable(t)
	addDaemon(t, s, container, "libvirtd", time.Hour, "")
	if err := os.Remove(s.path(fmt.Sprintf("/proc/%d/root", container))); err != nil {
		t.Fatal(err)
	}
	p := install(t, s)
	if got := says(); got != "reloaded" {
		t.Errorf("the daemon says %q", got)
	}
	if want := fmt.Sprintf("libvirtd, pid %d, has another /etc/libvirt", container); !strings.Contains(strings.Join(p.Remarks, "\n"), want) {
		t.Errorf("it says %q", p.Remarks)
	}
	remove(t, s)
	if got := says(); got != "reloaded" {
		t.Errorf("the daemon says %q", got)
	}
}

func unlink(t *testing.T, s Site, name string) {
	t.Helper()
	if err := os.Remove(s.path(name)); err != nil {
		t.Fatal(err)
	}
}

func chmod(t *testing.T, s Site, name string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(s.path(name), mode); err != nil {
		t.Fatal(err)
	}
}
