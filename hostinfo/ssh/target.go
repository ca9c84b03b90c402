package ssh

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"migcheck/hostinfo/shell"
)

// Target is a host with everything that is needed to log in there.
type Target struct {
	Name string // as the user named it; errors begin with it
	User string
	Host string // a DNS name or an address, without brackets
	Port int
	Jump *Target // the host through which it is reached; nil: directly

	Identities     []string      // files with private keys, in the order to be tried
	IdentitiesOnly bool          // offer no key of the agent but those
	Certificates   []string      // files with certificates of those keys
	Agent          string        // the ssh-agent's socket; empty: none
	KnownHosts     []string      // files with host keys
	ConnectTimeout time.Duration // of connecting, key exchange and login

	token      string // PKCS11Provider, whose keys are not used; empty: none
	keyAlias   string // HostKeyAlias; empty: the host's own name
	byHand     string // the command for logging in by hand
	identified bool   // the identities were named, and are not the default ones
}

// Address is host:port, with brackets around an IPv6 address.
func (t *Target) Address() string { return net.JoinHostPort(t.Host, strconv.Itoa(t.Port)) }

// String is the way to the host, for people: "sam@10.0.0.12:22 through
// gate:2222, inner:22", nearest first. What the user's own ssh decides is left
// out.
func (t *Target) String() string {
	way := t.Host
	if t.Port != 0 {
		way = t.Address()
	}
	if t.User != "" {
		way = t.User + "@" + way
	}
	var through []string
	for via := t.Jump; via != nil; via = via.Jump {
		through = append([]string{via.Address()}, through...)
	}
	if len(through) > 0 {
		way += " through " + strings.Join(through, ", ")
	}
	return way
}

// keyName is the name under which known_hosts has the host's key, with a port
// always: knownhosts drops :22.
func (t *Target) keyName() string {
	if t.keyAlias != "" {
		return net.JoinHostPort(strings.ToLower(t.keyAlias), "22")
	}
	return net.JoinHostPort(strings.ToLower(t.Host), strconv.Itoa(t.Port))
}

// way is where the connection goes, whoever logs in.
func (t *Target) way() string {
	if t.Jump == nil {
		return t.Address()
	}
	return t.Jump.way() + " " + t.Address()
}

// identity is the same for two targets that one connection can serve: who is
// reached, who is trusted and who logs in are the same.
func (t *Target) identity() string {
	id := fmt.Sprintf("%q@%q:%d key %q of %q by %q %q of %q only %t",
		t.User, t.Host, t.Port, t.keyAlias, t.KnownHosts, t.Identities, t.Certificates, t.Agent, t.IdentitiesOnly)
	if t.Jump != nil {
		id += " via " + t.Jump.identity()
	}
	return id
}

// byHand is the command with which a person would log in there once and answer
// ssh's question about the host key.
func (d *Dialer) byHand(dest destination) string {
	words := []string{"ssh"}
	if d.cfg.ConfigFile != "" {
		words = append(words, "-F", d.cfg.ConfigFile)
	}
	if len(d.cfg.KnownHosts) > 0 {
		words = append(words, "-o", "UserKnownHostsFile="+d.cfg.KnownHosts[0])
	}
	if dest.port != 0 {
		words = append(words, "-p", strconv.Itoa(dest.port))
	}
	if dest.user != "" {
		words = append(words, "-l", dest.user)
	}
	return shell.Join(append(words, dest.host, "true")...)
}

// maxJumps is how many hosts a connection may pass through.
const maxJumps = 8

// Resolve reads [user@]host[:port] (an IPv6 literal stands in brackets) or an
// ssh_config alias. A Match that only OpenSSH can evaluate is asked from
// ssh -G; without an ssh program it is an error that names file and line.
// Errors are of the kinds BadDestination, BadConfig and Unsupported.
func (d *Dialer) Resolve(ctx context.Context, name string) (Target, error) {
	t, err := d.resolve(ctx, name, 0, true)
	if err != nil {
		return Target{}, err
	}
	return *t, nil
}

// resolve does the work of Resolve; depth counts the jump hosts on the way and
// jumps says whether the host may have some of its own.
func (d *Dialer) resolve(ctx context.Context, name string, depth int, jumps bool) (*Target, error) {
	fail := func(kind Kind, err error) (*Target, error) {
		return nil, &Error{Kind: kind, Host: words([]byte(name)), Op: "resolve the name", Err: err}
	}
	dest, err := parseDestination(name)
	if err != nil {
		return fail(BadDestination, err)
	}
	t := &Target{Name: name, User: dest.user, Host: dest.host, Port: dest.port, ConnectTimeout: d.cfg.ConnectTimeout, byHand: d.byHand(dest)}
	if d.command != nil {
		return t, nil // the user's own ssh does the rest
	}
	o, err := d.options(ctx, dest)
	if err != nil {
		return fail(BadConfig, err)
	}
	if !jumps {
		delete(o, "proxycommand") // the host before it goes first, as with ssh -J
	}
	const bySSH = "use the installed ssh for this: --ssh-command ssh"
	if err := d.apply(t, dest, o); err != nil {
		return nil, &Error{Kind: BadConfig, Host: words([]byte(name)), Op: "resolve the name", Err: err, Hint: bySSH}
	}
	if err := unsupported(o); err != nil {
		return nil, &Error{Kind: Unsupported, Host: name, Op: "read ssh_config", Err: err, Hint: bySSH}
	}
	if !jumps {
		return t, nil
	}
	if err := d.jumps(ctx, t, o.first("proxyjump"), depth); err != nil {
		return nil, err
	}
	return t, nil
}

