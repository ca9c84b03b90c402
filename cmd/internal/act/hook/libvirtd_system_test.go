//go:build system && linux

package hook

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// inside is a machine of its own as far as files, processes and networks go,
// with a real libvirtd. What it writes to /usr and /etc stays there.
type inside struct {
	t   *testing.T
	pid int
	exe string
}

// prepare covers /usr and /etc before the daemon's own script goes on.
const prepare = `set -eu
mount --make-rprivate /
mount -t tmpfs tmpfs /mnt
for dir in usr etc; do
	mkdir -p /mnt/$dir/up /mnt/$dir/work
	mount -t overlay -o lowerdir=/$dir,upperdir=/mnt/$dir/up,workdir=/mnt/$dir/work overlay /$dir
done
exec /bin/bash ../../../../hostinfo/libvirt/client/testdata/daemon.sh qemu network`

func startLibvirtd(t *testing.T) *inside {
	t.Helper()
	exe := build(t)
	cmd := exec.Command("/bin/bash", "-c", prepare)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID}
	alive, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	if err := cmd.Start(); err != nil {
		t.Fatalf("%v (needs root)", err)
	}
	t.Cleanup(func() {
		_ = alive.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if lines.Text() == "ready" {
			in := &inside{t, cmd.Process.Pid, exe}
			in.must(0, "virsh", "-q", "list") // answered once the drivers have made their directories
			return in
		}
		t.Log(lines.Text())
	}
	_ = cmd.Wait()
	t.Fatalf("the daemon ended: %s", &complaints)
	return nil
}

// run runs a command in there.
func (in *inside) run(args ...string) (out string, status int) {
	in.t.Helper()
	cmd := exec.Command("nsenter", append([]string{"--target", fmt.Sprint(in.pid), "--mount", "--net", "--pid", "--"}, args...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	stdout, stderr, status := outcome(in.t, cmd, nil)
	return stdout + stderr, status
}

func (in *inside) must(want int, args ...string) string {
	in.t.Helper()
	out, status := in.run(args...)
	if status != want {
		in.t.Fatalf("%s: status %d, want %d\n%s", strings.Join(args, " "), status, want, out)
	}
	return out
}

// files are all that could be left behind.
func (in *inside) files() string {
	return in.must(0, "find", "/usr/sbin", "/usr/libexec", "/etc", "/run", "/var/log/libvirt", "/var/lib/libvirt/qemu", "-name", "*migcheck*", "-o", "-path", "/etc/libvirt/hooks*")
}

// TestLibvirtd: a real daemon and the hook. The daemon starts without any, which
// is why a reload is needed, and status --prove sees whether it was.
func TestLibvirtd(t *testing.T) {
	in := startLibvirtd(t)
	in.must(0, "mkdir", "/etc/libvirt/hooks")
	before := in.files()

	out := in.must(1, in.exe, "hook", "status", "--prove")
	if !strings.Contains(out, "no hook is installed") {
		t.Errorf("status says %s", out)
	}
	out = in.must(2, in.exe, "hook", "install")
	if !strings.Contains(out, "--yes") || in.files() != before {
		t.Errorf("without a terminal and without --yes:\n%s", out)
	}
	out = in.must(0, in.exe, "hook", "install", "--dry-run")
	if !strings.Contains(out, "reload libvirtd, pid ") || in.files() != before {
		t.Errorf("the dry run says and does:\n%s", out)
	}
	in.must(0, in.exe, "hook", "install", "--yes")
	out = in.must(0, in.exe, "hook", "status")
	if !strings.Contains(out, "it ran the hook last at") {
		t.Errorf("status says %s", out)
	}
	if left := in.must(0, "virsh", "-q", "list", "--all", "--name"); strings.TrimSpace(left) != "" {
		t.Errorf("the proof left a guest: %s", left)
	}
	in.keepFromRunning()

	in.must(0, in.exe, "hook", "remove", "--yes")
	if diff := cmp.Diff(before, in.files()); diff != "" {
		t.Errorf("something stayed:\n%s", diff)
	}
	in.must(1, in.exe, "hook", "status")
}

// keepFromRunning takes the right away as AppArmor would: the daemon still finds
// the hook, and the kernel refuses to run it.
func (in *inside) keepFromRunning() {
	in.t.Helper()
	in.must(0, "mount", "--bind", scriptPath, scriptPath)
	in.must(0, "mount", "-o", "remount,bind,noexec", scriptPath)
	out, status := in.run(in.exe, "hook", "status", "--prove")
	if status != 1 || !strings.Contains(out, "could not run it, so that no guest starts here") {
		in.t.Errorf("status %d: %s", status, out)
	}
	in.must(0, "umount", scriptPath)
}

// TestLibvirtdMayNotRunIt: a hook that libvirt is kept from running would let no
// guest start, so install takes it away again.
func TestLibvirtdMayNotRunIt(t *testing.T) {
	in := startLibvirtd(t)
	in.must(0, "mkdir", "/etc/libvirt/hooks")
	// The daemon, and not we, has an /usr/sbin in which nothing can be run.
	in.must(0, "sh", "-c", `kill "$(cat /run/libvirtd.pid)"`)
	for in.fails("sh", "-c", "! virsh -q list") {
		continue
	}
	in.must(0, "cp", "/usr/sbin/libvirtd", "/run/libvirtd")
	in.must(0, "unshare", "--mount", "sh", "-c", `mount --bind /usr/sbin /usr/sbin
		mount -o remount,bind,noexec /usr/sbin
		exec /run/libvirtd -d </dev/null >/run/libvirtd2.log 2>&1`)
	for in.fails("virsh", "-q", "list") {
		continue
	}
	before := in.files()
	out := in.must(2, in.exe, "hook", "install", "--yes")
	if !strings.Contains(out, "cannot execute binary") {
		t.Errorf("install says %s", out)
	}
	if diff := cmp.Diff(before, in.files()); diff != "" {
		t.Errorf("something stayed:\n%s", diff)
	}
	in.must(1, in.exe, "hook", "status")
}

func (in *inside) fails(args ...string) bool {
	_, status := in.run(args...)
	return status != 0
}
