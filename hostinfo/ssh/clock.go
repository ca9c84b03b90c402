package ssh

import (
	"context"
	"errors"
	"sync"
	"time"
)

// patience is how long a person may take over a question while a login waits:
// as long as sshd does (LoginGraceTime).
const patience = 2 * time.Minute

var errTooSlow = errors.New("the connect time-out is over")

// clock cancels a context when an attempt takes too long. The time in which a
// person is asked does not count, up to patience.
type clock struct {
	cancel context.CancelCauseFunc

	mu      sync.Mutex
	timer   *time.Timer
	left    time.Duration
	started time.Time
	paused  int
}

// startClock returns a context that ends after d with the cause errTooSlow.
func startClock(ctx context.Context, d time.Duration) (context.Context, *clock) {
	ctx, cancel := context.WithCancelCause(ctx)
	c := &clock{cancel: cancel, left: d, started: time.Now()}
	c.timer = time.AfterFunc(d, func() { cancel(errTooSlow) })
	return ctx, c
}

// pause stops the clock until resume is called.
func (c *clock) pause() (resume func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.paused++; c.paused == 1 && c.timer.Stop() {
		c.left -= time.Since(c.started)
		c.timer.Reset(patience)
	}
	return sync.OnceFunc(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.paused--; c.paused == 0 && c.timer.Stop() {
			c.started = time.Now()
			c.timer.Reset(c.left)
		}
	})
}

// stop ends the clock and the context.
func (c *clock) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.timer.Stop()
	c.cancel(context.Canceled)
}
