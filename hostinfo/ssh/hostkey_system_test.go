//go:build system

package ssh

import (
	"crypto/rand"
	"fmt"
	"os"
	"testing"

	"golang.org/x/crypto/ssh"
	xknownhosts "golang.org/x/crypto/ssh/knownhosts"
)

func TestUnknownHost(t *testing.T) {
	s := startSSHD(t)
	u, _ := acquainted(t, s)
	u.write("known_hosts", "")
	_, err := u.dial("hv")
	wantError(t, err, UnknownHost, ssh.FingerprintSHA256(s.host["ed25519"].PublicKey()), u.file("known_hosts"), "ssh hv true")
	_, err = u.dial(fmt.Sprintf("alice@[::1]:%d", s.port))
	wantError(t, err, UnknownHost, fmt.Sprintf("ssh -p %d -l alice ::1 true", s.port))
	check(t, os.Remove(u.file("known_hosts")))
	u.cfg.KnownHosts = []string{u.file("known_hosts")}
	_, err = u.dial("hv")
	wantError(t, err, UnknownHost, "there is none", "ssh -o 'UserKnownHostsFile="+u.file("known_hosts")+"' hv true")
	if n := s.count("Starting session"); n != 0 {
		t.Errorf("%d sessions with an unknown host", n)
	}
}

func TestChangedHostKey(t *testing.T) {
	s := startSSHD(t)
	u, _ := acquainted(t, s)
	old := newKey(t, t.TempDir(), "old", "ed25519", "")
	u.write("known_hosts", fmt.Sprintf("# comment\n[127.0.0.1]:%d %s\n", s.port, old.line()))
	_, err := u.dial("hv")
	wantError(t, err, ChangedHostKey, u.file("known_hosts")+":2", ssh.FingerprintSHA256(s.host["ed25519"].PublicKey()), ssh.FingerprintSHA256(old.PublicKey()))
}

// x/crypto asks for ECDSA first; each of these fails without the order that
// known_hosts gives.
func TestEachTypeOfHostKey(t *testing.T) {
	s := startSSHD(t)
	u, _ := acquainted(t, s)
	for _, kind := range []string{"ed25519", "ecdsa", "rsa"} {
		u.knows(s, kind)
		run(t, u.mustDial("hv"), "echo "+kind, kind+"\n")
	}
	u.knows(s, "rsa", "ed25519", "ecdsa")
	run(t, u.mustDial("hv"), "echo all", "all\n")
}

func TestHostKeyOfAnotherType(t *testing.T) {
	s := startSSHD(t, "HostKeyAlgorithms rsa-sha2-512") // as if it had no ed25519 key

	u, _ := acquainted(t, s)
	other := newKey(t, t.TempDir(), "k", "ed25519", "")
	u.write("known_hosts", fmt.Sprintf("[127.0.0.1]:%d %s\n", s.port, other.line()))
	_, err := u.dial("hv")
	wantError(t, err, HostKeyType, "only keys of the types ssh-ed25519", "rsa-sha2-512")
}

func TestKnownHostsForms(t *testing.T) {
	s := startSSHD(t)
	u, _ := acquainted(t, s)
	k := s.host["ed25519"].line()
	for name, line := range map[string]string{
		"hashed":         xknownhosts.HashHostname(fmt.Sprintf("[127.0.0.1]:%d", s.port)) + " " + k,
		"without a port": "127.0.0.1 " + k, // as ssh: taken if there is none with the port
		"wildcard":       "127.0.0.* " + k,
	} {
		u.write("known_hosts", line+"\n")
		c, err := u.dial("hv")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		run(t, c, "echo known", "known\n")
	}
	for _, kind := range []string{"ed25519", "ecdsa"} { // the server on port 22 is another one
		u.write("known_hosts", "127.0.0.1 "+newKey(t, t.TempDir(), "other", kind, "").line()+"\n")
		_, err := u.dial("hv")
		wantError(t, err, UnknownHost)
	}
	u.write("config", fmt.Sprintf("Host hv\n HostName 127.0.0.1\n Port %d\n User alice\n HostKeyAlias Farm.example\n", s.port))
	u.write("known_hosts", "farm.example "+k+"\n")
	run(t, u.mustDial("hv"), "echo alias", "alias\n")
	u.write("known_hosts", "FARM.other,Farm.Example "+k+"\n")
	run(t, u.mustDial("hv"), "echo case", "case\n")
	u.write("config", fmt.Sprintf("Host hv\n HostName LOCALHOST\n Port %d\n AddressFamily inet\n User alice\n", s.port))
	u.write("known_hosts", fmt.Sprintf("[LocalHost]:%d %s\n", s.port, k))
	run(t, u.mustDial("hv"), "echo case", "case\n")
	u.write("config", fmt.Sprintf("Host hv\n HostName 127.0.0.1\n Port %d\n User alice\n HostKeyAlias Farm.example\n", s.port))

	u.write("known_hosts", "farm.example "+k+"\n@revoked * "+k+"\n")
	_, err := u.dial("hv")
	wantError(t, err, RevokedHostKey, u.file("known_hosts")+":2")

	u.write("known_hosts", "farm.example "+k+"\nfarm.example ssh-ed25519 AAAA\n")
	_, err = u.dial("hv")
	wantError(t, err, BadConfig, u.file("known_hosts")+":2")

	u.cfg.KnownHosts = []string{u.file("mine")}
	u.write("mine", "farm.example "+k+"\n")
	run(t, u.mustDial("hv"), "echo mine", "mine\n")
}

