//go:build system

package ssh

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// echoAt listens on a Unix socket and sends back what comes.
func echoAt(t *testing.T, path string) {
	t.Helper()
	l, err := net.Listen("unix", path)
	check(t, err)
	check(t, os.Chmod(path, 0o666))
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(c, c)
				c.Close()
			}()
		}
	}()
}

// echoThrough connects to a Forward and expects its words back.
func echoThrough(t *testing.T, f *Forward) {
	t.Helper()
	dir := filepath.Dir(f.Path)
	info, err := os.Stat(dir)
	check(t, err)
	if info.Mode().Perm() != 0o700 {
		t.Errorf("%s has mode %v", dir, info.Mode())
	}
	c, err := net.Dial("unix", f.Path)
	check(t, err)
	defer c.Close()
	eventually(t, "the socket is unlinked", func() bool { _, err := os.Stat(dir); return errors.Is(err, fs.ErrNotExist) })
	echo(t, c)
}

func echo(t *testing.T, c net.Conn) {
	t.Helper()
	text := strings.Repeat("ping\x00\xff\n", 30000)
	go func() { _, _ = io.WriteString(c, text) }()
	got := make([]byte, len(text))
	if _, err := io.ReadFull(c, got); err != nil || string(got) != text {
		t.Fatalf("echo: %v, equal %v", err, string(got) == text)
	}
}

var libvirtd = Socket{Paths: []string{"/run/libvirt/virtqemud-sock", "/run/libvirt/libvirt-sock"}, URI: "qemu:///system"}

func TestForwardThroughSSHD(t *testing.T) {
	s := startSSHD(t)
	u, _ := acquainted(t, s)
	echoAt(t, filepath.Join(s.libvirt, "libvirt-sock"))
	runtime := t.TempDir()
	check(t, os.Chmod(runtime, 0o700))
	t.Setenv("XDG_RUNTIME_DIR", runtime)
	c := u.mustDial("hv")
	f, err := c.ForwardUnix(t.Context(), libvirtd)
	check(t, err)
	if f.Via != "sshd /run/libvirt/libvirt-sock" || filepath.Dir(filepath.Dir(f.Path)) != runtime {
		t.Errorf("via %q at %s", f.Via, f.Path)
	}
	echoThrough(t, f)
	check(t, f.Close())
	if s.count("Starting session") != 0 {
		t.Error("a session was needed")
	}
	conn, err := c.DialUnix(t.Context(), libvirtd)
	check(t, err)
	echo(t, conn)
	check(t, conn.Close())
}

func TestForwardWhereSSHDForbidsIt(t *testing.T) {
	s := startSSHD(t, "AllowStreamLocalForwarding no")
	u, _ := acquainted(t, s)
	echoAt(t, filepath.Join(s.libvirt, "libvirt-sock"))
	c := u.mustDial("hv")
	for _, x := range []struct {
		socket Socket
		via    string
	}{
		{libvirtd, "virt-ssh-helper"},
		{Socket{Paths: libvirtd.Paths}, "nc"},
	} {
		f, err := c.ForwardUnix(t.Context(), x.socket)
		check(t, err)
		if f.Via != x.via {
			t.Errorf("via %q, want %q", f.Via, x.via)
		}
		echoThrough(t, f)
		check(t, f.Close())
	}
	if n := s.count("Accepted publickey"); n != 1 {
		t.Errorf("%d logins, want 1", n)
	}
}

// The three answers that sshd itself does not tell apart.
func TestSocketsThatCannotBeReached(t *testing.T) {
	s := startSSHD(t)
	u, _ := acquainted(t, s)
	c := u.mustDial("hv")
	_, err := c.ForwardUnix(t.Context(), libvirtd)
	wantError(t, err, NoSocket, "/run/libvirt/virtqemud-sock or /run/libvirt/libvirt-sock", "virtqemud.socket")

	path := filepath.Join(s.libvirt, "libvirt-sock")
	echoAt(t, path)
	check(t, os.Chmod(path, 0o600))
	_, err = c.ForwardUnix(t.Context(), libvirtd)
	wantError(t, err, SocketDenied, "user alice may not", "group libvirt")

	_, err = c.DialUnix(t.Context(), Socket{})
	wantError(t, err, BadDestination)
	_, err = c.DialUnix(t.Context(), Socket{Paths: []string{"relative"}})
	wantError(t, err, BadDestination)
}

