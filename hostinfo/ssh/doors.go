package ssh

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"
)

// maxUnauthenticated is how many logins may be under way at one address, and
// through one jump host: sshd starts to drop connections at ten (MaxStartups
// 10:30:100).
const maxUnauthenticated = 8

// doors are the addresses that are logged in to, each with as many places as
// there may be logins under way.
type doors struct {
	mu   sync.Mutex
	open map[string]*door
}

type door struct {
	users  int // guarded by doors.mu
	places chan struct{}
}

// enter waits for a place at an address; leave gives it back.
func (d *doors) enter(ctx context.Context, address string) (leave func(), err error) {
	d.mu.Lock()
	at := d.open[address]
	if at == nil {
		at = &door{places: make(chan struct{}, maxUnauthenticated)}
		if d.open == nil {
			d.open = map[string]*door{}
		}
		d.open[address] = at
	}
	at.users++
	d.mu.Unlock()
	forget := func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if at.users--; at.users == 0 {
			delete(d.open, address)
		}
	}
	select {
	case at.places <- struct{}{}:
		return func() { <-at.places; forget() }, nil
	case <-ctx.Done():
		forget()
		return nil, context.Cause(ctx)
	}
}

// The rest after a login that was dropped: the first one, twice as long each
// time, and up to a half more or less by chance, so that those who were dropped
// together do not come together again.
const (
	firstRest   = 250 * time.Millisecond
	longestRest = 4 * time.Second
)

func restAfter(drops int) time.Duration {
	rest := min(firstRest<<min(drops, 10), longestRest)
	return rest/2 + rand.N(rest)
}

// pause waits before the next attempt, unless ctx ends.
func pause(ctx context.Context, rest time.Duration) error {
	timer := time.NewTimer(rest)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// dropped says whether a connection was closed before anybody logged in, which
// is what sshd does when too many come at once.
func dropped(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.dropped
}
