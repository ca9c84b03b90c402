package ssh

import (
	"bytes"
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A server that has too many drops connections before it says anything, or after
// its first line; the one that asks again in a while is let in.
func TestDroppedLogins(t *testing.T) {
	for name, greeting := range map[string]string{"silent": "", "told": "Exceeded MaxStartups\r\n", "greeted": "SSH-2.0-OpenSSH_9.2\r\n"} {
		t.Run(name, func(t *testing.T) {
			var came atomic.Int32
			h := &hostile{drop: func(c net.Conn) bool {
				if came.Add(1) > 2 {
					return false
				}
				_, _ = c.Write([]byte(greeting))
				return true
			}}
			h.dial(t, Config{Retries: 2})
			if n := came.Load(); n != 3 {
				t.Errorf("%d connections, want 3", n)
			}
		})
	}
}

func TestDroppedForGood(t *testing.T) {
	t.Setenv("SSH_AUTH_SOCK", "")
	var came atomic.Int32
	addr := peer(t, func(net.Conn) { came.Add(1) })
	for _, retries := range []int{0, 1} {
		came.Store(0)
		d, err := New(Config{ConfigFile: "none", Home: t.TempDir(), Retries: retries})
		ok(t, err)
		target, err := d.Resolve(t.Context(), addr)
		ok(t, err)
		_, err = d.Dial(t.Context(), target)
		if !errors.Is(err, NotSSH) || int(came.Load()) != retries+1 {
			t.Errorf("%d retries: %d connections, %v", retries, came.Load(), err)
		}
		if told := strings.Contains(err.Error(), "2 times in a row"); told != (retries == 1) || !strings.Contains(Hint(err), "MaxStartups") {
			t.Errorf("%v, hint %q", err, Hint(err))
		}
	}
	// Whoever waits for another attempt can be called off.
	ctx, cancel := context.WithCancelCause(t.Context())
	d, err := New(Config{ConfigFile: "none", Home: t.TempDir(), Retries: 1 << 20})
	ok(t, err)
	target, err := d.Resolve(ctx, addr)
	ok(t, err)
	enough := errors.New("enough")
	go func() {
		for came.Load() < 3 {
			time.Sleep(time.Millisecond)
		}
		cancel(enough)
	}()
	if _, err := d.Dial(ctx, target); !errors.Is(err, enough) {
		t.Error(err)
	}
}

// Garbage is no drop: it would be the same the next time.
func TestGarbageIsAskedOnce(t *testing.T) {
	t.Setenv("SSH_AUTH_SOCK", "")
	var came atomic.Int32
	addr := peer(t, func(c net.Conn) {
		came.Add(1)
		_, _ = c.Write(bytes.Repeat([]byte("220 mail"), 100))
	})
	d, err := New(Config{ConfigFile: "none", Home: t.TempDir(), Retries: 3})
	ok(t, err)
	target, err := d.Resolve(t.Context(), addr)
	ok(t, err)
	if _, err := d.Dial(t.Context(), target); !errors.Is(err, NotSSH) || came.Load() != 1 {
		t.Errorf("%d connections, %v", came.Load(), err)
	}
}

func TestDoors(t *testing.T) {
	var d doors
	var leave []func()
	for range maxUnauthenticated {
		l, err := d.enter(t.Context(), "a:22")
		ok(t, err)
		leave = append(leave, l)
	}
	l, err := d.enter(t.Context(), "b:22") // another door
	ok(t, err)
	l()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.enter(ctx, "a:22"); !errors.Is(err, context.Canceled) {
		t.Errorf("one more than there are places for: %v", err)
	}
	var next sync.WaitGroup
	next.Go(func() {
		l, err := d.enter(t.Context(), "a:22")
		if err == nil {
			l()
		}
	})
	leave[0]()
	next.Wait()
	for _, l := range leave[1:] {
		l()
	}
	if len(d.open) != 0 {
		t.Errorf("%d doors are kept open", len(d.open))
	}
}

func TestRests(t *testing.T) {
	for drops, least := range []time.Duration{125, 250, 500, 1000, 2000, 2000, 2000} {
		least *= time.Millisecond
		for range 100 {
			if r := restAfter(drops); r < least || r > 3*least {
				t.Fatalf("after %d drops: %v", drops, r)
			}
		}
	}
}