func TestForwardingForbiddenWithoutATool(t *testing.T) {
	s := startSSHD(t, "AllowStreamLocalForwarding no", "SetEnv PATH=/nonexistent")
	u, _ := acquainted(t, s)
	echoAt(t, filepath.Join(s.libvirt, "libvirt-sock"))
	_, err := u.mustDial("hv").ForwardUnix(t.Context(), libvirtd)
	wantError(t, err, ForwardingForbidden, "neither virt-ssh-helper nor nc", "AllowStreamLocalForwarding yes")
}

// What nc says when it fails reaches the user, though libvirt sees an end only.
func TestToolThatFails(t *testing.T) {
	s := startSSHD(t, "AllowStreamLocalForwarding no", "SetEnv PATH=DIR/bin:/usr/bin:/bin")
	check(t, os.Mkdir(filepath.Join(s.dir, "bin"), 0o755))
	write(t, filepath.Join(s.dir, "bin", "nc"), 0o755, "#!/bin/sh\necho \"nc: invalid option -- 'U'\" >&2; exit 1\n")
	u, _ := acquainted(t, s)
	echoAt(t, filepath.Join(s.libvirt, "libvirt-sock"))
	f, err := u.mustDial("hv").ForwardUnix(t.Context(), Socket{Paths: libvirtd.Paths})
	check(t, err)
	local, err := net.Dial("unix", f.Path)
	check(t, err)
	if _, err := io.ReadAll(local); err != nil {
		t.Error(err)
	}
	local.Close()
	err = f.Close()
	wantError(t, err, ConnectionLost, "invalid option -- 'U'", "through nc")
}

// Only this process may use the private socket.
func TestStrangerAtTheSocket(t *testing.T) {
	s := startSSHD(t)
	u, _ := acquainted(t, s)
	echoAt(t, filepath.Join(s.libvirt, "libvirt-sock"))
	f, err := u.mustDial("hv").ForwardUnix(t.Context(), libvirtd)
	check(t, err)
	out, _ := exec.Command("sh", "-c", "echo hello | nc -N -U "+f.Path).Output()
	if len(out) > 0 {
		t.Errorf("another process got %q", out)
	}
	echoThrough(t, f) // and did not use up the one connection
	wantError(t, f.Close(), LocalSocket, "not this process")
}

func TestForwardThatNobodyUses(t *testing.T) {
	s := startSSHD(t)
	u, _ := acquainted(t, s)
	echoAt(t, filepath.Join(s.libvirt, "libvirt-sock"))
	c := u.mustDial("hv")
	f, err := c.ForwardUnix(t.Context(), libvirtd)
	check(t, err)
	check(t, f.Close())
	if _, err := os.Stat(filepath.Dir(f.Path)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is left behind: %v", f.Path, err)
	}
	f, err = c.ForwardUnix(t.Context(), libvirtd)
	check(t, err)
	check(t, c.Close()) // ends the Forward, too
	<-f.ended
	if _, err := os.Stat(filepath.Dir(f.Path)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is left behind: %v", f.Path, err)
	}
}

func TestLoginShells(t *testing.T) {
	s := startSSHD(t, "AllowStreamLocalForwarding no")
	u, _ := acquainted(t, s)
	echoAt(t, filepath.Join(s.libvirt, "libvirt-sock"))
	// Start-up files that talk, as people have them.
	write(t, filepath.Join(s.dir, "carl", ".cshrc"), 0o644, "echo welcome to csh\n")
	check(t, os.MkdirAll(filepath.Join(s.dir, "fiona", ".config", "fish"), 0o777))
	write(t, filepath.Join(s.dir, "fiona", ".config", "fish", "config.fish"), 0o644, "echo welcome to fish\n")
	for _, p := range users {
		c := u.mustDial(fmt.Sprintf("%s@127.0.0.1:%d", p.name, s.port))
		r, err := c.Run(t.Context(), "exec /bin/sh -c "+quoted("printf '[%s]' \"$0\" a\\\\b it\\''s' 'wow!'"), nil, 1<<16)
		if err != nil || !strings.HasSuffix(string(r.Stdout), `[/bin/sh][a\b][it's][wow!]`) {
			t.Errorf("%s: %q, %q, %v", p.shell, r.Stdout, r.Stderr, err)
		}
		for _, socket := range []Socket{libvirtd, {Paths: libvirtd.Paths}} {
			conn, err := c.DialUnix(t.Context(), socket)
			if err != nil {
				t.Errorf("%s: %v", p.shell, err)
				continue
			}
			echo(t, conn)
			conn.Close()
		}
	}
}
