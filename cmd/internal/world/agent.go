package world

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"migcheck/hostinfo"
	"migcheck/hostinfo/agent"
	"migcheck/hostinfo/ssh"
)

// newAgent is a client of the host's agent, through the connection that is open.
// Nothing is sent yet.
func (s *session) newAgent() *agent.Client {
	c, socket := s.ssh, ssh.Socket{Paths: []string{agent.Socket}, Direct: true}
	return agent.NewClient(func(ctx context.Context) (net.Conn, error) { return c.DialUnix(ctx, socket) })
}

// byAgent is what the host's agent says, or nil if it is not to be asked: then
// the one exec is the way, and for a while from now on.
//
// Nobody looks for an agent that nobody spoke of: sshd writes an error to the
// host's log for every socket that it does not find. The fleet file says that a
// host has one, or the script that the one exec runs sees the socket; so a host
// without an agent costs what it always did.
func (s *session) byAgent(ctx context.Context) *hostinfo.Host {
	if s.agent == nil {
		return nil
	}
	h, err := s.askAgent(ctx)
	if err == nil {
		s.route.Agent = ""
		h.Live = true
		return h
	}
	s.route.Agent, s.gaveUp = reason(err), time.Now()
	s.deafen()
	s.agent.Close()
	s.agent = nil
	return nil
}

// askAgent asks the agent how the host is now. It is refused if it is not this
// host's, or sees less than the user who logged in did.
func (s *session) askAgent(ctx context.Context) (*hostinfo.Host, error) {
	if s.agent == nil {
		return nil, errors.New("the agent does not answer any more")
	}
	h, err := s.agent.Inventory(ctx, 0)
	if err != nil {
		return nil, err
	}
	h.Name = s.name
	if s.shown == nil {
		return h, nil
	}
	if h.BootID != s.shown.BootID {
		return nil, fmt.Errorf("the agent is not this machine's: boot id %q, not %q", h.BootID, s.shown.BootID)
	}
	for _, g := range h.Gaps {
		if s.shown.Missing(g.Fact, g.Device) == nil {
			return nil, fmt.Errorf("the agent sees less than the user who logged in: %s: %s", g.Fact, g.Reason)
		}
	}
	return h, nil
}

// Agent is a client of a host's agent, through the connection that is open.
// Close it.
func (h *Hold) Agent(ctx context.Context, host string) (*agent.Client, error) {
	if host == Local {
		return agent.NewClient(agent.Local(agent.Socket)), nil
	}
	s := h.l.session(ctx, host)
	if s.ssh == nil {
		return nil, errors.New(s.host.Gaps[0].Reason)
	}
	return s.newAgent(), nil
}

// AsRoot runs a POSIX shell script of one line on another host as root, by
// sudo -n if the user who logged in is not, and returns what it printed.
func (h *Hold) AsRoot(ctx context.Context, host string, stdin io.Reader, script string, words ...string) (string, error) {
	s := h.l.session(ctx, host)
	if s.ssh == nil {
		return "", errors.New(s.host.Gaps[0].Reason)
	}
	const asRoot = `PATH=${PATH:-/usr/bin:/bin}:/usr/sbin:/sbin; LC_ALL=C; export PATH LC_ALL; ` +
		`if [ "$(id -u)" = 0 ]; then exec /bin/sh -c "$@"; fi; exec sudo -n -- /bin/sh -c "$@"`
	command := remote(asRoot, append([]string{script, "sh"}, words...))
	res, err := s.ssh.Run(ctx, command, stdin, maxAnswer)
	if err == nil && res.ExitStatus != 0 {
		err = fmt.Errorf("as root on %s: exit status %d%s", host, res.ExitStatus, inBrackets(append(res.Stderr, res.Stdout...)))
	}
	return string(res.Stdout), err
}
