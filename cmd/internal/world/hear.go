package world

import (
	"context"
	"time"

	"migcheck/hostinfo/agent"
)

// agentRest is how long an agent that failed is left alone, and a stream of
// changes that ended.
const agentRest = time.Minute

// hearing is an agent's stream of changes, as it is read.
type hearing struct {
	stop  context.CancelFunc
	began time.Time
	ended chan struct{}
}

// goesOn says whether it has not ended.
func (h *hearing) goesOn() bool {
	if h == nil {
		return false
	}
	select {
	case <-h.ended:
		return false
	default:
		return true
	}
}

// Hear listens to the agents of hosts whose facts came from one. It goes on where
// it listens already.
func (l *live) Hear(ctx context.Context, names []string, tell func(host string)) {
	for _, name := range names {
		l.mu.Lock()
		s := l.sessions[name]
		l.mu.Unlock()
		if s == nil {
			continue
		}
		select {
		case <-s.ready:
			s.hear(ctx, tell)
		default: // nobody knows yet whether it has an agent
		}
	}
}

func (s *session) hear(ctx context.Context, tell func(host string)) {
	switch {
	case s.agent == nil, s.host.Via != agent.Via, s.hearing.goesOn():
		return
	case s.hearing != nil && time.Since(s.hearing.began) < agentRest:
		return // who ended it once will do so again
	}
	ctx, stop := context.WithCancel(ctx)
	h := &hearing{stop: stop, began: time.Now(), ended: make(chan struct{})}
	s.hearing = h
	name, c, known := s.name, s.agent, s.agent.Tag()
	go func() {
		defer close(h.ended)
		defer stop()
		heard := false
		_ = c.Changes(ctx, func(change agent.Change) bool {
			// The first line is no change, but of what was read before it.
			if heard = true; change.ETag != known {
				known = change.ETag
				tell(name)
			}
			return true
		})
		if heard && ctx.Err() == nil {
			tell(name) // what ended may be the host
		}
	}()
}

// deafen ends the stream of changes, if there is one.
func (s *session) deafen() {
	if s.hearing != nil {
		s.hearing.stop()
		<-s.hearing.ended
		s.hearing = nil
	}
}
