package main

import (
	"context"
	"sync"
	"time"
)

// lull is how long hosts rest after one of them has told of a change: what
// comes of one event is one look, and a link that flaps is a look each time.
const lull = time.Second

// rumours are hosts that have told of changes since the last look.
type rumours struct {
	mu    sync.Mutex
	hosts map[string]bool
	come  chan struct{}
}

func newRumours() *rumours {
	return &rumours{hosts: map[string]bool{}, come: make(chan struct{}, 1)}
}

// tell notes a host. It does not wait.
func (r *rumours) tell(host string) {
	r.mu.Lock()
	r.hosts[host] = true
	r.mu.Unlock()
	select {
	case r.come <- struct{}{}:
	default: // it is known that some have come
	}
}

// take returns the hosts that were noted, and forgets them.
func (r *rumours) take() map[string]bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := r.hosts
	r.hosts = map[string]bool{}
	select {
	case <-r.come:
	default:
	}
	return out
}

// wait waits for the next look: the hosts to be asked in it, or nil for all of
// them, when it is time. It returns at once when ctx ends.
func (r *rumours) wait(ctx context.Context, tick <-chan time.Time) map[string]bool {
	select {
	case <-ctx.Done():
		return nil
	case <-tick:
		r.take()
		return nil
	case <-r.come:
	}
	rest := time.NewTimer(lull)
	defer rest.Stop()
	select {
	case <-ctx.Done():
	case <-rest.C:
	}
	return r.take()
}
