//go:build cgo && libvirt_dlopen

package client

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	golibvirt "libvirt.org/go/libvirt"
)

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
