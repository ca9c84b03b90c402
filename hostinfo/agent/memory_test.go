package agent

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"migcheck/hostinfo"
)

func newMemory(t *testing.T, m *machine) *memory {
	return &memory{read: m.read, ctx: t.Context()}
}

func (m *memory) must(t *testing.T, maxAge time.Duration) *state {
	t.Helper()
	s, err := m.fresh(t.Context(), maxAge)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// How often the host is read for questions at given times.
func TestFresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMachine()
		mem := newMemory(t, m)
		expect := func(what string, reads int) {
			t.Helper()
			if got := m.readings(); got != reads {
				t.Fatalf("%s: read %d times, want %d", what, got, reads)
			}
		}
		var wg sync.WaitGroup
		for range 1000 {
			wg.Go(func() { mem.must(t, MaxAge) })
		}
		wg.Wait()
		expect("a thousand at once", 1)
		time.Sleep(MaxAge)
		first := mem.must(t, MaxAge)
		expect("just young enough", 1)
		time.Sleep(time.Millisecond)
		second := mem.must(t, MaxAge)
		expect("too old", 2)
		if first.etag != second.etag || !second.began.After(first.began) {
			t.Errorf("unchanged: %s at %v, %s at %v", first.etag, first.began, second.etag, second.began)
		}
		mem.tell()
		mem.must(t, MaxAge)
		expect("the kernel told of a change", 3)
		mem.must(t, MaxAge)
		expect("and of nothing since", 3)
		time.Sleep(Pause)
		for range 1000 {
			wg.Go(func() { mem.must(t, 0) })
		}
		wg.Wait()
		if n := m.readings(); n > 5 { // those who came while it was read get the next
			t.Errorf("a thousand who want it of now: read %d times", n-3)
		}
	})
}

// While a link flaps for two seconds, and three hundred ask all the time, the
// host is read once a Pause, and each answer is of after the kernel's last word before the question.
func TestFlapping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMachine("up0")
		mem := newMemory(t, m)
		ctx, stop := context.WithTimeout(t.Context(), 2*time.Second)
		defer stop()
		var wg sync.WaitGroup
		wg.Go(func() {
			for ctx.Err() == nil {
				m.change(func(h *hostinfo.Host) { h.Devices[1].MTU++ })
				mem.tell()
				time.Sleep(100 * time.Microsecond)
			}
		})
		for range 300 {
			wg.Go(func() {
				for ctx.Err() == nil {
					mem.mu.Lock()
					told := mem.told
					mem.mu.Unlock()
					if s := mem.must(t, MaxAge); s.told < told {
						t.Errorf("read before word %d of the kernel's, after which it was asked for: %d", told, s.told)
					}
					time.Sleep(time.Millisecond)
				}
			})
		}
		wg.Wait()
		if n := m.readings(); n < 40 || n > 42 {
			t.Errorf("read %d times in two seconds", n)
		}
	})
}

// A reading that hangs holds up nobody for longer than he wants to wait.
func TestHangingRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		life, end := context.WithCancel(t.Context())
		defer synctest.Wait()
		defer end()
		mem := &memory{ctx: life, read: func(ctx context.Context) (*hostinfo.Host, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}}
		ctx, cancel := context.WithTimeout(t.Context(), readTimeout)
		defer cancel()
		if _, err := mem.fresh(ctx, 0); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

// pipes is a listener without a kernel, for tests by a clock of their own.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	c, ok := <-p
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (p pipes) Close() error   { defer func() { _ = recover() }(); close(p); return nil }
func (p pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }

func (p pipes) dial(context.Context) (net.Conn, error) {
	here, there := net.Pipe()
	p <- there
	return here, nil
}

// within serves m by the bubble's clock and gives the test its listener.
func within(t *testing.T, m *machine, f func(t *testing.T, s *Server, p pipes)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p := make(pipes)
		s := &Server{Version: "test", Log: quietLog(), Read: m.read, Hear: deaf}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Serve(ctx, p) }()
		synctest.Wait()
		f(t, s, p)
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// A client that asks and does not read, one that says half a question and one
// that says nothing are let go.
func TestSlowClients(t *testing.T) {
	for _, c := range []struct {
		name, words string
		reads       bool
		within      time.Duration
	}{
		{"does not read", "GET /inventory HTTP/1.1\r\nHost: a\r\n\r\n", false, writeTimeout},
		{"does not read changes", "GET /changes HTTP/1.1\r\nHost: a\r\n\r\n", false, writeTimeout},
		{"says half", "GET /inventory HTTP/1.1\r\nHo", true, headerTimeout},
		{"says nothing", "", true, headerTimeout},
		{"has no more to ask", "GET /version HTTP/1.1\r\nHost: a\r\n\r\n", true, idleTimeout},
	} {
		t.Run(c.name, func(t *testing.T) {
			within(t, newMachine("up0"), func(t *testing.T, s *Server, p pipes) {
				conn, _ := p.dial(t.Context())
				if c.words != "" {
					if _, err := conn.Write([]byte(c.words)); err != nil {
						t.Fatal(err)
					}
				}
				began := time.Now()
				gone := make(chan struct{})
				go func() {
					defer close(gone)
					if c.reads {
						_, _ = io.Copy(io.Discard, conn)
						return
					}
					for { // only a write learns of the end without reading
						if _, err := conn.Write([]byte("x")); err != nil {
							return
						}
						time.Sleep(time.Second)
					}
				}()
				<-gone
				if d := time.Since(began); d > c.within+2*time.Second {
					t.Errorf("it was let go after %v", d)
				}
			})
		})
	}
}

