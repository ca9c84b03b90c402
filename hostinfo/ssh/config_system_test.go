//go:build system

package ssh

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"migcheck/hostinfo/shell"
)

func quoted(s string) string { return shell.Quote(s) }

func TestProxyJump(t *testing.T) {
	s := startSSHD(t)
	u, _ := acquainted(t, s)
	u.write("config", fmt.Sprintf(`Host *
  HostName 127.0.0.1
  Port %d
Host gate
  User carl
Host hv
  User alice
  ProxyJump gate
Host far
  User alice
  ProxyJump gate,fiona@hv
`, s.port))
	d, err := New(u.cfg)
	check(t, err)
	dial := func(name string) *Client {
		t.Helper()
		target, err := d.Resolve(t.Context(), name)
		check(t, err)
		c, err := d.Dial(t.Context(), target)
		check(t, err)
		return c
	}
	a, b := dial("hv"), dial("hv")
	run(t, a, "id -un", "alice\n")
	run(t, b, "id -un", "alice\n")
	if n := s.count("Accepted publickey for carl"); n != 1 {
		t.Errorf("%d logins at the jump host, want 1 shared", n)
	}
	check(t, a.Close())
	run(t, b, "echo still there", "still there\n")
	check(t, b.Close())
	eventually(t, "the jump host's connection is closed with the last user", func() bool { return len(s.children(t)) == 0 })

	far := dial("far")
	run(t, far, "id -un", "alice\n")
	if n := s.count("Accepted publickey for fiona"); n != 1 {
		t.Errorf("%d logins at the second jump host, want 1", n)
	}
	check(t, far.Close())
}

func TestJumpHostErrors(t *testing.T) {
	s := startSSHD(t)
	u, _ := acquainted(t, s)
	config := func(host string) {
		u.write("config", fmt.Sprintf("Host gate\n HostName 127.0.0.1\n Port %d\n User alice\nHost hv\n %s\n User alice\n ProxyJump gate\n", s.port, host))
	}
	config(fmt.Sprintf("HostName 127.0.0.1\n Port %d", freePort(t)))
	_, err := u.dial("hv")
	wantError(t, err, Refused, "the jump host gate says", "refused")

	config("HostName no-such-host.invalid")
	_, err = u.dial("hv")
	wantError(t, err, DNS, "the jump host gate says")

	s.authorize(t)
	_, err = u.dial("hv")
	wantError(t, err, Authentication, "hv: reach its jump host: gate: log in as alice")

	s = startSSHD(t, "AllowTcpForwarding no")
	u, _ = acquainted(t, s)
	config("HostName 127.0.0.1")
	_, err = u.dial("hv")
	wantError(t, err, ForwardingForbidden, "AllowTcpForwarding yes")
}

func TestMatchExecAsksSSH(t *testing.T) {
	s := startSSHD(t)
	u, _ := acquainted(t, s)
	u.cfg.ConfigFile = u.file("config")
	u.write("more.conf", fmt.Sprintf("Host hv\n Port %d\n", s.port))
	u.write("config", fmt.Sprintf("Include %s\nMatch host hv exec \"test -e %s\"\n HostName 127.0.0.1\nHost *\n User alice\n UserKnownHostsFile %s\n IdentityFile %s\n",
		u.file("more.conf"), u.file("more.conf"), u.file("known_hosts"), u.file("id_ed25519")))
	run(t, u.mustDial("hv"), "echo matched", "matched\n")

	t.Setenv("PATH", t.TempDir())
	_, err := u.dial("hv")
	wantError(t, err, BadConfig, u.file("config")+":2", "Match exec", "no ssh program")
	_, err = New(u.cfg)
	check(t, err)
}

