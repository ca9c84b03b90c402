//go:build cgo && libvirt_dlopen

package client

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	golibvirt "libvirt.org/go/libvirt"
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

	mu     sync.Mutex
	conn   *golibvirt.Connect
	calls  int // C calls that have not returned, waited for or not
	closed bool
	gone   chan struct{} // closed when the C connection is
}

// Open connects to a daemon: read-write where that is allowed, because only
// such connections may read the migratable view, else read-only. It returns an
// *OpenError with the daemon's words, or with ctx's cause if that ends first.
func Open(ctx context.Context, o Options) (*Conn, error) {
	type opened struct {
		c   *Conn
		err error
	}
	done := make(chan opened, 1)
	go func() {
		c, err := open(o)
		done <- opened{c, err}
	}()
	select {
	case r := <-done:
		if r.err != nil {
			return nil, &OpenError{URI: o.uri(), Host: o.Host, Err: r.err}
		}
		return r.c, nil
	case <-ctx.Done():
		go func() {
			if r := <-done; r.c != nil {
				r.c.Close()
			}
		}()
		return nil, &OpenError{URI: o.uri(), Host: o.Host, Err: context.Cause(ctx)}
	}
}

func open(o Options) (*Conn, error) {
	if err := eventLoop(); err != nil {
		return nil, noLibrary(words(err))
	}
	c := &Conn{opts: o, gone: make(chan struct{})}
	if !o.ReadOnly {
		conn, err := golibvirt.NewConnect(o.uri())
		if err == nil {
			c.conn = conn
			c.keepAlive()
			return c, nil
		}
		c.refused = words(err)
		if !mayReadOnly(err) {
			return nil, noLibrary(c.refused)
		}
	}
	conn, err := golibvirt.NewConnectReadOnly(o.uri())
	if err != nil {
		if c.refused != nil {
			return nil, c.refused
		}
		return nil, noLibrary(words(err))
	}
	c.conn = conn
	c.readOnly.Store(true)
	c.keepAlive()
	return c, nil
}

// mayReadOnly says whether the daemon may answer a read-only connection where
// it gave this error to a read-write one.
func mayReadOnly(err error) bool {
	for _, n := range []golibvirt.ErrorNumber{
		golibvirt.ERR_AUTH_FAILED, golibvirt.ERR_AUTH_CANCELLED, golibvirt.ERR_AUTH_UNAVAILABLE,
		golibvirt.ERR_ACCESS_DENIED, golibvirt.ERR_OPERATION_DENIED,
	} {
		if errors.Is(err, n) {
			return true
		}
	}
	return errors.Is(err, golibvirt.ERR_SYSTEM_ERROR) && strings.Contains(err.Error(), "Permission denied")
}

// keepAlive makes a dead peer end the calls that wait for it. Drivers without
// a peer (test) refuse, which does no harm.
func (c *Conn) keepAlive() {
	every := c.opts.KeepAlive
	if every == 0 {
		every = 10 * time.Second
	}
	if every > 0 {
		_ = c.conn.SetKeepAlive(int(max(every/time.Second, 1)), 3)
	}
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
// if that ends first. f frees what it gets from libvirt, and looks at ctx
// between its calls, so that an abandoned one ends soon.
func call[T any](ctx context.Context, c *Conn, f func(*golibvirt.Connect) (T, error)) (T, error) {
	var zero T
	if err := ctx.Err(); err != nil {
		return zero, context.Cause(ctx)
	}
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return zero, ErrClosed
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
		return r.v, r.err
	case <-ctx.Done():
		return zero, context.Cause(ctx)
	}
}

// daemonError prints what libvirt said without the binding's frame around it.
type daemonError struct{ err golibvirt.Error }

func (e daemonError) Error() string { return e.err.Message }
func (e daemonError) Unwrap() error { return e.err }

// words makes an error print libvirt's own message.
func words(err error) error {
	var e golibvirt.Error
	if errors.As(err, &e) && e.Message != "" {
		return daemonError{e}
	}
	return err
}

// noLibrary marks the error of a missing libvirt.so, which has no code of its
// own.
func noLibrary(err error) error {
	if strings.Contains(err.Error(), "Failed to open libvirt") {
		return fmt.Errorf("%w: %w", ErrNoClient, err)
	}
	return err
}

// eventLoop runs libvirt's event loop for as long as the process lives: its
// keep-alive needs one that was registered before the connection.
var eventLoop = sync.OnceValue(func() error {
	if err := golibvirt.EventRegisterDefaultImpl(); err != nil {
		return err
	}
	go func() {
		for golibvirt.EventRunDefaultImpl() == nil {
		}
	}()
	return nil
})
