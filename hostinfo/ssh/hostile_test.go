package ssh

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// hostile is a server that keeps to the protocol as far as the login and then
// does what no sshd does. What a real sshd does is tested against a real one.
type hostile struct {
	banner string
	// open answers a channel that the client opens; nil: never.
	open func(ssh.NewChannel)
	// deaf: global requests, keep-alives among them, are not answered.
	deaf bool
	// drop says whether a connection is closed before the protocol begins; nil: none is.
	drop func(net.Conn) bool
	// hangUp gets what cuts the connection; nil: nobody wants to.
	hangUp chan func()
}

// dial logs in at the server and returns the client.
func (h *hostile) dial(t *testing.T, cfg Config) *Client {
	t.Helper()
	_, hostKey, err := ed25519.GenerateKey(rand.Reader)
	ok(t, err)
	signer, err := ssh.NewSignerFromKey(hostKey)
	ok(t, err)
	conf := &ssh.ServerConfig{
		PublicKeyCallback: func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) { return nil, nil },
		BannerCallback:    func(ssh.ConnMetadata) string { return h.banner },
	}
	conf.AddHostKey(signer)
	addr := peer(t, func(c net.Conn) { h.serve(c, conf) })

	_, userKey, err := ed25519.GenerateKey(rand.Reader)
	ok(t, err)
	block, err := ssh.MarshalPrivateKey(userKey, "")
	ok(t, err)
	_, port, err := net.SplitHostPort(addr)
	ok(t, err)
	cfg.Home = home(t, map[string]string{
		"id_ed25519":  string(pem.EncodeToMemory(block)),
		"known_hosts": fmt.Sprintf("[127.0.0.1]:%s %s", port, ssh.MarshalAuthorizedKey(signer.PublicKey())),
	})
	cfg.ConfigFile = "none"
	t.Setenv("SSH_AUTH_SOCK", "")
	d, err := New(cfg)
	ok(t, err)
	target, err := d.Resolve(t.Context(), "me@"+addr)
	ok(t, err)
	c, err := d.Dial(t.Context(), target)
	ok(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

func (h *hostile) serve(c net.Conn, conf *ssh.ServerConfig) {
	if h.drop != nil && h.drop(c) {
		return
	}
	conn, channels, requests, err := ssh.NewServerConn(c, conf)
	if err != nil {
		return
	}
	defer conn.Close()
	if h.hangUp != nil {
		h.hangUp <- func() { c.Close() }
	}
	if h.deaf {
		go func() {
			for range requests {
			}
		}()
	} else {
		go ssh.DiscardRequests(requests)
	}
	for ch := range channels {
		if h.open != nil {
			go h.open(ch)
		}
	}
}

// session accepts a session and hands it over when a command was asked for.
func session(then func(ssh.Channel)) func(ssh.NewChannel) {
	return func(n ssh.NewChannel) {
		if n.ChannelType() != "session" {
			_ = n.Reject(ssh.ConnectionFailed, "open failed")
			return
		}
		ch, requests, err := n.Accept()
		if err != nil {
			return
		}
		for r := range requests {
			if r.Type == "exec" {
				_ = r.Reply(true, nil)
				go then(ch)
				continue
			}
			_ = r.Reply(false, nil)
		}
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestHostThatNeverOpensASession(t *testing.T) {
	c := (&hostile{}).dial(t, Config{})
	ctx, cancel := context.WithTimeout(t.Context(), quick)
	defer cancel()
	_, err := c.Run(ctx, "true", nil, 1)
	wantKind(t, err, Timeout)
	_, err = c.DialUnix(ctx, Socket{Paths: []string{"/run/s"}})
	wantKind(t, err, Timeout)
	_, err = c.ForwardUnix(ctx, Socket{Paths: []string{"/run/s"}})
	wantKind(t, err, Timeout)
}

func TestHostThatDoesNotAnswerKeepAlives(t *testing.T) {
	c := (&hostile{deaf: true}).dial(t, Config{KeepAlive: quick})
	_, err := c.Run(t.Context(), "true", nil, 1)
	wantKind(t, err, ConnectionLost, "has not answered for 200ms")
}

func TestHostThatFloods(t *testing.T) {
	h := &hostile{banner: strings.Repeat("all your base\x1b[2J\n", 1000), open: session(func(ch ssh.Channel) {
		for b := make([]byte, 1<<15); ; {
			if _, err := ch.Write(b); err != nil {
				return
			}
		}
	})}
	c := h.dial(t, Config{})
	r, err := c.Run(t.Context(), "true", nil, 1<<20)
	if err != nil || !r.Truncated || r.ExitStatus != -1 || len(r.Stdout) != 1<<20 {
		t.Errorf("%d bytes, truncated %v, status %d, %v", len(r.Stdout), r.Truncated, r.ExitStatus, err)
	}
	_, err = c.DialUnix(t.Context(), Socket{Paths: []string{"/run/s"}})
	if err == nil || !strings.Contains(err.Error(), "printed too much") {
		t.Errorf("%v", err)
	}
}

func TestHalfAnAnswer(t *testing.T) {
	hangUp := make(chan func(), 1)
	h := &hostile{hangUp: hangUp, open: session(func(ch ssh.Channel) {
		_, _ = ch.Write([]byte("half an ans"))
		(<-hangUp)()
	})}
	r, err := h.dial(t, Config{}).Run(t.Context(), "true", nil, 1<<20)
	wantKind(t, err, ConnectionLost, "the host closed the connection")
	if string(r.Stdout) != "half an ans" || r.ExitStatus != -1 || r.Truncated {
		t.Errorf("%q, status %d, truncated %v", r.Stdout, r.ExitStatus, r.Truncated)
	}
}

func TestHostThatLiesAboutTheEnd(t *testing.T) {
	for name, end := range map[string]func(ssh.Channel){
		"no status":      func(ch ssh.Channel) { ch.Close() },
		"short status":   func(ch ssh.Channel) { _, _ = ch.SendRequest("exit-status", false, []byte{0}); ch.Close() },
		"garbled signal": func(ch ssh.Channel) { _, _ = ch.SendRequest("exit-signal", false, []byte{9}); ch.Close() },
	} {
		c := (&hostile{open: session(end)}).dial(t, Config{})
		r, err := c.Run(t.Context(), "true", nil, 1)
		if r.ExitStatus != -1 {
			t.Errorf("%s: status %d", name, r.ExitStatus)
		}
		wantKind(t, err, ConnectionLost)
	}
	c := (&hostile{open: session(func(ch ssh.Channel) {
		_, _ = ch.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{1 << 31}))
		ch.Close()
	})}).dial(t, Config{})
	if r, err := c.Run(t.Context(), "true", nil, 1); err != nil || r.ExitStatus == 0 {
		t.Errorf("status %d, %v", r.ExitStatus, err)
	}
}

func TestHostThatRefusesSessions(t *testing.T) {
	h := &hostile{open: func(n ssh.NewChannel) { _ = n.Reject(ssh.Prohibited, "go\x1b[2J\naway") }}
	c := h.dial(t, Config{})
	_, err := c.Run(t.Context(), "true", nil, 1)
	wantKind(t, err, CommandNotRun, "away")
	_, err = c.DialUnix(t.Context(), Socket{Paths: []string{"/run/s"}})
	wantKind(t, err, CommandNotRun, "away")
	if strings.ContainsAny(err.Error(), "\x1b\n") {
		t.Errorf("%q is not fit for a terminal", err)
	}
}

// Who waits for a jump host that another one dials learns what came of it; who
// gives up does not take it from the others.
func TestWaitingForAJumpHost(t *testing.T) {
	addr := peer(t, func(c net.Conn) { _, _ = c.Read(make([]byte, 1<<10)); _, _ = c.Read(make([]byte, 1)) })
	d, err := New(Config{ConfigFile: "none", Home: t.TempDir(), ConnectTimeout: 5 * quick})
	ok(t, err)
	gate, err := d.Resolve(t.Context(), addr)
	ok(t, err)
	behind := Target{Name: "hv", User: "me", Host: "hv", Port: 22, Jump: &gate, ConnectTimeout: quick}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("enough"))
	errs := make(chan error, 3)
	for _, c := range []context.Context{t.Context(), t.Context(), ctx} {
		go func() {
			_, err := d.Dial(c, behind)
			errs <- err
		}()
	}
	kinds := map[Kind]int{}
	for range 3 {
		kinds[kindOf(<-errs)]++
	}
	if kinds[Timeout] != 2 || kinds[Cancelled] != 1 || len(d.hops.open) != 0 {
		t.Errorf("%v, %d left", kinds, len(d.hops.open))
	}
}

func TestRuntimeDirectory(t *testing.T) {
	mine := filepath.Join(t.TempDir(), "run")
	ok(t, os.Mkdir(mine, 0o700))
	t.Setenv("XDG_RUNTIME_DIR", mine)
	if len(mine) <= 70 && runtimeDir() != mine {
		t.Errorf("%s instead of %s", runtimeDir(), mine)
	}
	ok(t, os.Chmod(mine, 0o755))
	if runtimeDir() != os.TempDir() {
		t.Errorf("%s is open to others", runtimeDir())
	}
	t.Setenv("XDG_RUNTIME_DIR", "")
	if runtimeDir() != os.TempDir() {
		t.Error(runtimeDir())
	}
}
