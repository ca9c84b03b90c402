//go:build system

package ssh

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

func TestLoginByKey(t *testing.T) {
	s := startSSHD(t)
	u, _ := acquainted(t, s)
	c := u.mustDial("hv")
	run(t, c, "id -un; printf %s \"$SSH_CONNECTION\" | wc -w", "alice\n4\n")
}

func TestOneLoginAndOneExec(t *testing.T) {
	s := startSSHD(t)
	u, _ := acquainted(t, s)
	echoAt(t, filepath.Join(s.libvirt, "libvirt-sock"))
	c := u.mustDial("hv")
	run(t, c, "exec /bin/sh -c 'cat /proc/sys/kernel/ostype'", "Linux\n")
	f, err := c.ForwardUnix(t.Context(), Socket{Paths: []string{"/run/libvirt/virtqemud-sock", "/run/libvirt/libvirt-sock"}})
	check(t, err)
	echoThrough(t, f)
	check(t, f.Close())
	check(t, c.Close())
	eventually(t, "sshd logged the end", func() bool { return s.count("Closing connection to 127.0.0.1") > 0 })
	if n := s.count("Accepted publickey for alice"); n != 1 {
		t.Errorf("%d logins, want 1", n)
	}
	if n := s.count("Starting session: command for alice"); n != 1 {
		t.Errorf("%d execs, want 1", n)
	}
}

