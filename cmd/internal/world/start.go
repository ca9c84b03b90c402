package world

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"

	"migcheck/hostinfo/ssh"
)

// Running is a command on a host that is talked to while it runs.
type Running struct {
	In   io.WriteCloser
	Out  io.Reader
	Wait func() (status int, stderr []byte, err error)
	Kill func()
}

// Start starts a POSIX shell script on a host, over the connection that is open,
// as the user who logged in.
func (h *Hold) Start(ctx context.Context, host, script string, words ...string) (*Running, error) {
	if host == Local {
		return startHere(ctx, script, words)
	}
	s := h.l.session(ctx, host)
	if s.ssh == nil {
		return nil, fmt.Errorf("%s is not reached over SSH", host)
	}
	r, err := s.ssh.Start(ctx, remote(script, words))
	if err != nil {
		return nil, err
	}
	return &Running{In: r.Stdin, Out: r.Stdout, Wait: r.Wait, Kill: r.Kill}, nil
}

// Dial connects to a Unix socket of a host, through sshd as the user who logged in.
func (h *Hold) Dial(ctx context.Context, host, path string) (net.Conn, error) {
	if host == Local {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}
	s := h.l.session(ctx, host)
	if s.ssh == nil {
		return nil, fmt.Errorf("%s is not reached over SSH", host)
	}
	return s.ssh.DialUnix(ctx, ssh.Socket{Paths: []string{path}, Direct: true})
}

// startHere starts a script on this machine. A second Wait returns what the first
// did.
func startHere(ctx context.Context, script string, words []string) (*Running, error) {
	cmd := exec.CommandContext(ctx, "/bin/sh", append([]string{"-c", script, "sh"}, words...)...)
	out, in := io.Pipe()
	errs := &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = in, errs
	stdin, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("start a command here: %w", err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		err = cmd.Wait()
		_ = in.Close()
	}()
	return &Running{
		In: stdin, Out: out,
		Kill: func() { _ = out.Close(); _ = cmd.Process.Kill() },
		Wait: func() (int, []byte, error) {
			<-ended
			if _, status := errors.AsType[*exec.ExitError](err); status {
				return cmd.ProcessState.ExitCode(), errs.Bytes(), nil
			}
			return cmd.ProcessState.ExitCode(), errs.Bytes(), err
		},
	}, nil
}
