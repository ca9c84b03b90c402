package ssh

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestConfigLines(t *testing.T) {
	for text, want := range map[string][]string{
		"":                               {""},
		"  # comment":                    {""},
		"Host a b\tc":                    {"host", "a", "b", "c"},
		"User=alice":                     {"user", "alice"},
		"User = alice":                   {"user", "alice"},
		"User = = alice":                 {"user", "=", "alice"},
		`IdentityFile "~/my key" # mine`: {"identityfile", "~/my key"},
		`IdentityFile ~/key#1`:           {"identityfile", "~/key#1"},
		`IdentityFile ~/my\ key`:         {"identityfile", "~/my key"},
		`IdentityFile a\b`:               {"identityfile", `a\b`},
		`UserKnownHostsFile "a" 'b c'`:   {"userknownhostsfile", "a", "b c"},
		`ProxyCommand sh -c "nc %h" # x`: {"proxycommand", `sh -c "nc %h" # x`},
		"Port 22\r\n":                    {"port", "22"},
	} {
		line, err := parseConfigLine(text)
		if got := append([]string{line.keyword}, line.args...); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q = %q, %v, want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"Host", "Host ", "User =", `User "a`, `User 'a`, "User # nobody", "= x", "User a\x00b"} {
		if line, err := parseConfigLine(text); err == nil {
			t.Errorf("%q = %+v, want an error", text, line)
		}
	}
}

