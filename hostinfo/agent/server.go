package agent

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"migcheck/hostinfo"
	"migcheck/hostinfo/netlink"
)

// What a server bears.
const (
	maxConnections = 512
	maxStreams     = 64      // of those, listening to changes
	maxHeader      = 4 << 10 // bytes; net/http adds as many
	headerTimeout  = 5 * time.Second
	writeTimeout   = 10 * time.Second // for a client who does not read
	readTimeout    = 8 * time.Second  // for the machine's own files
	idleTimeout    = 10 * time.Minute
	// hearEvery lies between two looks at what the kernel has told: a link that
	// flaps is one change.
	hearEvery = 10 * time.Millisecond
)

// Server answers questions about the machine that it runs on.
type Server struct {
	// Version is the migcheck that it is.
	Version string
	// Log takes what goes wrong here, and nothing of what clients do.
	Log *slog.Logger

	// Read reads the machine; nil is netlink's collector.
	Read func(context.Context) (*hostinfo.Host, error)
	// Hear calls changed with each word of a change until its context ends; nil is
	// netlink's subscription.
	Hear func(ctx context.Context, changed func())
	// Sockets says whether libvirt's are there; nil is netlink's look at them.
	Sockets func() hostinfo.Tri

	memory  *memory
	streams chan struct{}
}

// Serve answers on l, which it closes, until ctx ends. It subscribes to the
// network namespace of the process. The error is nil if ctx ended it.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	read := s.Read
	if read == nil {
		read = netlink.Collector{Name: "agent"}.Collect
	}
	hear := s.Hear
	if hear == nil {
		hear = s.listenToKernel
	}
	s.memory = &memory{read: read, ctx: ctx}
	s.streams = make(chan struct{}, maxStreams)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop()
	wg.Go(func() { hear(ctx, s.memory.tell) })

	bounded := newBounded(l, maxConnections)
	h := &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: headerTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ConnState:         bounded.state,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          log.New(discard{}, "", 0), // a client's garbage is its own
	}
	ended := context.AfterFunc(ctx, func() { _ = h.Close() })
	defer ended()
	if err := h.Serve(bounded); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("answer on %s: %w", l.Addr(), err)
	}
	return nil
}

// discard takes what net/http has to say of clients.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// listenToKernel notes every change that the kernel tells of. Where it can't
// listen, everything may have changed all the time.
func (s *Server) listenToKernel(ctx context.Context, changed func()) {
	for ctx.Err() == nil {
		sub, err := netlink.Subscribe()
		if err == nil {
			stop := context.AfterFunc(ctx, func() { _ = sub.Close() })
			changed() // whatever came before
			for err == nil {
				if _, err = sub.Next(); err == nil {
					// What was lost needs no care of its own: after any word of
					// the kernel's everything is read again.
					changed()
					pause(ctx, hearEvery)
				}
			}
			stop()
			_ = sub.Close()
		}
		if ctx.Err() == nil {
			s.Log.Error("the kernel's changes can't be heard", "error", err)
			changed()
			pause(ctx, watchEvery)
		}
	}
}

// pause waits, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
