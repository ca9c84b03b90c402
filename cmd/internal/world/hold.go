package world

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"

	"migcheck/cmd/internal/fleetfile"
	"migcheck/hostinfo"
	"migcheck/hostinfo/agent"
	"migcheck/hostinfo/libvirt/client"
	"migcheck/hostinfo/netlink"
	"migcheck/hostinfo/shell"
	"migcheck/hostinfo/ssh"
)

// Hold is what a migration needs of live hosts beyond their facts: the
// connections that are open already, and another look.
type Hold struct{ l *live }

// HoldOf gives it. What was recorded can't be held.
func HoldOf(w World) (*Hold, error) {
	if n, ok := w.(noted); ok {
		return HoldOf(n.World)
	}
	if l, ok := w.(*live); ok {
		return &Hold{l}, nil
	}
	return nil, errors.New("a snapshot can be judged, and not be migrated")
}

// Libvirt is the connection to a host's libvirt, for reading and writing; the
// error says why there is none.
func (h *Hold) Libvirt(ctx context.Context, host string) (*client.Conn, error) {
	s := h.l.session(ctx, host)
	switch {
	case s.libvirt == nil && s.noLibvirt == "":
		return nil, fmt.Errorf("%s was not reached: %w", host, cmp.Or(s.err, errors.New("it did not answer in time")))
	case s.libvirt == nil:
		return nil, errors.New(s.noLibvirt)
	case s.libvirt.ReadOnly():
		return nil, fmt.Errorf("libvirt on %s lets this user read, and not write", host)
	}
	return s.libvirt, nil
}

// Again reads a host once more, over the connections that are open. It is never
// nil: what could not be read again is a gap, and no older fact is in it.
func (h *Hold) Again(ctx context.Context, host string) *hostinfo.Host {
	s := h.l.session(ctx, host)
	fresh, err := s.devices(ctx, h.l.fleet.Hosts[host])
	if err != nil {
		fresh = hostinfo.Unobserved(host, reason(err))
	}
	fresh.Live = err == nil
	if s.libvirt == nil {
		fresh.Unreached(s.noLibvirt)
		return fresh
	}
	s.libvirt.Facts(ctx, fresh)
	return fresh
}

// Reconnect gives up what is open to a host if it is still the connection that
// failed, so that the next question logs in anew.
func (h *Hold) Reconnect(host string, failed *client.Conn) {
	h.l.mu.Lock()
	defer h.l.mu.Unlock()
	s := h.l.sessions[host]
	if s == nil {
		return
	}
	select {
	case <-s.ready:
	default:
		return // somebody is logging in already
	}
	if s.libvirt == failed {
		delete(h.l.sessions, host)
		go s.close() // what was lost may take its time to end
	}
}

// OnLoss has do called when the way to a host's libvirt ends, before libvirt's
// own client can learn of it: until do returns, that is held back. A nil do takes
// it back. It returns false, and does nothing, where libvirt is reached directly.
func (h *Hold) OnLoss(host string, do func()) bool {
	f := h.forward(host)
	if f != nil {
		f.OnLoss(do)
	}
	return f != nil
}

// Cut ends the way to a host's libvirt at once. It returns false where libvirt is
// reached directly, and nothing can be cut.
func (h *Hold) Cut(host string) bool {
	f := h.forward(host)
	if f != nil {
		f.Cut()
	}
	return f != nil
}

func (h *Hold) forward(host string) *ssh.Forward {
	h.l.mu.Lock()
	s := h.l.sessions[host]
	h.l.mu.Unlock()
	if s == nil {
		return nil
	}
	<-s.ready
	return s.forward
}

// maxAnswer bounds what a script on a host may print, in bytes.
const maxAnswer = 64 << 10

// Run runs a POSIX shell script on a host, over the connection that is open,
// and returns what it printed.
func (h *Hold) Run(ctx context.Context, host, script string, words ...string) (string, error) {
	if host == Local {
		cmd := exec.CommandContext(ctx, "/bin/sh", append([]string{"-c", script, "sh"}, words...)...)
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		if err := cmd.Run(); err != nil {
			return "", fmt.Errorf("run a command here: %w%s", err, inBrackets(errs.Bytes()))
		}
		return string(out.Bytes()[:min(out.Len(), maxAnswer)]), nil
	}
	s := h.l.session(ctx, host)
	if s.ssh == nil {
		return "", fmt.Errorf("%s is not reached over SSH", host)
	}
	res, err := s.ssh.Run(ctx, remote(script, words), nil, maxAnswer)
	if err == nil && res.ExitStatus != 0 {
		err = fmt.Errorf("run a command on %s: exit status %d%s", host, res.ExitStatus, inBrackets(res.Stderr))
	}
	return string(res.Stdout), err
}

// devices reads a host's devices over what is open, without libvirt's facts.
func (s *session) devices(ctx context.Context, about fleetfile.Host) (*hostinfo.Host, error) {
	switch {
	case s.name == Local:
		return netlink.Collector{Name: s.name}.Collect(ctx)
	case s.ssh == nil:
		return nil, errors.New("it is not reached over SSH")
	}
	// What is compared with what was judged must have been seen in the same way.
	if s.host.Via == agent.Via {
		return s.askAgent(ctx)
	}
	got, err := s.read(ctx, about.Become)
	if err != nil {
		return nil, err
	}
	return got.Host, nil
}

// remote is a script as a command for whatever the login shell is. It must be
// one line.
func remote(script string, words []string) string {
	return "exec " + shell.Join(append([]string{"/bin/sh", "-c", script, "sh"}, words...)...)
}
