package ssh

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"migcheck/hostinfo/shell"
)

// login chooses the keys of one login and remembers what became of them.
type login struct {
	target *Target
	keys   *keyring
	pause  func() (resume func()) // stops the connect time-out while a person is asked
	ctx    context.Context

	loaded  bool
	left    []offer  // not offered yet
	offered []string // in words, for the error
	skipped []string // what cannot be offered, and why
	failed  *offer   // the last key that the server would have taken
	signErr error    // ... but that did not sign
	allowed []string // the methods that the server names
	partial bool     // the server accepted a key and wants more
	close   func()   // lets go of the agent; nil if there is none
}

// offer is one key or certificate.
type offer struct {
	signer ssh.Signer
	from   string // the file, or the agent's comment
}

var errNoMoreKeys = errors.New("no key is left to offer")

// next is the ssh.ClientAuthCallback: one key after the other, agent first.
func (l *login) next(c *ssh.ClientAuthContext) (ssh.AuthMethod, error) {
	l.allowed = c.AllowedMethods
	l.partial = len(c.PartialSuccessMethods) > 0
	if !slices.Contains(c.AllowedMethods, "publickey") {
		return nil, errNoMoreKeys
	}
	if !l.loaded {
		l.loaded = true
		l.load()
	}
	if len(l.left) == 0 {
		return nil, errNoMoreKeys
	}
	o := l.left[0]
	l.left = l.left[1:]
	l.offered = append(l.offered, o.String())
	return ssh.PublicKeys(&watchedSigner{offer: o, login: l}), nil
}

func (o offer) String() string {
	pub := o.signer.PublicKey()
	return fmt.Sprintf("%s (%s %s)", words([]byte(o.from)), pub.Type(), ssh.FingerprintSHA256(pub))
}

// load makes the list in ssh's order: keys that are both named and in the
// agent, other keys of the agent, then files; encrypted files last, since each
// is a question to a person.
func (l *login) load() {
	if l.target.token != "" {
		l.skipped = append(l.skipped, fmt.Sprintf("PKCS11Provider %s: the keys of tokens (ssh-add -s gives them to the agent, --ssh-command ssh uses them)", l.target.token))
	}
	var all []*keyFile
	var named []ssh.PublicKey
	for _, path := range l.target.Identities {
		f := l.keys.load(path)
		if all = append(all, f); f.public != nil {
			named = append(named, f.public)
		}
	}
	certs := l.certificates()
	offers := l.fromAgent(named)
	var locked []offer
	for _, f := range all {
		switch {
		case f.public != nil && holds(offers, f.public):
		case f.err != nil:
			if l.target.identified || !isNotExist(f.err) {
				l.skipped = append(l.skipped, fmt.Sprintf("%s: %v", f.path, f.err))
			}
		case f.pem == nil:
			offers = append(offers, offer{f.signer, f.path})
		default:
			locked = append(locked, offer{&lockedSigner{f, l.unlock}, f.path})
		}
	}
	for _, o := range append(offers, locked...) {
		l.left = append(l.left, withCertificates(o, certs)...)
	}
}

func holds(offers []offer, k ssh.PublicKey) bool {
	return slices.ContainsFunc(offers, func(o offer) bool { return samePublic(o.signer.PublicKey(), k) })
}

// certificates reads CertificateFile and the certificates beside the keys.
func (l *login) certificates() []*ssh.Certificate {
	var certs []*ssh.Certificate
	paths := slices.Clone(l.target.Certificates)
	for _, p := range l.target.Identities {
		paths = append(paths, p+"-cert.pub")
	}
	for i, p := range paths {
		pub, err := readPublicKey(p)
		cert, ok := pub.(*ssh.Certificate)
		switch {
		case ok && cert.CertType == ssh.UserCert:
			certs = append(certs, cert)
		case err == nil:
			l.skipped = append(l.skipped, p+": it is not a user's certificate")
		case i < len(l.target.Certificates) || !isNotExist(err):
			l.skipped = append(l.skipped, fmt.Sprintf("%s: %v", p, err))
		}
	}
	return certs
}

// withCertificates puts the certificates of a key before the key.
func withCertificates(o offer, certs []*ssh.Certificate) []offer {
	var out []offer
	for _, c := range certs {
		if samePublic(c.Key, o.signer.PublicKey()) {
			if s, err := ssh.NewCertSigner(c, o.signer); err == nil {
				out = append(out, offer{s, o.from + " with certificate " + c.KeyId})
			}
		}
	}
	return append(out, o)
}

