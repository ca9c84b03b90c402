//go:build cgo && libvirt_dlopen

package client

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	golibvirt "libvirt.org/go/libvirt"

	"migcheck/hostinfo"
)

// Available says whether this build can talk to libvirt at all.
const Available = true

// Conn is one connection to a libvirt daemon. Its methods may be called at the
// same time.
type Conn struct {
	opts     Options
	readOnly atomic.Bool
	// refused is why a read-write connection was not given, if one was asked for.
	refused error
	about   answer[hostinfo.Libvirt]
	uuid    answer[string]

	mu     sync.Mutex
	conn   *golibvirt.Connect
	calls  int // C calls that have not returned, waited for or not
	closed bool
	gone   chan struct{} // closed when the C connection is
}

// ReadOnly says whether the connection is a read-only one, by our wish or the
// daemon's.
func (c *Conn) ReadOnly() bool { return c.readOnly.Load() }

// Close ends the connection. Calls that were given up but have not returned
// are waited for in the background, since libvirt would free what they use.
func (c *Conn) Close() error {
	c.mu.Lock()
	first := !c.closed
	c.closed = true
	idle := c.calls == 0
	c.mu.Unlock()
	if !idle {
		return nil
	}
	if first {
		go c.end()
	}
	select {
	case <-c.gone:
	case <-time.After(closeWait):
	}
	return nil
}

// closeWait is how long Close waits for a daemon that may hang.
const closeWait = 2 * time.Second

func (c *Conn) end() {
	_, _ = c.conn.Close()
	close(c.gone)
}

// call runs f, which blocks in C, and returns what it returns, or ctx's cause
// with what was attempted if that ends first. f frees what it gets from
// libvirt, and looks at ctx between its calls, so that an abandoned one ends
// soon.
func call[T any](ctx context.Context, c *Conn, what string, f func(*golibvirt.Connect) (T, error)) (T, error) {
	var zero T
	if ctx.Err() != nil {
		return zero, fmt.Errorf("%s: %w", what, context.Cause(ctx))
	}
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return zero, fmt.Errorf("%s: %w", what, ErrClosed)
	}
	c.calls++
	c.mu.Unlock()

	type result struct {
		v   T
		err error
	}
	done := make(chan result, 1)
	go func() {
		v, err := f(c.conn)
		c.mu.Lock()
		c.calls--
		last := c.closed && c.calls == 0
		c.mu.Unlock()
		if last {
			c.end()
		}
		done <- result{v, err}
	}()
	select {
	case r := <-done:
		if r.err != nil {
			return r.v, fmt.Errorf("%s: %w", what, words(r.err))
		}
		return r.v, nil
	case <-ctx.Done():
		return zero, fmt.Errorf("%s: %w", what, context.Cause(ctx))
	}
}
