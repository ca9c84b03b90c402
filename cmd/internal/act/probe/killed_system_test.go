//go:build system

package probe_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"migcheck/cmd/internal/act/probe"
)

// atOrder passes orders on, and does something about one of them: a probe that
// meets nothing odd has seven at each end.
type atOrder struct {
	to   io.Writer
	left int               // until that one, which is 1
	do   func(hand func()) // which hands the order over
}

func (a *atOrder) Write(b []byte) (n int, err error) {
	hand := func() { n, err = a.to.Write(b) }
	if a.left--; a.left == 0 {
		a.do(hand)
	} else {
		hand()
	}
	return n, err
}

// toSocket and toProgram are ways to a program by which orders pass.
type toSocket struct {
	*net.UnixConn
	orders *atOrder
}

func (c toSocket) Write(b []byte) (int, error) { return c.orders.Write(b) }

type toProgram struct {
	io.WriteCloser
	orders *atOrder
}

func (p toProgram) Write(b []byte) (int, error) { return p.orders.Write(b) }

// killAll ends all processes in the namespace, which are a program that a test has
// started there, once there is one, and leaves it no time for anything.
func (s *space) killAll(t *testing.T) {
	all := s.processes(t)
	for begin := time.Now(); len(all) == 0; all = s.processes(t) {
		if time.Since(begin) > time.Minute {
			t.Error("no program has come to life")
			return
		}
	}
	for _, pid := range all {
		_ = unix.Kill(pid, unix.SIGKILL) // one that has ended by itself needs none
	}
}

// pair is two hosts that are joined by a cable.
type pair struct {
	spaces [2]*space
	at     [2]probe.At
	before [2]string
	dial   [2]func() net.Conn // their second sockets
	binary string
}

func newPair(t *testing.T) *pair {
	p := &pair{spaces: [2]*space{newSpace(t), newSpace(t)}, binary: static(t)}
	p.spaces[0].ip(t, "link add eth1 type veth peer name eth1 netns "+p.spaces[1].path)
	for i, s := range p.spaces {
		s.ip(t, "link set eth1 up")
		p.at[i] = whereabouts(t, s, [2]string{"hostA", "hostB"}[i], "eth1")
		p.before[i] = s.traces(t)
		p.dial[i] = s.listen(t, "echo eth1 >probe-devices", netRaw)
	}
	return p
}

// starting starts the program on a host, whose orders pass by there.
type starting func(p *pair, i int, orders *atOrder) func(context.Context) (*probe.End, error)

func bySocket(p *pair, i int, orders *atOrder) func(context.Context) (*probe.End, error) {
	return func(context.Context) (*probe.End, error) {
		conn := p.dial[i]().(*net.UnixConn)
		orders.to = conn
		return probe.Over(p.at[i].Host, toSocket{conn, orders}), nil
	}
}

func byScript(p *pair, i int, orders *atOrder) func(context.Context) (*probe.End, error) {
	start := func(ctx context.Context, script string, words ...string) (*probe.Program, error) {
		r, err := p.spaces[i].start(ctx, script, words...)
		orders.to = r.In
		r.In = toProgram{r.In, orders}
		return r, err
	}
	return func(ctx context.Context) (*probe.End, error) {
		return probe.Start(ctx, p.at[i].Host, start, probe.Ways{There: p.binary})
	}
}

// TestProgramKilled ends the program at one end before each of the orders that it
// would get, and amid all but the last: nothing can be concluded, and nothing is
// left at either end.
func TestProgramKilled(t *testing.T) {
	p := newPair(t)
	for name, start := range map[string]starting{"socket": bySocket, "script": byScript} {
		for n := range 26 {
			victim, order, amid := n%2, n/2%7+1, n >= 14
			t.Run(fmt.Sprintf("%s of %s, order %d, amid %t", name, p.at[victim].Host, order, amid), func(t *testing.T) {
				p.kill(t, start, victim, order, amid)
			})
		}
	}
}

func (p *pair) kill(t *testing.T, start starting, victim, order int, amid bool) {
	orders := [2]*atOrder{{}, {}}
	orders[victim].left, orders[victim].do = order, func(hand func()) {
		if amid {
			hand()
		}
		p.spaces[victim].killAll(t)
		if !amid {
			p.spaces[victim].deserted(t)
			hand()
		}
	}
	r := probe.Between(t.Context(), p.at[0], p.at[1], 1500, start(p, 0, orders[0]), start(p, 1, orders[1]))
	if r.Undecided == "" || r.Host != p.at[victim].Host || r.BothWays() {
		t.Errorf("%+v", r)
	}
	for i, s := range p.spaces {
		s.unchanged(t, p.before[i])
	}
}
