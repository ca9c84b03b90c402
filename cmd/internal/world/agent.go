package world

import (
	"context"
	"errors"
	"fmt"
	"net"

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
// the one exec is the way, from now on too.
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
	s.route.Agent = reason(err)
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
	if s.seen == nil {
		return h, nil
	}
	if h.BootID != s.seen.BootID {
		return nil, fmt.Errorf("the agent is not this machine's: boot id %q, not %q", h.BootID, s.seen.BootID)
	}
	for _, g := range h.Gaps {
		if s.seen.Missing(g.Fact, g.Device) == nil {
			return nil, fmt.Errorf("the agent sees less than the user who logged in: %s: %s", g.Fact, g.Reason)
		}
	}
	return h, nil
}