// Our reading of a configuration is OpenSSH's.
func TestOptionsAgreeWithSSH(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.conf"), 0o600, "Host web?\n User included\nHost *\n Port 2201\n")
	write(t, filepath.Join(dir, "b.conf"), 0o600, "IdentityFile /b/%h\nHost db*\n User b\n")
	config := filepath.Join(dir, "config")
	write(t, config, 0o600, strings.ReplaceAll(`# comment
Host web1	web2 !web9
  HostName=%h.example
  User = webber   # trailing
  IdentityFile "/keys/my key"
  identityfile /keys/it\'s\ two
Host db* !db9
  Include DIR/[ab].conf
  HostKeyAlias "database"
  UserKnownHostsFile /k/one "/k/two"
Match originalhost DB1,x* user b
  ProxyJump gate
Match !host *.example localuser root
  ConnectTimeout 7
Match host "web?.example"
  IdentitiesOnly yes
  CertificateFile /c/1
Match all
  Port 2222
  User nobody
  IdentityAgent none
Host *
  ConnectTimeout 9
  ProxyJump none
`, "DIR", dir))
	f, err := readConfig(config, dir, "/root", true)
	check(t, err)
	keys := []string{"hostname", "user", "port", "identityfile", "identitiesonly", "certificatefile", "hostkeyalias", "userknownhostsfile", "connecttimeout", "identityagent", "proxyjump"}
	for _, host := range []string{"web1", "web2", "web9", "web", "web12", "db1", "db9", "DB1", "x", "a.b"} {
		got, err := optionsFor(destination{host: host}, "root", []*configFile{f})
		check(t, err)
		out, err := exec.Command("ssh", "-G", "-F", config, "--", host).Output()
		check(t, err)
		want, err := parseSSHG(out)
		check(t, err)
		for _, k := range keys {
			g, w := got[k], want[k]
			if k == "hostname" {
				name, err := tokens{'%': "%", 'h': host}.expand(got.first(k))
				check(t, err)
				if g = []string{name}; name == "" {
					g = []string{host}
				}
				g[0] = strings.ToLower(g[0]) // Resolve does
			}
			if k == "proxyjump" && len(g) > 0 && g[0] == "none" {
				g = nil
			}
			if len(g) == 0 && k != "proxyjump" { // ssh -G prints defaults
				continue
			}
			if !slices.Equal(g, w) {
				t.Errorf("%s: %s is %q here and %q for ssh", host, k, g, w)
			}
		}
	}
}

// Of ProxyCommand and ProxyJump the first counts, and "none" counts too: a host
// behind "ProxyCommand none" is not looked for from the jump host of all others.
func TestFirstProxyCountsAsForSSH(t *testing.T) {
	proxies := []string{"ProxyJump gate", "ProxyJump none", "ProxyCommand nc %h %p", "ProxyCommand none"}
	for _, first := range proxies {
		for _, second := range proxies {
			config := filepath.Join(t.TempDir(), "config")
			write(t, config, 0o600, "Host hv\n "+first+"\nHost *\n "+second+"\n")
			out, err := exec.Command("ssh", "-G", "-F", config, "--", "hv").Output()
			check(t, err)
			want, err := parseSSHG(out)
			check(t, err)
			f, err := readConfig(config, "", "/root", true)
			check(t, err)
			got, err := optionsFor(destination{host: "hv"}, "root", []*configFile{f})
			check(t, err)
			for _, k := range []string{"proxyjump", "proxycommand"} {
				if g := strings.TrimPrefix(got.first(k), "none"); g != want.first(k) {
					t.Errorf("%s before %s: %s is %q here and %q for ssh", first, second, k, g, want.first(k))
				}
			}
		}
	}
}

func TestUsersOwnSSH(t *testing.T) {
	s := startSSHD(t)
	u, k := acquainted(t, s)
	echoAt(t, filepath.Join(s.libvirt, "libvirt-sock"))
	config := u.file("own config")
	write(t, config, 0o600, fmt.Sprintf("Host hv\n HostName 127.0.0.1\n Port %d\n User alice\nHost *\n UserKnownHostsFile %s\n GlobalKnownHostsFile none\n IdentityFile %s\n BatchMode yes\n",
		s.port, u.file("known_hosts"), k.path))
	u.cfg.Command = shell.Join("ssh", "-F", config)
	u.cfg.ConfigFile = "/nonexistent" // is the other ssh's business
	c := u.mustDial("hv")
	run(t, c, "id -un; echo "+quoted("it's; reboot"), "alice\nit's; reboot\n")
	if n := s.count("Starting session"); n != 1 {
		t.Errorf("%d sessions, want 1", n)
	}
	r, err := c.Run(t.Context(), "head -c 67108864 /dev/zero", nil, 1<<16)
	if err != nil || !r.Truncated || len(r.Stdout) != 1<<16 {
		t.Errorf("%d bytes, truncated %v, %v", len(r.Stdout), r.Truncated, err)
	}
	for _, socket := range []Socket{libvirtd, {Paths: libvirtd.Paths}} {
		f, err := c.ForwardUnix(t.Context(), socket)
		check(t, err)
		echoThrough(t, f)
		check(t, f.Close())
	}
	run(t, u.mustDial(fmt.Sprintf("fiona@[::1]:%d", s.port)), "id -un", "fiona\n")

	u.write("known_hosts", "")
	_, err = c.Run(t.Context(), "true", nil, 1<<16)
	wantError(t, err, UnknownHost, "Host key verification failed")
	check(t, os.Remove(k.path))
	u.knows(s, "ed25519")
	_, err = c.Run(t.Context(), "true", nil, 1<<16)
	wantError(t, err, Authentication, "Permission denied")
	_, err = c.ForwardUnix(t.Context(), libvirtd)
	wantError(t, err, Authentication)

	u.cfg.Command = "/nonexistent/ssh"
	_, err = u.mustDial("hv").Run(t.Context(), "true", nil, 1)
	wantError(t, err, BadConfig, "/nonexistent/ssh")
}
