//go:build system

package ssh

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// sshd is a real OpenSSH server on a loopback address, in a mount namespace of
// its own: what it sees as /run/libvirt, /etc/passwd and /run is the test's.
type sshd struct {
	dir     string
	port    int
	libvirt string // what is /run/libvirt for its users
	cmd     *exec.Cmd
	host    map[string]key // its host keys by type
}

// key is a key pair and the file that holds it.
type key struct {
	path string
	priv crypto.PrivateKey
	ssh.Signer
}

func (k key) line() string { return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(k.PublicKey()))) }

func newKey(t *testing.T, dir, name, kind, passphrase string) key {
	t.Helper()
	var priv crypto.PrivateKey
	var err error
	switch kind {
	case "ed25519":
		_, priv, err = ed25519.GenerateKey(rand.Reader)
	case "ecdsa":
		priv, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "rsa":
		priv, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	check(t, err)
	k := key{path: filepath.Join(dir, name), priv: priv}
	k.Signer, err = ssh.NewSignerFromKey(priv)
	check(t, err)
	var block *pem.Block
	if passphrase == "" {
		block, err = ssh.MarshalPrivateKey(priv, name)
	} else {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(priv, name, []byte(passphrase))
	}
	check(t, err)
	write(t, k.path, 0o600, string(pem.EncodeToMemory(block)))
	return k
}

// users that only the server knows, by login shell.
var users = []struct {
	name, shell string
	uid         int
}{{"alice", "/bin/sh", 61001}, {"carl", "/bin/csh", 61002}, {"fiona", "/usr/bin/fish", 61003}}

// startSSHD runs a server with these lines in addition to its configuration.
func startSSHD(t *testing.T, lines ...string) *sshd {
	t.Helper()
	s := &sshd{dir: t.TempDir(), host: map[string]key{}}
	check(t, os.Chmod(filepath.Dir(s.dir), 0o755)) // the server's users go in and out
	s.libvirt = filepath.Join(s.dir, "libvirt")
	check(t, os.Mkdir(s.libvirt, 0o755))
	s.port = freePort(t)
	var conf strings.Builder
	fmt.Fprintf(&conf, "ListenAddress 127.0.0.1:%d\nListenAddress [::1]:%d\n", s.port, s.port)
	fmt.Fprintf(&conf, "AuthorizedKeysFile %s/authorized_keys\nTrustedUserCAKeys %s/user_ca.pub\n", s.dir, s.dir)
	fmt.Fprintf(&conf, "UsePAM no\nStrictModes no\nPermitRootLogin yes\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nPidFile none\nLogLevel VERBOSE\nPrintMotd no\nMaxStartups 100\n")
	for _, kind := range []string{"rsa", "ecdsa", "ed25519"} {
		s.host[kind] = newKey(t, s.dir, "host_"+kind, kind, "")
		fmt.Fprintf(&conf, "HostKey %s\n", s.host[kind].path)
	}
	write(t, filepath.Join(s.dir, "user_ca.pub"), 0o644, "")
	write(t, filepath.Join(s.dir, "authorized_keys"), 0o644, "")
	write(t, filepath.Join(s.dir, "sshd_config"), 0o644, strings.ReplaceAll(strings.Join(lines, "\n"), "DIR", s.dir)+"\n"+conf.String())
	s.accounts(t)
	setup := `set -e
mount -t tmpfs tmpfs /run
mkdir -m 755 /run/sshd /run/libvirt
mount --bind "$1/libvirt" /run/libvirt
mount --bind "$1/passwd" /etc/passwd
mount --bind "$1/shadow" /etc/shadow
exec /usr/sbin/sshd -D -f "$1/sshd_config" -E "$1/log"`
	s.cmd = exec.Command("/bin/sh", "-c", setup, "sh", s.dir)
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS, Setpgid: true, Pdeathsig: syscall.SIGTERM}
	var said bytes.Buffer
	s.cmd.Stdout, s.cmd.Stderr = &said, &said
	// Pdeathsig follows the thread that starts the child.
	runtime.LockOSThread()
	check(t, s.cmd.Start())
	exited := make(chan struct{})
	go func() {
		_ = s.cmd.Wait()
		close(exited)
	}()
	t.Cleanup(func() {
		_ = s.cmd.Process.Signal(syscall.SIGTERM)
		<-exited
		runtime.UnlockOSThread()
		if t.Failed() {
			t.Logf("sshd said:\n%s", s.log())
		}
	})
	eventually(t, "sshd listens", func() bool {
		select {
		case <-exited:
			t.Fatalf("sshd did not start: %s%s", said.String(), s.log())
		default:
		}
		return s.count("Server listening on ::1") > 0 || s.count("Server listening on") > 1
	})
	return s
}

// accounts makes the passwd and shadow files that the server sees.
func (s *sshd) accounts(t *testing.T) {
	passwd, err := os.ReadFile("/etc/passwd")
	check(t, err)
	shadow, err := os.ReadFile("/etc/shadow")
	check(t, err)
	for _, u := range users {
		home := filepath.Join(s.dir, u.name)
		check(t, os.Mkdir(home, 0o755))
		check(t, os.Chown(home, u.uid, u.uid))
		passwd = fmt.Appendf(passwd, "%s:x:%d:%d::%s:%s\n", u.name, u.uid, u.uid, home, u.shell)
		shadow = fmt.Appendf(shadow, "%s:*:19000:0:99999:7:::\n", u.name)
	}
	write(t, filepath.Join(s.dir, "passwd"), 0o644, string(passwd))
	write(t, filepath.Join(s.dir, "shadow"), 0o600, string(shadow))
}

func (s *sshd) log() string {
	b, _ := os.ReadFile(filepath.Join(s.dir, "log"))
	return string(b)
}

func (s *sshd) count(words string) int { return strings.Count(s.log(), words) }

func (s *sshd) authorize(t *testing.T, lines ...string) {
	t.Helper()
	write(t, filepath.Join(s.dir, "authorized_keys"), 0o644, strings.Join(lines, "\n")+"\n")
}

// children are the server's processes that serve connections.
func (s *sshd) children(t *testing.T) []int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", s.cmd.Process.Pid, s.cmd.Process.Pid))
	check(t, err)
	var pids []int
	for _, f := range strings.Fields(string(b)) {
		var pid int
		_, err := fmt.Sscan(f, &pid)
		check(t, err)
		pids = append(pids, pid)
	}
	return pids
}

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

// reload makes the server read its configuration again.
func (s *sshd) reload(t *testing.T) error {
	t.Helper()
	before := s.count("Server listening on")
	err := s.cmd.Process.Signal(syscall.SIGHUP)
	eventually(t, "sshd listens again", func() bool { return s.count("Server listening on") >= before+2 })
	return err
}
