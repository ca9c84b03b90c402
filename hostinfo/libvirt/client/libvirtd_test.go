//go:build system && cgo && libvirt_dlopen

package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"migcheck/hostinfo"
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

// asNobody asks for a guest as an unprivileged user of the daemon's machine,
// through the sockets that libvirt finds by itself there.
func (d *libvirtd) asNobody(t *testing.T, ref string) (hostinfo.Host, hostinfo.Guest) {
	t.Helper()
	// The test binary's directory is closed to other users.
	dir, err := os.MkdirTemp("", "migcheck-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	bin := filepath.Join(dir, "probe")
	self, err := os.ReadFile("/proc/self/exe")
	if err == nil {
		err = os.WriteFile(bin, self, 0o755)
	}
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("nsenter", "-t", fmt.Sprint(d.pid), "-m", "-n", "-p",
		"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", bin)
	cmd.Env = []string{"MIGCHECK_TEST_PROBE=" + ref, "PATH=" + os.Getenv("PATH"), "HOME=/nonexistent"}
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil || complaints.Len() > 0 {
		t.Fatalf("as nobody: %v: %s", err, &complaints)
	}
	var answer probed
	if err := json.Unmarshal(out.Bytes(), &answer); err != nil {
		t.Fatalf("%v: %s", err, &out)
	}
	return answer.Host, answer.Guest
}

type probed struct {
	Host  hostinfo.Host
	Guest hostinfo.Guest
}

func TestMain(m *testing.M) {
	if ref, ok := os.LookupEnv("MIGCHECK_TEST_PROBE"); ok {
		if err := probe(ref); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// probe prints what a user without rights reads.
func probe(ref string) error {
	ctx := context.Background()
	c, err := Open(ctx, Options{})
	if err != nil {
		return err
	}
	defer c.Close()
	var p probed
	c.Facts(ctx, &p.Host)
	g, err := c.Guest(ctx, ref)
	if err != nil {
		return err
	}
	p.Guest = *g
	return json.NewEncoder(os.Stdout).Encode(p)
}