// fromAgent are the agent's keys, those first that the configuration names.
func (l *login) fromAgent(named []ssh.PublicKey) []offer {
	if l.target.Agent == "" {
		return nil
	}
	var d net.Dialer
	conn, err := d.DialContext(l.ctx, "unix", l.target.Agent)
	if err != nil {
		l.skipped = append(l.skipped, fmt.Sprintf("ssh-agent: %v", err))
		return nil
	}
	stop := context.AfterFunc(l.ctx, func() { conn.Close() })
	l.close = func() {
		stop()
		conn.Close()
	}
	signers, err := agent.NewClient(conn).Signers()
	if err != nil {
		l.skipped = append(l.skipped, fmt.Sprintf("ssh-agent at %s: %v", l.target.Agent, err))
		return nil
	}
	var first, others []offer
	for _, s := range signers {
		o := offer{s, "ssh-agent"}
		if k, ok := s.PublicKey().(*agent.Key); ok && k.Comment != "" {
			o.from += ": " + k.Comment
		}
		if slices.ContainsFunc(named, func(k ssh.PublicKey) bool { return samePublic(plain(k), plain(s.PublicKey())) }) {
			first = append(first, o)
		} else if !l.target.IdentitiesOnly {
			others = append(others, o)
		}
	}
	return append(first, others...)
}

func (l *login) unlock(f *keyFile) (ssh.Signer, error) {
	defer l.pause()()
	return l.keys.unlock(l.ctx, f)
}

// explain is the error of a login that the server refused.
func (l *login) explain(err error) *Error {
	t := l.target
	e := &Error{Kind: Authentication, Host: t.Name, Op: fmt.Sprintf("log in as %s at %s", t.User, t.Address())}
	if l.signErr != nil && l.failed != nil {
		e.Err = fmt.Errorf("the server accepts the key %s, but: %w", l.failed, l.signErr)
		if errors.Is(l.signErr, errNobodyToAsk) {
			e.Kind = EncryptedKey
			e.Hint = "unlock it once: " + shell.Join("ssh-add", l.failed.from)
		}
		return e
	}
	var b strings.Builder
	fmt.Fprintf(&b, "the server takes %s", words([]byte(strings.Join(l.allowed, ", "))))
	switch {
	case l.partial:
		fmt.Fprintf(&b, " in addition to a key")
		e.Hint = "use the installed ssh for this: --ssh-command ssh"
	case !slices.Contains(l.allowed, "publickey"):
		fmt.Fprintf(&b, ", but no keys, and keys are all there is here")
		e.Hint = "use the installed ssh for this: --ssh-command ssh"
	case len(l.offered) == 0:
		fmt.Fprintf(&b, "; there is no key to offer")
		e.Hint = "load a key into ssh-agent (ssh-add), or name one with IdentityFile in ssh_config"
	default:
		fmt.Fprintf(&b, " and refused %s", strings.Join(l.offered, ", "))
		e.Hint = fmt.Sprintf("the public key belongs into ~%s/.ssh/authorized_keys on the host: ssh-copy-id", t.User)
	}
	if len(l.skipped) > 0 {
		fmt.Fprintf(&b, "; not offered: %s", words([]byte(strings.Join(l.skipped, ", "))))
	}
	if !errors.Is(err, errNoMoreKeys) {
		fmt.Fprintf(&b, ": %s", words([]byte(err.Error())))
		if strings.Contains(strings.ToLower(err.Error()), "too many authentication failures") {
			e.Hint = "the agent holds more keys than the server lets try; name the right one with IdentityFile and IdentitiesOnly yes in ssh_config"
		}
	}
	e.Err = errors.New(b.String())
	return e
}

// watchedSigner notes that the server wanted a key, and whether it signed.
type watchedSigner struct {
	offer
	login *login
}

func (w *watchedSigner) PublicKey() ssh.PublicKey { return w.signer.PublicKey() }

func (w *watchedSigner) Sign(rand io.Reader, data []byte) (*ssh.Signature, error) {
	return w.SignWithAlgorithm(rand, data, "")
}

func (w *watchedSigner) SignWithAlgorithm(rand io.Reader, data []byte, algorithm string) (*ssh.Signature, error) {
	resume := w.login.pause() // an agent may ask its user, too
	defer resume()
	sig, err := signWith(w.signer, rand, data, algorithm)
	w.login.failed, w.login.signErr = &w.offer, err
	return sig, err
}

func samePublic(a, b ssh.PublicKey) bool { return bytes.Equal(a.Marshal(), b.Marshal()) }

// plain is the key that a certificate certifies, or the key itself.
func plain(k ssh.PublicKey) ssh.PublicKey {
	if held, ok := k.(*agent.Key); ok {
		parsed, err := ssh.ParsePublicKey(held.Blob)
		if err != nil {
			return k
		}
		k = parsed
	}
	if c, ok := k.(*ssh.Certificate); ok {
		return c.Key
	}
	return k
}
