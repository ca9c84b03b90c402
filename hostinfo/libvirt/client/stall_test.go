//go:build system && cgo && libvirt_dlopen

package client

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"migcheck/hostinfo"
)

// relay passes a libvirt connection on and can stop doing so, as a dead host
// or a full pipe does.
type relay struct {
	socket  string
	mu      sync.Mutex
	stopped chan struct{} // closed when nothing is passed on; nil while it is
	resume  chan struct{}
}

func startRelay(t *testing.T, to string) *relay {
	t.Helper()
	r := &relay{socket: filepath.Join(t.TempDir(), "s")}
	l, err := net.Listen("unix", r.socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("unix", to)
			if err != nil {
				_ = near.Close()
				continue
			}
			go r.pass(near, far)
			go r.pass(far, near)
		}
	}()
	return r
}

func (r *relay) pass(to, from net.Conn) {
	defer to.Close()
	defer from.Close()
	buf := make([]byte, 1<<16)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		r.mu.Lock()
		stopped, resume := r.stopped, r.resume
		r.mu.Unlock()
		if stopped != nil {
			select {
			case <-stopped:
			default:
				close(stopped)
			}
			<-resume
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

// stop holds back every byte from now on; the channel says when one was.
func (r *relay) stop(t *testing.T) (held <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopped, r.resume = make(chan struct{}), make(chan struct{})
	t.Cleanup(sync.OnceFunc(r.start))
	return r.stopped
}

func (r *relay) start() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped != nil {
		r.stopped = nil
		close(r.resume)
	}
}

// A call that does not return is given up with the context, and the connection
// is closed when it has returned after all.
func testStalled(t *testing.T, d *libvirtd) {
	r := startRelay(t, d.socket())
	c := connect(t, Options{URI: uri(r.socket), KeepAlive: -1})
	held := r.stop(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	go func() {
		<-held
		cancel(enough)
	}()
	var h hostinfo.Host
	c.Facts(ctx, &h)
	for _, f := range []hostinfo.Fact{hostinfo.FactLibvirt, hostinfo.FactNetworks, hostinfo.FactNWFilters, hostinfo.FactDomains} {
		if h.Missing(f, "") == nil {
			t.Errorf("no gap for %s: %v", f, h.Gaps)
		}
	}
	if _, err := c.Guest(ctx, "web1"); !errors.Is(err, enough) {
		t.Errorf("a guest after enough: %v", err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	select {
	case <-c.gone:
		t.Error("the connection was closed under a call")
	default:
	}
	r.start()
	<-c.gone
}

// Opening is given up as well, with a peer that accepts and says nothing.
func TestSilentPeer(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	over := make(chan struct{})
	defer close(over)
	go func() {
		if conn, err := l.Accept(); err == nil {
			defer conn.Close()
		}
		cancel()
		<-over
	}()
	c, err := Open(ctx, Options{URI: uri(socket)})
	var open *OpenError
	if c != nil || !errors.As(err, &open) || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", c, err)
	}
}

// The keep-alive ends calls to a dead peer by itself.
func testDeadPeer(t *testing.T, d *libvirtd) {
	r := startRelay(t, d.socket())
	c := connect(t, Options{URI: uri(r.socket), KeepAlive: time.Second})
	r.stop(t)
	names, err := c.GuestNames(t.Context())
	if err == nil {
		t.Fatalf("a dead peer answered %q", names)
	}
	if !strings.Contains(err.Error(), "keepalive") {
		t.Error(err)
	}
}
