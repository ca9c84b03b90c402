package ssh

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// quick is a connect time-out for peers that never answer; no test depends on
// how long it is.
const quick = 200 * time.Millisecond

// peer answers each connection with a function.
func peer(t *testing.T, answer func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			answer(c)
			c.Close()
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-done
	})
	return l.Addr().String()
}

// dialBare dials without any configuration, agent or key.
func dialBare(t *testing.T, ctx context.Context, name string, timeout time.Duration) error {
	t.Helper()
	t.Setenv("SSH_AUTH_SOCK", "")
	d, err := New(Config{ConfigFile: "none", Home: t.TempDir(), ConnectTimeout: timeout})
	if err != nil {
		t.Fatal(err)
	}
	target, err := d.Resolve(ctx, name)
	if err != nil {
		t.Fatal(err)
	}
	c, err := d.Dial(ctx, target)
	if err == nil {
		c.Close()
		t.Fatal("no error")
	}
	return err
}

func wantKind(t *testing.T, err error, kind Kind, texts ...string) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Fatalf("error %v, want kind %q", err, kind)
	}
	for _, text := range texts {
		if !strings.Contains(err.Error()+"\nhint: "+Hint(err), text) {
			t.Errorf("error lacks %q:\n%v\nhint: %s", text, err, Hint(err))
		}
	}
}

func TestRefusedPort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	wantKind(t, dialBare(t, t.Context(), addr, time.Minute), Refused, addr, "connection refused", "is sshd running")
}

func TestNameThatDoesNotResolve(t *testing.T) {
	wantKind(t, dialBare(t, t.Context(), "no-such-host.invalid", time.Minute), DNS, "look up no-such-host.invalid")
}

func TestSilentPeer(t *testing.T) {
	addr := peer(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	wantKind(t, dialBare(t, t.Context(), addr, quick), Timeout, "no answer within", "--connect-timeout")
}

func TestCancelledWhileConnecting(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	addr := peer(t, func(c net.Conn) {
		cancel() // the connection stands; the handshake never comes
		_, _ = io.Copy(io.Discard, c)
	})
	err := dialBare(t, ctx, addr, time.Minute)
	wantKind(t, err, Cancelled)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v is not context.Canceled", err)
	}
}

func TestPeersThatAreNotSSH(t *testing.T) {
	for name, answer := range map[string]string{
		"nothing":           "",
		"half a banner":     "SSH-2.0-Open",
		"banner, then gone": "SSH-2.0-OpenSSH_9.2\r\n",
		"mail":              "220 mail.example ESMTP\r\n",
		"http":              "HTTP/1.1 400 Bad Request\r\n\r\n",
		"endless line":      strings.Repeat("x", 1<<16),
		"endless lines":     strings.Repeat("x\n", 1<<16),
		"SSH 1":             "SSH-1.5-old\r\n" + strings.Repeat("\x00", 64),
		"garbage after":     "SSH-2.0-x\r\n" + strings.Repeat("\xff\x1b[2J", 1024),
		"huge packet":       "SSH-2.0-x\r\n\x7f\xff\xff\xff\x04",
	} {
		t.Run(name, func(t *testing.T) {
			addr := peer(t, func(c net.Conn) {
				// The other side may hang up first.
				_, _ = io.WriteString(c, answer)
				_ = c.(*net.TCPConn).CloseWrite()
				_, _ = io.Copy(io.Discard, c)
			})
			err := dialBare(t, t.Context(), addr, time.Minute)
			wantKind(t, err, NotSSH)
			if strings.ContainsAny(err.Error(), "\x1b\n") {
				t.Errorf("%q is not fit for a terminal", err)
			}
		})
	}
}