// startAgent runs a real ssh-agent with these keys and sets SSH_AUTH_SOCK.
func startAgent(t *testing.T, keys ...agent.AddedKey) {
	t.Helper()
	sock := filepath.Join(t.TempDir(), "agent")
	cmd := exec.Command("ssh-agent", "-D", "-a", sock)
	check(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	var conn net.Conn
	eventually(t, "the agent listens", func() bool {
		var err error
		conn, err = net.Dial("unix", sock)
		return err == nil
	})
	defer conn.Close()
	a := agent.NewClient(conn)
	for _, k := range keys {
		check(t, a.Add(k))
	}
	t.Setenv("SSH_AUTH_SOCK", sock)
}

func TestLoginByAgent(t *testing.T) {
	s := startSSHD(t)
	u, k := acquainted(t, s)
	check(t, os.Remove(k.path))
	startAgent(t, agent.AddedKey{PrivateKey: k.priv, Comment: "alice at home"})
	run(t, u.mustDial("hv"), "echo by agent", "by agent\n")
}

// A server closes after six keys (MaxAuthTries); IdentitiesOnly picks one.
func TestAgentWithManyKeys(t *testing.T) {
	s := startSSHD(t)
	u, k := acquainted(t, s)
	var keys []agent.AddedKey
	for i := range 8 {
		keys = append(keys, agent.AddedKey{PrivateKey: newKey(t, t.TempDir(), "other", "ed25519", "").priv, Comment: fmt.Sprint("key ", i)})
	}
	startAgent(t, append(keys, agent.AddedKey{PrivateKey: k.priv, Comment: "right"})...)
	check(t, os.Remove(k.path))
	_, err := u.dial("hv")
	wantError(t, err, Authentication, "key 0", "IdentitiesOnly yes")

	write(t, k.path+".pub", 0o644, k.line())
	u.write("config", fmt.Sprintf("Host hv\n HostName 127.0.0.1\n Port %d\n User alice\n IdentityFile ~/.ssh/id_ed25519\n IdentitiesOnly yes\n", s.port))
	run(t, u.mustDial("hv"), "echo picked", "picked\n")
}

func TestHungAgentEndsWithTheTimeout(t *testing.T) {
	s := startSSHD(t)
	u, k := acquainted(t, s)
	check(t, os.Remove(k.path))
	sock := filepath.Join(t.TempDir(), "agent")
	l, err := net.Listen("unix", sock) // accepts by its backlog, never answers
	check(t, err)
	defer l.Close()
	t.Setenv("SSH_AUTH_SOCK", sock)
	u.cfg.ConnectTimeout = quick
	_, err = u.dial("hv")
	wantError(t, err, Timeout)
}

func TestLoginByCertificate(t *testing.T) {
	s := startSSHD(t)
	u, k := acquainted(t, s)
	s.authorize(t) // the key alone is worth nothing
	ca := newKey(t, t.TempDir(), "ca", "ed25519", "")
	write(t, filepath.Join(s.dir, "user_ca.pub"), 0o644, ca.line()+"\n")
	cert := &ssh.Certificate{Key: k.PublicKey(), CertType: ssh.UserCert, KeyId: "alice's", ValidPrincipals: []string{"alice"}, ValidBefore: ssh.CertTimeInfinity}
	check(t, cert.SignCert(rand.Reader, ca))
	write(t, k.path+"-cert.pub", 0o644, string(ssh.MarshalAuthorizedKey(cert)))
	run(t, u.mustDial("hv"), "echo certified", "certified\n")
	if s.count("Accepted publickey for alice") != 1 || s.count("Accepted certificate ID \"alice's\"") == 0 {
		t.Error("sshd did not log a login by certificate")
	}
}

func TestEncryptedKey(t *testing.T) {
	s := startSSHD(t)
	u, k := acquainted(t, s)
	check(t, os.Remove(k.path))
	locked := u.key("id_ed25519", "open sesame")
	s.authorize(t, locked.line())

	_, err := u.dial("hv")
	wantError(t, err, EncryptedKey, "no terminal", "ssh-add "+locked.path)

	var asked []string
	answers := []string{"wrong", "open sesame"}
	u.cfg.Prompt = func(_ context.Context, prompt string) ([]byte, error) {
		asked = append(asked, prompt)
		return []byte(answers[len(asked)-1]), nil
	}
	d, err := New(u.cfg)
	check(t, err)
	for range 2 { // a key is unlocked once for all hosts
		target, err := d.Resolve(t.Context(), "hv")
		check(t, err)
		c, err := d.Dial(t.Context(), target)
		check(t, err)
		run(t, c, "echo unlocked", "unlocked\n")
		check(t, c.Close())
	}
	if len(asked) != 2 || !strings.Contains(asked[0], locked.path) {
		t.Errorf("asked %q", asked)
	}
}

// The time in which a person types does not count as the host's silence.
func TestPassphraseTimeIsNotConnectTime(t *testing.T) {
	s := startSSHD(t)
	u, k := acquainted(t, s)
	check(t, os.Remove(k.path))
	s.authorize(t, u.key("id_ed25519", "slow").line())
	d, err := New(u.cfg)
	check(t, err)
	target, err := d.Resolve(t.Context(), "hv")
	check(t, err)
	ctx, clock := startClock(t.Context(), target.ConnectTimeout)
	defer clock.stop()
	resume := clock.pause()
	clock.mu.Lock()
	clock.left = 0 // as if all of it had been used before the question
	clock.mu.Unlock()
	if ctx.Err() != nil {
		t.Error("the clock ran on while it was paused")
	}
	resume()
	<-ctx.Done()
	if !errors.Is(context.Cause(ctx), errTooSlow) {
		t.Errorf("cause %v", context.Cause(ctx))
	}
}

func TestRefusedKey(t *testing.T) {
	s := startSSHD(t)
	u, k := acquainted(t, s)
	s.authorize(t)
	_, err := u.dial("hv")
	wantError(t, err, Authentication, "log in as alice", "takes publickey", k.path, ssh.FingerprintSHA256(k.PublicKey()), "authorized_keys")

	check(t, os.Remove(k.path))
	_, err = u.dial("hv")
	wantError(t, err, Authentication, "no key to offer")

	write(t, k.path, 0o600, "garbage")
	_, err = u.dial("hv")
	wantError(t, err, Authentication, "not offered: "+k.path)

	u.key("id_ed25519", "")
	check(t, os.Chmod(k.path, 0o644))
	_, err = u.dial("hv")
	wantError(t, err, Authentication, "too open")
}

// The keys of a token are not used here. Who has nothing else learns why.
func TestTokenThatIsNotAsked(t *testing.T) {
	s := startSSHD(t)
	u, _ := acquainted(t, s)
	s.authorize(t)
	u.write("config", fmt.Sprintf("Host hv\n HostName 127.0.0.1\n Port %d\n User alice\nHost *\n PKCS11Provider /usr/lib/token.so\n", s.port))
	_, err := u.dial("hv")
	wantError(t, err, Authentication, "not offered: PKCS11Provider /usr/lib/token.so", "--ssh-command ssh")
}

func TestServerThatWantsMoreThanAKey(t *testing.T) {
	s := startSSHD(t, "AuthenticationMethods publickey,password", "PasswordAuthentication yes")
	u, _ := acquainted(t, s)
	_, err := u.dial("hv")
	wantError(t, err, Authentication, "password in addition to a key", "--ssh-command")

	s = startSSHD(t, "PubkeyAuthentication no", "PasswordAuthentication yes")
	u, _ = acquainted(t, s)
	_, err = u.dial("hv")
	wantError(t, err, Authentication, "no keys", "--ssh-command")
}

func TestLoginBannerAndNoisyShells(t *testing.T) {
	s := startSSHD(t, "Banner DIR/banner")
	write(t, filepath.Join(s.dir, "banner"), 0o644, "Authorized use only.\n\x1b[2J")
	u, _ := acquainted(t, s)
	run(t, u.mustDial("hv"), "echo quiet", "quiet\n")
}

func TestIPv6(t *testing.T) {
	s := startSSHD(t)
	u, _ := acquainted(t, s)
	run(t, u.mustDial(fmt.Sprintf("alice@[::1]:%d", s.port)), "echo six", "six\n")
}
