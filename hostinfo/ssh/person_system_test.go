//go:build system

package ssh

import (
	"cmp"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// person is who sits in front of this machine, with a home directory.
type person struct {
	t    *testing.T
	home string
	cfg  Config
}

func newUser(t *testing.T) *person {
	t.Helper()
	noLeaks(t)
	u := &person{t: t, home: t.TempDir()}
	check(t, os.Mkdir(filepath.Join(u.home, ".ssh"), 0o700))
	t.Setenv("SSH_AUTH_SOCK", "")
	u.cfg = Config{Home: u.home, ConnectTimeout: 20 * time.Second}
	return u
}

func (u *person) file(name string) string { return filepath.Join(u.home, ".ssh", name) }

func (u *person) write(name, text string) {
	u.t.Helper()
	write(u.t, u.file(name), 0o600, text)
}

func (u *person) key(name, passphrase string) key {
	u.t.Helper()
	return newKey(u.t, filepath.Join(u.home, ".ssh"), name, "ed25519", passphrase)
}

// knows puts the server's keys of these kinds into known_hosts.
func (u *person) knows(s *sshd, kinds ...string) {
	u.t.Helper()
	var b strings.Builder
	for _, k := range kinds {
		fmt.Fprintf(&b, "[127.0.0.1]:%d,[::1]:%d %s\n", s.port, s.port, s.host[k].line())
	}
	u.write("known_hosts", b.String())
}

// acquainted is a user with a key that the server takes, who knows its key; the
// server is "hv" in their configuration.
func acquainted(t *testing.T, s *sshd) (*person, key) {
	t.Helper()
	u := newUser(t)
	k := u.key("id_ed25519", "")
	s.authorize(t, k.line())
	u.knows(s, "ed25519")
	u.write("config", fmt.Sprintf("Host hv\n  HostName 127.0.0.1\n  Port %d\n  User alice\n", s.port))
	return u, k
}

func (u *person) dial(name string) (*Client, error) {
	u.t.Helper()
	d, err := New(u.cfg)
	check(u.t, err)
	target, err := d.Resolve(u.t.Context(), name)
	if err != nil {
		return nil, err
	}
	c, err := d.Dial(u.t.Context(), target)
	if err == nil {
		u.t.Cleanup(func() { c.Close() })
	}
	return c, err
}

func (u *person) mustDial(name string) *Client {
	u.t.Helper()
	c, err := u.dial(name)
	check(u.t, err)
	return c
}

// run expects a command to print exactly this.
func run(t *testing.T, c *Client, command, want string) {
	t.Helper()
	r, err := c.Run(t.Context(), command, nil, 1<<20)
	if err != nil || r.ExitStatus != 0 || string(r.Stdout) != want {
		t.Fatalf("run %q: %v, status %d, stdout %q, stderr %q; want %q", command, err, r.ExitStatus, r.Stdout, r.Stderr, want)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path string, mode os.FileMode, text string) {
	t.Helper()
	check(t, os.WriteFile(path, []byte(text), mode))
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// eventually waits for a condition; the limit is for a test that hangs only.
func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	for limit := time.Now().Add(time.Minute); !cond(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("in vain waited until %s", what)
		}
	}
}

// noLeaks checks at the test's end that no goroutine of a connection is left.
func noLeaks(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		var left string
		eventually(t, "all goroutines of connections have ended", func() bool {
			left = connectionGoroutines()
			if left == "" {
				return true
			}
			return t.Failed()
		})
	})
}

func connectionGoroutines() string {
	buf := make([]byte, 1<<20)
	var left []string
	for g := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		ours := strings.Contains(g, "crypto/ssh.") || strings.Contains(g, "hostinfo/ssh.(*")
		if ours && !strings.Contains(g, "testing.tRunner(") && !strings.Contains(g, "sshd).") {
			left = append(left, g)
		}
	}
	return strings.Join(left, "\n\n")
}

// wantError checks an error's kind, that its text and hint hold these words and
// that both are fit for a terminal, and returns it.
func wantError(t *testing.T, err error, kind Kind, texts ...string) *Error {
	t.Helper()
	var e *Error
	e, ok := err.(*Error)
	if !ok || e.Kind != kind {
		t.Fatalf("error %v (%T, kind %q), want kind %q", err, err, kindOrNone(err), kind)
	}
	all := e.Error()
	if h := Hint(err); h != "" {
		all += "\nhint: " + h
	}
	for _, text := range texts {
		if !strings.Contains(all, text) {
			t.Errorf("error lacks %q:\n%s", text, all)
		}
	}
	if strings.ContainsAny(e.Error(), "\n\x1b") {
		t.Errorf("error is not one plain line: %q", e.Error())
	}
	t.Log(all)
	return e
}

func kindOrNone(err error) Kind {
	if err == nil {
		return "none"
	}
	return cmp.Or(kindOf(err), "none")
}