// options are what the configuration says about a host.
func (d *Dialer) options(ctx context.Context, dest destination) (options, error) {
	files, err := d.loadConfigs()
	if err != nil {
		return nil, err
	}
	o, err := optionsFor(dest, d.login, files)
	var need *needSSH
	if !errors.As(err, &need) {
		return o, err
	}
	o, asked := d.optionsFromSSH(ctx, dest)
	if asked != nil {
		return nil, fmt.Errorf("%w; %w", err, asked)
	}
	return o, nil
}

// unsupported refuses options that change who is reached, who is trusted or who
// logs in, and that this package does not have. To ignore them would be wrong.
func unsupported(o options) error {
	set := func(k string) error {
		return fmt.Errorf("%s is set (%s)", k, words([]byte(o.first(strings.ToLower(k)))))
	}
	for _, k := range []string{"ProxyCommand", "RevokedHostKeys", "KnownHostsCommand"} {
		if v := o.first(strings.ToLower(k)); v != "" && !strings.EqualFold(v, "none") {
			return set(k)
		}
	}
	if _, off := o.flag("pubkeyauthentication"); off {
		return set("PubkeyAuthentication")
	}
	if v := o.first("preferredauthentications"); v != "" && !slices.Contains(strings.Split(v, ","), "publickey") {
		return set("PreferredAuthentications")
	}
	return nil
}

// lower is the name of a host in lower case. The zone of an address is the name
// of a device, which keeps its case.
func lower(host string) string {
	name, zone, ok := strings.Cut(host, "%")
	if !ok {
		return strings.ToLower(host)
	}
	return strings.ToLower(name) + "%" + zone
}

// apply fills a target from its options.
func (d *Dialer) apply(t *Target, dest destination, o options) error {
	if h := o.first("hostname"); h != "" {
		var err error
		if t.Host, err = (tokens{'%': "%", 'h': dest.host}).expand(h); err != nil {
			return fmt.Errorf("HostName: %w", err)
		}
		if _, err := netip.ParseAddr(t.Host); err != nil {
			if err := plainName("HostName", t.Host); err != nil {
				return err
			}
		}
	}
	t.Host = lower(t.Host)
	if t.User == "" {
		if t.User = o.first("user"); t.User == "" {
			t.User = d.login
		}
	}
	if t.Port == 0 {
		t.Port = 22
		if p := o.first("port"); p != "" {
			var err error
			if t.Port, err = parsePort(p); err != nil {
				return fmt.Errorf("option Port: %w", err)
			}
		}
	}
	if err := applyTimeout(t, o.first("connecttimeout")); err != nil {
		return err
	}
	t.keyAlias = o.first("hostkeyalias")
	t.IdentitiesOnly, _ = o.flag("identitiesonly")
	if v := o.first("pkcs11provider"); !strings.EqualFold(v, "none") {
		t.token = v
	}
	return d.applyPaths(t, d.tokens(t, dest.host), o)
}

func applyTimeout(t *Target, option string) error {
	if t.ConnectTimeout > 0 {
		return nil
	}
	t.ConnectTimeout = DefaultConnectTimeout
	if option == "" || option == "none" || option == "0" {
		return nil
	}
	if n, err := strconv.Atoi(option); err == nil && n > 0 && n < 86400 {
		t.ConnectTimeout = time.Duration(n) * time.Second
		return nil
	}
	v, err := time.ParseDuration(option) // 10s and 1m mean the same in both
	if err != nil || v <= 0 {
		return fmt.Errorf("ConnectTimeout: %q is not understood", option)
	}
	t.ConnectTimeout = v
	return nil
}

// defaultIdentities are OpenSSH's, without the kinds that x/crypto cannot read.
var defaultIdentities = []string{"~/.ssh/id_rsa", "~/.ssh/id_ecdsa", "~/.ssh/id_ed25519"}

func (d *Dialer) applyPaths(t *Target, tk tokens, o options) error {
	identities := o["identityfile"]
	if t.identified = len(identities) > 0; !t.identified {
		identities = defaultIdentities
	}
	known := d.cfg.KnownHosts
	if len(known) == 0 {
		for k, files := range map[string][]string{
			"userknownhostsfile":   {"~/.ssh/known_hosts", "~/.ssh/known_hosts2"},
			"globalknownhostsfile": {"/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"},
		} {
			if _, ok := o[k]; !ok {
				o[k] = files
			}
		}
		known = append(append(known, o["userknownhostsfile"]...), o["globalknownhostsfile"]...)
	}
	for _, x := range []struct {
		option string
		from   []string
		to     *[]string
	}{
		{"IdentityFile", identities, &t.Identities},
		{"CertificateFile", o["certificatefile"], &t.Certificates},
		{"UserKnownHostsFile", known, &t.KnownHosts},
	} {
		var err error
		if *x.to, err = tk.paths(x.from); err != nil {
			return fmt.Errorf("%s: %w", x.option, err)
		}
	}
	agent, err := agentSocket(o.first("identityagent"), tk)
	if err != nil {
		return fmt.Errorf("IdentityAgent: %w", err)
	}
	t.Agent = agent
	return nil
}

// agentSocket is where the ssh-agent listens: IdentityAgent, which may name a
// variable, else SSH_AUTH_SOCK.
func agentSocket(option string, tk tokens) (string, error) {
	switch {
	case option == "" || option == "SSH_AUTH_SOCK":
		return os.Getenv("SSH_AUTH_SOCK"), nil
	case strings.EqualFold(option, "none"):
		return "", nil
	case option[0] == '$' && !strings.HasPrefix(option, "${"):
		return os.Getenv(option[1:]), nil
	}
	p, err := tk.path(option)
	if err == nil && !filepath.IsAbs(p) {
		err = fmt.Errorf("%q is not an absolute path", p)
	}
	return p, err
}