// A stream says what changed, once for many changes, and what the kernel does
// not tell of soon after, too.
func TestChanges(t *testing.T) {
	m := newMachine("up0", "up1")
	within(t, m, func(t *testing.T, s *Server, p pipes) {
		c := NewClient(p.dial)
		defer c.Close()
		got := make(chan Change)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- c.Changes(ctx, func(c Change) bool { got <- c; return true })
		}()
		begin := <-got
		if begin.ETag == "" || begin.Added != nil || begin.Changed != nil {
			t.Errorf("it begins with %+v", begin)
		}
		for range 20 { // more than a reading
			m.change(func(h *hostinfo.Host) { h.Devices[1].Up = hostinfo.TriOf(h.Devices[1].Up != hostinfo.Yes) })
			s.memory.tell()
		}
		m.change(func(h *hostinfo.Host) {
			h.Devices[1].Up = hostinfo.Yes
			h.Devices[2] = hostinfo.Device{Index: 9, Name: "new0"}
		})
		s.memory.tell()
		line := <-got
		if line.ETag == begin.ETag || len(line.Changed) != 1 || line.Changed[0] != "up0" || line.Added[0] != "new0" || line.Removed[0] != "up1" {
			t.Errorf("twenty changes are %+v", line)
		}
		asked := time.Now()
		m.change(func(h *hostinfo.Host) { h.Devices[1].Speed = 100 }) // the kernel is silent
		if line := <-got; line.Changed[0] != "up0" || time.Since(asked) > 2*watchEvery {
			t.Errorf("a lower speed: %+v after %v", line, time.Since(asked))
		}
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("ended with %v", err)
		}
	})
}

// There are never more streams than the server bears, and room again after one.
func TestTooManyStreams(t *testing.T) {
	within(t, newMachine(), func(t *testing.T, s *Server, p pipes) {
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range maxStreams {
			wg.Go(func() {
				c := NewClient(p.dial)
				defer c.Close()
				_ = c.Changes(ctx, func(Change) bool { return true })
			})
		}
		synctest.Wait()
		c := NewClient(p.dial)
		defer c.Close()
		if err := c.Changes(t.Context(), func(Change) bool { return false }); err == nil {
			t.Error("one more was let in")
		}
		if _, err := c.Inventory(t.Context(), MaxAge); err != nil {
			t.Errorf("a question beside them: %v", err)
		}
		stop()
		wg.Wait()
		synctest.Wait()
		if err := c.Changes(t.Context(), func(Change) bool { return false }); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}

// Connections are bounded: the one that has been idle for longest makes room,
// and where none is idle the next one waits.
func TestBoundedConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := make(pipes)
		b := newBounded(p, 2)
		defer b.Close()
		accepted := make(chan net.Conn)
		go func() {
			for {
				c, err := b.Accept()
				if err != nil {
					close(accepted)
					return
				}
				accepted <- c
			}
		}()
		open := func() (here, there net.Conn) {
			here, _ = p.dial(t.Context())
			return here, <-accepted
		}
		one, first := open()
		two, second := open()
		b.state(first, http.StateIdle)
		time.Sleep(time.Second)
		b.state(second, http.StateIdle)
		_, third := open()
		if !ended(one) || ended(two) {
			t.Error("not the one that was idle for longest made room")
		}
		b.state(second, http.StateActive)
		b.state(third, http.StateActive)
		waiting, _ := p.dial(t.Context())
		synctest.Wait()
		select {
		case <-accepted:
			t.Error("there was no room for one more")
		default:
		}
		b.state(third, http.StateClosed)
		if <-accepted; ended(waiting) || ended(two) {
			t.Error("a connection of use was closed")
		}
		last, _ := p.dial(t.Context())
		synctest.Wait()
		_ = b.Close()
		if _, more := <-accepted; more || !ended(last) {
			t.Error("what waited outlived the listener")
		}
	})
}

// ended says whether the other end of a pipe was closed.
func ended(c net.Conn) bool {
	_ = c.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, err := c.Read(make([]byte, 1))
	return errors.Is(err, io.EOF)
}