func TestHostCertificate(t *testing.T) {
	s := startSSHD(t, "HostCertificate DIR/host_cert.pub")
	u, _ := acquainted(t, s)
	ca := newKey(t, t.TempDir(), "ca", "ed25519", "")
	sign := func(principal string, before uint64) {
		cert := &ssh.Certificate{Key: s.host["ed25519"].PublicKey(), CertType: ssh.HostCert, KeyId: "hv", ValidPrincipals: []string{principal}, ValidBefore: before}
		check(t, cert.SignCert(rand.Reader, ca))
		write(t, s.dir+"/host_cert.pub", 0o644, string(ssh.MarshalAuthorizedKey(cert)))
		check(t, s.reload(t))
	}
	sign("127.0.0.1", ssh.CertTimeInfinity)
	u.write("known_hosts", fmt.Sprintf("@cert-authority [127.0.0.1]:%d %s\n", s.port, ca.line()))
	run(t, u.mustDial("hv"), "echo certified", "certified\n")

	// Without the authority in known_hosts the plain key is asked for and unknown.
	u.write("known_hosts", "")
	_, err := u.dial("hv")
	wantError(t, err, UnknownHost, ssh.FingerprintSHA256(s.host["ed25519"].PublicKey()))

	u.write("known_hosts", fmt.Sprintf("@cert-authority [127.0.0.1]:%d %s\n", s.port, ca.line()))
	sign("other.example", ssh.CertTimeInfinity)
	_, err = u.dial("hv")
	wantError(t, err, HostCertificate, "other.example")

	sign("127.0.0.1", 1)
	_, err = u.dial("hv")
	wantError(t, err, HostCertificate, "expired")
}

// An authority certifies keys of any type, whatever its own is. A host without a
// certificate is told what is known: an authority, and no key.
func TestAuthorityOfAnotherType(t *testing.T) {
	s := startSSHD(t, "HostCertificate DIR/host_cert.pub")
	u, _ := acquainted(t, s)
	ca := newKey(t, t.TempDir(), "ca", "rsa", "")
	u.write("known_hosts", fmt.Sprintf("@cert-authority [127.0.0.1]:%d %s\n", s.port, ca.line()))
	for _, kind := range []string{"ed25519", "ecdsa"} {
		cert := &ssh.Certificate{Key: s.host[kind].PublicKey(), CertType: ssh.HostCert, KeyId: "hv", ValidPrincipals: []string{"127.0.0.1"}, ValidBefore: ssh.CertTimeInfinity}
		check(t, cert.SignCert(rand.Reader, ca))
		write(t, s.dir+"/host_cert.pub", 0o644, string(ssh.MarshalAuthorizedKey(cert)))
		check(t, s.reload(t))
		run(t, u.mustDial("hv"), "echo "+kind, kind+"\n")
	}
	write(t, s.dir+"/host_cert.pub", 0o644, "")
	check(t, s.reload(t))
	_, err := u.dial("hv")
	wantError(t, err, HostKeyType, "only the certificate authority ssh-rsa", "ssh-ed25519")
}
