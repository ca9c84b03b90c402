//go:build system

package ssh

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestRun(t *testing.T) {
	s := startSSHD(t)
	u, _ := acquainted(t, s)
	c := u.mustDial("hv")

	r, err := c.Run(t.Context(), "cat; echo err >&2; exit 3", strings.NewReader("in\n"), 100)
	if err != nil || string(r.Stdout) != "in\n" || string(r.Stderr) != "err\n" || r.ExitStatus != 3 || r.Truncated {
		t.Errorf("%+v, %v", r, err)
	}
	r, err = c.Run(t.Context(), "kill -9 $$", nil, 100)
	if err != nil || r.ExitStatus != 137 {
		t.Errorf("killed: %+v, %v", r, err)
	}
	// A command that reads nothing is not held up by its input.
	r, err = c.Run(t.Context(), "true", neverEnding{}, 100)
	if err != nil || r.ExitStatus != 0 {
		t.Errorf("endless input: %+v, %v", r, err)
	}
}

type neverEnding struct{}

func (neverEnding) Read(p []byte) (int, error) { return len(p), nil }

func TestOutputIsBounded(t *testing.T) {
	s := startSSHD(t)
	u, _ := acquainted(t, s)
	c := u.mustDial("hv")
	for _, to := range []string{"", " >&2"} {
		r, err := c.Run(t.Context(), "head -c 67108864 /dev/zero"+to, nil, 1<<16)
		if err != nil || !r.Truncated || r.ExitStatus != -1 || len(r.Stdout)+len(r.Stderr) != 1<<16 || cap(r.Stdout)+cap(r.Stderr) > 1<<18 {
			t.Errorf("%s: %d and %d bytes, status %d, truncated %v, %v", to, len(r.Stdout), len(r.Stderr), r.ExitStatus, r.Truncated, err)
		}
	}
	r, err := c.Run(t.Context(), "head -c 65536 /dev/zero", nil, 1<<16)
	if err != nil || r.Truncated || r.ExitStatus != 0 || len(r.Stdout) != 1<<16 {
		t.Errorf("exactly the limit: %d bytes, truncated %v, %v", len(r.Stdout), r.Truncated, err)
	}
	run(t, c, "echo still there", "still there\n")
}

func TestCancelledCommand(t *testing.T) {
	s := startSSHD(t)
	u, _ := acquainted(t, s)
	c := u.mustDial("hv")
	pid := filepath.Join(s.dir, "alice", "pid")
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer cancel()
		eventually(t, "the command runs", func() bool { b, _ := os.ReadFile(pid); return len(b) > 0 })
	}()
	r, err := c.Run(ctx, "echo begun; echo $$ > "+pid+"; exec tail -f /dev/null", nil, 100)
	wantKind(t, err, Cancelled)
	if !errors.Is(err, context.Canceled) || r.ExitStatus != -1 {
		t.Errorf("%+v, %v", r, err)
	}
	b, err := os.ReadFile(pid)
	check(t, err)
	eventually(t, "the command is gone from the host", func() bool {
		_, err := os.Stat("/proc/" + strings.TrimSpace(string(b)))
		return err != nil
	})
	run(t, c, "echo still there", "still there\n")
}

// The server's processes die under a running command.
func TestConnectionLostInTheMiddle(t *testing.T) {
	s := startSSHD(t)
	u, _ := acquainted(t, s)
	c := u.mustDial("hv")
	running := filepath.Join(s.dir, "alice", "running")
	go func() {
		eventually(t, "it runs", func() bool { _, err := os.Stat(running); return err == nil })
		for _, pid := range s.sessions(t) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}()
	r, err := c.Run(t.Context(), "printf half; touch "+running+"; exec tail -f /dev/null", nil, 1<<16)
	wantKind(t, err, ConnectionLost, "hv: ")
	if r.ExitStatus != -1 || r.Truncated || !strings.HasPrefix("half", string(r.Stdout)) {
		t.Errorf("%+v", r)
	}
	_, err = c.Run(t.Context(), "true", nil, 1)
	wantKind(t, err, ConnectionLost)
	_, err = c.DialUnix(t.Context(), Socket{Paths: []string{"/run/x"}})
	wantKind(t, err, ConnectionLost)
}

// A host that hangs keeps its TCP connection; only asking shows it.
func TestHostThatHangs(t *testing.T) {
	s := startSSHD(t)
	u, _ := acquainted(t, s)
	u.cfg.KeepAlive = quick
	c := u.mustDial("hv")
	ready := filepath.Join(s.dir, "alice", "ready")
	stopped := make(chan int, 16)
	go func() {
		defer close(stopped)
		eventually(t, "the command runs", func() bool { _, err := os.Stat(ready); return err == nil })
		for _, pid := range s.sessions(t) {
			_ = syscall.Kill(pid, syscall.SIGSTOP)
			stopped <- pid
		}
	}()
	_, err := c.Run(t.Context(), "touch "+ready+"; exec tail -f /dev/null", nil, 1<<16)
	for pid := range stopped {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	wantKind(t, err, ConnectionLost, "has not answered for")
}

func TestClosedClient(t *testing.T) {
	s := startSSHD(t)
	u, _ := acquainted(t, s)
	c := u.mustDial("hv")
	check(t, c.Close())
	check(t, c.Close())
	_, err := c.Run(t.Context(), "true", nil, 1)
	wantKind(t, err, ConnectionLost, "closed on this side")
	eventually(t, "sshd saw it", func() bool { return len(s.children(t)) == 0 })
}

func TestAccountWithoutAShell(t *testing.T) {
	s := startSSHD(t, "MaxSessions 0")
	u, _ := acquainted(t, s)
	_, err := u.mustDial("hv").Run(t.Context(), "true", nil, 1)
	wantKind(t, err, CommandNotRun)
}

func TestManyCommandsOnOneConnection(t *testing.T) {
	s := startSSHD(t)
	u, _ := acquainted(t, s)
	c := u.mustDial("hv")
	errs := make(chan error, 8) // MaxSessions is 10
	for range cap(errs) {
		go func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			_, err := c.Run(ctx, "cat", strings.NewReader(strings.Repeat("x", 1<<18)), 1<<20)
			errs <- err
		}()
	}
	for range cap(errs) {
		check(t, <-errs)
	}
}
