package ssh

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// hops are the connections to jump hosts, shared by all targets behind them. A
// connection is closed when the last of them is.
type hops struct {
	mu   sync.Mutex
	open map[string]*hop
}

type hop struct {
	users int // guarded by hops.mu
	ready chan struct{}
	err   error
	c     *Client
}

// acquire returns the connection to a jump host, which one caller makes for all.
func (h *hops) acquire(ctx context.Context, d *Dialer, t *Target) (c *Client, release func(), err error) {
	for {
		p, first := h.join(t.identity())
		release = sync.OnceFunc(func() { h.leave(t.identity(), p) })
		if first {
			p.c, p.err = d.dial(ctx, t)
			close(p.ready)
		}
		select {
		case <-p.ready:
		case <-ctx.Done():
			release()
			return nil, nil, &Error{Kind: kindOfContext(context.Cause(ctx)), Host: t.Name, Op: "wait for the connection", Err: context.Cause(ctx)}
		}
		if p.err == nil && !p.c.lost() {
			return p.c, release, nil
		}
		h.forget(t.identity(), p)
		release()
		if p.err != nil && (first || !errors.Is(p.err, Cancelled)) {
			return nil, nil, p.err
		}
	}
}

func (h *hops) join(id string) (p *hop, first bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if p = h.open[id]; p != nil {
		p.users++
		return p, false
	}
	p = &hop{users: 1, ready: make(chan struct{})}
	if h.open == nil {
		h.open = map[string]*hop{}
	}
	h.open[id] = p
	return p, true
}

// forget keeps others from joining a connection that failed.
func (h *hops) forget(id string, p *hop) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.open[id] == p {
		delete(h.open, id)
	}
}

func (h *hops) leave(id string, p *hop) {
	h.mu.Lock()
	p.users--
	last := p.users == 0
	if last && h.open[id] == p {
		delete(h.open, id)
	}
	h.mu.Unlock()
	if last && p.c != nil {
		p.c.Close()
	}
}

// jumps resolves ProxyJump: hosts separated by commas, from the nearest to the
// farthest. Only the first is reached as its own configuration says; each of
// the others is reached through the one before it.
func (d *Dialer) jumps(ctx context.Context, t *Target, list string, depth int) error {
	if list == "" || strings.EqualFold(list, "none") {
		return nil
	}
	names := strings.Split(list, ",")
	if depth += len(names); depth > maxJumps {
		return &Error{
			Kind: BadConfig, Host: t.Name, Op: "read ssh_config",
			Err: fmt.Errorf("ProxyJump leads through more than %d hosts, or in a circle", maxJumps),
		}
	}
	var via *Target
	for i, name := range names {
		hop, err := d.resolve(ctx, strings.TrimPrefix(strings.TrimSpace(name), "ssh://"), depth, i == 0)
		if err != nil {
			return &Error{Kind: kindOf(err), Host: t.Name, Op: "resolve its ProxyJump", Err: err, Hint: Hint(err)}
		}
		if i > 0 {
			hop.Jump = via
		}
		via = hop
	}
	t.Jump = via
	return nil
}
