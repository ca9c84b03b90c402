//go:build system

package ssh

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

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

// rsaKey is the same one for every server: they take long to find.
var rsaKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

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
		priv, err = rsaKey()
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
	conf.WriteString("UsePAM no\nStrictModes no\nPermitRootLogin yes\nPasswordAuthentication no\n" +
		"KbdInteractiveAuthentication no\nPidFile none\nLogLevel VERBOSE\nPrintMotd no\nMaxStartups 100\n")
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
		return s.count("Server listening on") > 1
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

// reload makes the server read its configuration again.
func (s *sshd) reload(t *testing.T) error {
	t.Helper()
	before := s.count("Server listening on")
	err := s.cmd.Process.Signal(syscall.SIGHUP)
	eventually(t, "sshd listens again", func() bool { return s.count("Server listening on") >= before+2 })
	return err
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

// sessions are all sshd processes below the listening one.
func (s *sshd) sessions(t *testing.T) []int {
	t.Helper()
	var all []int
	next := s.children(t)
	for len(next) > 0 {
		all = append(all, next...)
		var more []int
		for _, pid := range next {
			more = append(more, childrenOf(pid)...)
		}
		next = more
	}
	return all
}

func childrenOf(pid int) []int {
	var out []int
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, f := range threads {
		b, _ := os.ReadFile(f)
		for _, w := range strings.Fields(string(b)) {
			if n, err := strconv.Atoi(w); err == nil {
				out = append(out, n)
			}
		}
	}
	return out
}
