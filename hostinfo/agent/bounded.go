package agent

import (
	"net"
	"net/http"
	"sync"
	"time"
)

// bounded is a listener that never has more than so many connections open. Where
// one more comes, the one that has been of no use for longest is closed, whose
// client asks anew on another; where all are of use, it waits for one.
type bounded struct {
	net.Listener
	most int

	mu     sync.Mutex
	change *sync.Cond
	open   map[net.Conn]time.Time // since when it waits for a question; zero: it does not
	closed bool
}

func newBounded(l net.Listener, most int) *bounded {
	b := &bounded{Listener: l, most: most, open: map[net.Conn]time.Time{}}
	b.change = sync.NewCond(&b.mu)
	return b
}

// Accept returns the next connection as soon as there is room for it.
func (b *bounded) Accept() (net.Conn, error) {
	c, err := b.Listener.Accept()
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.open) >= b.most && !b.closed {
		if idle := b.longestIdle(); idle != nil {
			delete(b.open, idle)
			_ = idle.Close()
			continue
		}
		b.change.Wait()
	}
	if b.closed {
		_ = c.Close()
		return nil, net.ErrClosed
	}
	b.open[c] = time.Time{}
	return c, nil
}

// longestIdle is nil if every connection is of use.
func (b *bounded) longestIdle() net.Conn {
	var found net.Conn
	var since time.Time
	for c, t := range b.open {
		if !t.IsZero() && (found == nil || t.Before(since)) {
			found, since = c, t
		}
	}
	return found
}

// state follows what becomes of connections; it is http.Server's ConnState.
func (b *bounded) state(c net.Conn, s http.ConnState) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, ok := b.open[c]; !ok {
		return
	}
	switch s {
	case http.StateIdle:
		b.open[c] = time.Now()
	case http.StateActive:
		b.open[c] = time.Time{}
	case http.StateClosed, http.StateHijacked:
		delete(b.open, c)
	}
	b.change.Broadcast()
}

// Close ends the listener and an Accept that waits.
func (b *bounded) Close() error {
	b.mu.Lock()
	b.closed = true
	b.change.Broadcast()
	b.mu.Unlock()
	return b.Listener.Close()
}
