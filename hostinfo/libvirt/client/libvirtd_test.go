//go:build system && cgo && libvirt_dlopen

package client

import (
	"bufio"
	"bytes"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// libvirtd is a real daemon in mount, network and PID namespaces of its own.
type libvirtd struct {
	pid int // of its PID namespace's init
}

// startLibvirtd boots one, which ends with the test, or with this process.
// It has the drivers that are named, or all that are installed.
func startLibvirtd(t *testing.T, drivers ...string) *libvirtd {
	t.Helper()
	cmd := exec.Command("/bin/bash", append([]string{"testdata/daemon.sh"}, drivers...)...)
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
		t.Fatalf("start %s: %v (needs root)", cmd, err)
	}
	t.Cleanup(func() {
		_ = alive.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if lines.Text() == "ready" {
			return &libvirtd{cmd.Process.Pid}
		}
		t.Log(lines.Text())
	}
	_ = cmd.Wait()
	t.Fatalf("%s ended: %s", cmd, &complaints)
	return nil
}

// path is where a path of the daemon's own file systems is seen from here.
func (d *libvirtd) path(name string) string { return fmt.Sprintf("/proc/%d/root%s", d.pid, name) }

func (d *libvirtd) socket() string { return d.path("/run/libvirt/libvirt-sock") }

// uri leads to one of the daemon's sockets as a forwarded socket would.
func uri(socket string) string { return "qemu+unix:///system?socket=" + socket }

// virsh runs a command of virsh and returns what it prints.
func (d *libvirtd) virsh(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("virsh", append([]string{"-q", "-c", uri(d.socket())}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("virsh %s: %v: %s", strings.Join(args, " "), err, out)
	}
	return string(out)
}
