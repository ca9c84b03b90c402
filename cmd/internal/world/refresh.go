package world

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"migcheck/hostinfo"
)

// Refresh gives each host a session of its own that takes over the connections
// of the one before.
func (l *live) Refresh(ctx context.Context, names []string) {
	g := new(errgroup.Group)
	g.SetLimit(max(1, l.opts.Connections))
	for _, name := range names {
		l.mu.Lock()
		old := l.sessions[name]
		l.mu.Unlock()
		if old == nil {
			continue
		}
		g.Go(func() error {
			<-old.ready
			next := old.again(ctx, l)
			l.mu.Lock()
			l.sessions[name] = next
			l.mu.Unlock()
			return nil
		})
	}
	_ = g.Wait() // its functions return none
}

// again asks the host anew. What is open stays open, and what was lost is opened
// once more; the old session must not be used afterwards.
func (s *session) again(ctx context.Context, l *live) *session {
	next := &session{
		name: s.name, ready: make(chan struct{}), ssh: s.ssh, agent: s.agent, shown: s.shown, gaveUp: s.gaveUp, hearing: s.hearing, sockets: s.sockets, absent: s.absent, route: s.route,
		libvirt: s.libvirt, forward: s.forward, hangUp: s.hangUp, census: s.census, seen: s.seen, decoder: s.decoder,
	}
	defer close(next.ready)
	outer := ctx
	ctx, cancel := l.bounded(ctx)
	defer cancel()
	if s.name == Local {
		next.lookHere(ctx)
		next.askLibvirt(ctx, func() { next.openLibvirtHere(ctx, l) })
		return next
	}
	if next.ssh == nil || next.look(ctx, l) != nil {
		s.close()
		next.ssh, next.agent, next.shown, next.sockets, next.hearing, next.absent = nil, nil, nil, nil, nil, absence{}
		next.libvirt, next.forward, next.hangUp = nil, nil, nil
		next.openRemote(outer, l)
		return next
	}
	next.askLibvirt(ctx, func() { next.openLibvirtOf(ctx, l) })
	return next
}

// askLibvirt asks the daemon over the connection to it, or opens one where there
// is none, or none that works.
func (s *session) askLibvirt(ctx context.Context, open func()) {
	if s.libvirt != nil {
		gaps := slices.Clone(s.host.Gaps)
		s.ask(ctx)
		if s.host.Missing(hostinfo.FactLibvirt, "") == nil {
			return
		}
		s.host.Gaps = gaps
		s.leaveLibvirt()
	}
	open()
}