// home is a home directory with these files in .ssh; "config" is the main one.
func home(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, ".ssh"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, ".ssh", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// resolve resolves a name in a home directory, without the system's files.
func resolve(t *testing.T, dir, name string) (Target, error) {
	t.Helper()
	d, err := New(Config{Home: dir, ConfigFile: filepath.Join(dir, ".ssh", "config")})
	if err != nil {
		t.Fatal(err)
	}
	return d.Resolve(t.Context(), name)
}

func TestResolve(t *testing.T) {
	t.Setenv("SSH_AUTH_SOCK", "/agent")
	t.Setenv("KEYS", "/mnt/keys")
	dir := home(t, map[string]string{
		"config": `Include more
Host hv*
  HostName %h.Example
  IdentityFile ~/.ssh/%n-%r-%p
  IdentityFile ${KEYS}/%%x
  CertificateFile %d/c
  IdentitiesOnly yes
  HostKeyAlias farm
  UserKnownHostsFile ~/a "/b c"
  GlobalKnownHostsFile none
  ConnectTimeout 1m
  ProxyJump a@gate:2222,second
Host gate
  ProxyJump first
`, "more": "Host hv1\n Port 2200\n User root\nHost *\n User me\n IdentityAgent $OTHER\n",
	})
	t.Setenv("OTHER", "/other")
	got, err := resolve(t, dir, "hv1")
	if err != nil {
		t.Fatal(err)
	}
	if got.Address() != "hv1.example:2200" || got.User != "root" || got.Agent != "/other" || !got.IdentitiesOnly || got.ConnectTimeout != time.Minute {
		t.Errorf("%+v", got)
	}
	if want := []string{dir + "/.ssh/hv1-root-2200", "/mnt/keys/%x"}; !slices.Equal(got.Identities, want) {
		t.Errorf("identities %q, want %q", got.Identities, want)
	}
	if want := []string{dir + "/c"}; !slices.Equal(got.Certificates, want) {
		t.Errorf("certificates %q, want %q", got.Certificates, want)
	}
	if want := []string{dir + "/a", "/b c"}; !slices.Equal(got.KnownHosts, want) {
		t.Errorf("known hosts %q, want %q", got.KnownHosts, want)
	}
	if got.keyName() != "farm:22" {
		t.Errorf("key name %q", got.keyName())
	}
	var via []string
	for j := got.Jump; j != nil; j = j.Jump {
		via = append(via, j.User+"@"+j.Address())
	}
	if want := []string{"me@second:22", "a@gate:2222", "me@first:22"}; !slices.Equal(via, want) {
		t.Errorf("via %q, want %q", via, want)
	}
	if way, want := got.String(), "root@hv1.example:2200 through first:22, gate:2222, second:22"; way != want {
		t.Errorf("the way is %q, want %q", way, want)
	}

	got, err = resolve(t, dir, "you@other:24")
	if err != nil || got.User != "you" || got.Address() != "other:24" || got.Jump != nil || got.ConnectTimeout != DefaultConnectTimeout {
		t.Errorf("%+v, %v", got, err)
	}
	if want := []string{dir + "/.ssh/id_rsa", dir + "/.ssh/id_ecdsa", dir + "/.ssh/id_ed25519"}; !slices.Equal(got.Identities, want) {
		t.Errorf("identities %q, want %q", got.Identities, want)
	}
	if want := []string{dir + "/.ssh/known_hosts", dir + "/.ssh/known_hosts2", "/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"}; !slices.Equal(got.KnownHosts, want) {
		t.Errorf("known hosts %q, want %q", got.KnownHosts, want)
	}
}

func TestConfigurationsThatAreRefused(t *testing.T) {
	t.Setenv("PATH", t.TempDir()) // no ssh to ask
	for text, want := range map[string]struct {
		kind Kind
		text string
	}{
		"Host hv\n\n ProxyCommand nc %h %p":      {Unsupported, "ProxyCommand is set (nc %h %p)"},
		"RevokedHostKeys /krl":                   {Unsupported, "RevokedHostKeys"},
		"PubkeyAuthentication no":                {Unsupported, "PubkeyAuthentication is set (no)"},
		"PreferredAuthentications a,password":    {Unsupported, "PreferredAuthentications is set (a,password)"},
		"Host hv\nMatch exec true\n Port 1":      {BadConfig, "config:2: Match exec"},
		"Match host hv !final":                   {BadConfig, "config:1: Match final"},
		"CanonicalizeHostname always":            {BadConfig, "CanonicalizeHostname"},
		"Include config":                         {BadConfig, "deep"},
		"Include broken":                         {BadConfig, "broken:2: Port has no argument"},
		"Port 99999":                             {BadConfig, "99999"},
		"IdentityFile %C":                        {BadConfig, "%C"},
		"IdentityFile ~nosuchuser.invalid/x":     {BadConfig, "nosuchuser"},
		"IdentityFile ${NO_SUCH_VARIABLE}":       {BadConfig, "NO_SUCH_VARIABLE"},
		"HostName -oProxyCommand":                {BadConfig, "dash"},
		"HostName a;b":                           {BadConfig, "holds the character"},
		"ConnectTimeout soon":                    {BadConfig, "soon"},
		"IdentityAgent relative":                 {BadConfig, "absolute"},
		"ProxyJump hv":                           {BadConfig, "circle"},
		"ProxyJump a;b":                          {BadDestination, "holds the character"},
		"ProxyJump a,b,c,d,e,f,g,h,i":            {BadConfig, "more than 8 hosts"},
		"Match":                                  {BadConfig, "config:1"},
		"Match host":                             {BadConfig, "has no argument"},
		"Host hv\n User \"open":                  {BadConfig, `config:2: User: a " is not closed`},
		strings.Repeat("# comment\n", 200_000):   {BadConfig, "larger"},
		"Host hv\n ProxyJump g\nHost g\n Port x": {BadConfig, "resolve its ProxyJump: g: "},
	} {
		dir := home(t, map[string]string{"config": text, "broken": "Host *\nPort\n"})
		got, err := resolve(t, dir, "hv")
		if !errors.Is(err, want.kind) || !strings.Contains(err.Error(), want.text) {
			t.Errorf("%.40q: %+v, %v, want %q with %q", text, got, err, want.kind, want.text)
		}
		if want.text == "%C" && !strings.Contains(Hint(err), "--ssh-command ssh") {
			t.Errorf("%.40q: the hint is %q", text, Hint(err))
		}
	}
	// What does not concern the host does no harm.
	dir := home(t, map[string]string{"config": "Host other\n ProxyCommand x\nMatch host other exec true\n Port 1\nHost hv\n ProxyCommand none\n Port 7\n"})
	if got, err := resolve(t, dir, "hv"); err != nil || got.Port != 7 {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := resolve(t, t.TempDir(), "hv"); !errors.Is(err, BadConfig) || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a named file that is not there: %v", err)
	}
}

// A file that is not there, a directory and a hidden file are passed over as ssh
// passes over them, and take nothing else of the configuration with them.
func TestIncludedFiles(t *testing.T) {
	dir := home(t, map[string]string{
		"config": "Include gone here/[!b]* ~/.ssh/nowhere\nHost hv\n HostName hv.example\nHost *\n User last\n",
	})
	ok(t, os.Symlink("/nonexistent", filepath.Join(dir, ".ssh", "gone")))
	ok(t, os.MkdirAll(filepath.Join(dir, ".ssh", "here", "sub"), 0o700))
	for name, text := range map[string]string{".a.swp": "User \x00", ".b": "User hidden", "b": "User b", "c": "Port 2222"} {
		ok(t, os.WriteFile(filepath.Join(dir, ".ssh", "here", name), []byte(text), 0o600))
	}
	d, err := New(Config{Home: dir}) // ~/.ssh/config need not be there; this one is
	ok(t, err)
	got, err := d.Resolve(t.Context(), "hv")
	if err != nil || got.Address() != "hv.example:2222" || got.User != "last" {
		t.Errorf("%+v, %v", got, err)
	}
}

// Whoever may write the configuration may send the user anywhere.
func TestConfigurationThatOthersMayWrite(t *testing.T) {
	resolve := func(dir string) error {
		d, err := New(Config{Home: dir})
		ok(t, err)
		_, err = d.Resolve(t.Context(), "hv")
		return err
	}
	dir := home(t, map[string]string{"config": "Include more\n", "more": "User a\n"})
	ok(t, resolve(dir))
	for _, name := range []string{"config", "more"} {
		path := filepath.Join(dir, ".ssh", name)
		ok(t, os.Chmod(path, 0o620))
		if err := resolve(dir); !errors.Is(err, BadConfig) || !strings.Contains(err.Error(), path+": its permissions 0620") {
			t.Errorf("%s: %v", name, err)
		}
		ok(t, os.Chmod(path, 0o644))
	}
	ok(t, resolve(dir))
}

// The zone of an address is a device's name, whose case counts.
func TestZoneKeepsItsCase(t *testing.T) {
	dir := home(t, map[string]string{"config": "Host hv\n HostName FE80::A%%enP2s0\n"})
	for _, name := range []string{"hv", "[fe80::a%enP2s0]"} {
		if got, err := resolve(t, dir, name); err != nil || got.Host != "fe80::a%enP2s0" {
			t.Errorf("%s: %q, %v", name, got.Host, err)
		}
	}
}

// A jump host's connection serves others only if they would have logged in with
// the same keys: a key may be allowed less than another one.
func TestJumpHostsOfOtherKeys(t *testing.T) {
	const gates = "Host a* b*\n HostName gate\nHost a*\n IdentityFile /k/a\nHost b\n IdentityFile /k/b\nHost b2\n IdentityFile /k/a\n IdentitiesOnly yes\nHost a3\n IdentityAgent none\n"
	t.Setenv("SSH_AUTH_SOCK", "/agent")
	dir := home(t, map[string]string{"config": gates})
	identity := func(name string) string {
		got, err := resolve(t, dir, name)
		ok(t, err)
		return got.identity()
	}
	if identity("a1") != identity("a2") {
		t.Error("two names of one login are told apart")
	}
	for _, other := range []string{"b", "b2", "a3"} {
		if identity("a1") == identity(other) {
			t.Errorf("%s would ride on the login of a1", other)
		}
	}
}

// ssh takes true for yes.
func TestIdentitiesOnlyIsTrue(t *testing.T) {
	for value, want := range map[string]bool{"yes": true, "True": true, "no": false, "false": false} {
		dir := home(t, map[string]string{"config": "IdentitiesOnly " + value})
		if got, err := resolve(t, dir, "hv"); err != nil || got.IdentitiesOnly != want {
			t.Errorf("%s: %v, %v", value, got.IdentitiesOnly, err)
		}
	}
}

func TestParseSSHG(t *testing.T) {
	o, err := parseSSHG([]byte("host hv\nhostname 10.0.0.1\nidentityfile ~/a b\nidentityfile ~/c\nuserknownhostsfile /a /b\nport 22\nport 23\n\n"))
	if err != nil || o.first("hostname") != "10.0.0.1" || !slices.Equal(o["identityfile"], []string{"~/a b", "~/c"}) ||
		!slices.Equal(o["userknownhostsfile"], []string{"/a", "/b"}) || o.first("port") != "22" {
		t.Errorf("%v, %v", o, err)
	}
	if o, err := parseSSHG([]byte("usage: ssh\n")); err == nil {
		t.Errorf("%v", o)
	}
}

func FuzzConfig(f *testing.F) {
	f.Add("Host *\n User a\nMatch host b user c\nPort=3\n IdentityFile \"%d/x\"\nMatch all\nHostName %h", "hv")
	f.Add("Match !host a,!b exec x\nProxyJump a,b", "b")
	f.Fuzz(func(t *testing.T, text, host string) {
		file := &configFile{path: "fuzz"}
		for line := range strings.Lines(text) {
			l, err := parseConfigLine(line)
			if err != nil {
				return
			}
			if l.keyword != "" {
				file.lines = append(file.lines, l)
			}
		}
		o, err := optionsFor(destination{host: host}, "me", []*configFile{file})
		if err != nil {
			return
		}
		d := &Dialer{cfg: Config{Home: "/h"}, login: "me"}
		target := &Target{Name: host, Host: host}
		if err := d.apply(target, destination{host: host}, o); err == nil && (target.Port < 1 || target.Port > 65535) {
			t.Fatalf("port %d", target.Port)
		}
	})
}

func FuzzWildcard(f *testing.F) {
	f.Add("a*b?c", "axxbyc")
	f.Add("****", "")
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if !strings.ContainsAny(pattern, "*?") && wildcard(pattern, s) != (pattern == s) {
			t.Fatalf("%q against %q", pattern, s)
		}
		if !wildcard("*"+pattern+"*", strings.ReplaceAll(pattern, "*", "")) {
			t.Fatalf("*%s* does not match itself", pattern)
		}
	})
}
