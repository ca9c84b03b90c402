package ssh

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/skeema/knownhosts"
	"golang.org/x/crypto/ssh"
	xknownhosts "golang.org/x/crypto/ssh/knownhosts"
)

// keyFiles are known_hosts files that have been read, by their names.
type keyFiles struct {
	mu   sync.Mutex
	read map[string]*hostKeys
}

type hostKeys struct {
	db    *knownhosts.HostKeyDB
	files []string // those that are there
	cased spellings
	err   error
}

// load reads known_hosts files, once. Files that are not there are left out, as
// ssh does; a line that cannot be read is an error that names it, since it
// might be the one that revokes a key.
func (k *keyFiles) load(files []string) *hostKeys {
	k.mu.Lock()
	defer k.mu.Unlock()
	id := strings.Join(files, "\x00")
	if h := k.read[id]; h != nil {
		return h
	}
	h := &hostKeys{}
	for _, f := range files {
		if _, err := os.Stat(f); !errors.Is(err, fs.ErrNotExist) {
			h.files = append(h.files, f)
		}
	}
	h.db, h.err = knownhosts.NewDB(h.files...)
	h.cased = spellingsIn(h.files)
	if k.read == nil {
		k.read = map[string]*hostKeys{}
	}
	k.read[id] = h
	return h
}

// hostKeyCheck is what known_hosts says about one host, and what came of it.
type hostKeyCheck struct {
	*hostKeys
	target *Target
	name   string                // under which the host was found: with its port or without
	known  []string              // the algorithms of its keys, in their order
	loose  bool                  // they are those of another port
	failed atomic.Pointer[Error] // why the offered key was not accepted
}

// unknownOrder are the key types that are asked from a host that is not known:
// ssh's own order, so that the fingerprint shown is the one that ssh shows.
var unknownOrder = []string{
	ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521,
	ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256,
}

// newHostKeyCheck looks the host up. Like ssh it takes the key of an entry
// without a port for a host on another port, if there is none with the port; but
// a different key there is another server, and no sign of an attack. A file of hashed
// names costs a hash a line, so that it is searched no more often than needed.
func newHostKeyCheck(t *Target, keys *hostKeys) *hostKeyCheck {
	h := &hostKeyCheck{hostKeys: keys, target: t, name: t.keyName()}
	if h.find(h.name) {
		return h
	}
	if host, port, err := net.SplitHostPort(h.name); err == nil && port != "22" {
		h.loose = h.find(net.JoinHostPort(host, "22"))
	}
	return h
}

// find says whether there is a key under the name, in whatever case it is written.
func (h *hostKeyCheck) find(name string) bool {
	for _, n := range []string{name, h.cased.of(name)} {
		if h.known = h.db.HostKeyAlgorithms(n); len(h.known) > 0 {
			h.name = n
			return true
		}
	}
	return false
}

// algorithms are what to ask the server for. Without this order the library
// asks for ECDSA first and then takes a host with another kind of key in
// known_hosts for an attacker.
func (h *hostKeyCheck) algorithms() []string {
	if len(h.known) == 0 {
		return unknownOrder
	}
	supported := ssh.SupportedAlgorithms().HostKeys
	asked := slices.DeleteFunc(slices.Clone(h.known), func(a string) bool { return !slices.Contains(supported, a) })
	if slices.ContainsFunc(h.known, forCertificates) {
		// The library means the authority's own type, which is not the hosts'.
		certificates := slices.DeleteFunc(supported, func(a string) bool { return !forCertificates(a) })
		asked = append(certificates, slices.DeleteFunc(asked, forCertificates)...)
	}
	switch {
	case h.loose:
		for _, a := range unknownOrder {
			if !slices.Contains(asked, a) {
				asked = append(asked, a)
			}
		}
	case len(asked) == 0:
		return h.known // an empty list would ask for anything
	}
	return asked
}

func forCertificates(algorithm string) bool { return strings.Contains(algorithm, "-cert-v01@") }

// check is the ssh.HostKeyCallback.
func (h *hostKeyCheck) check(_ string, remote net.Addr, key ssh.PublicKey) error {
	if _, ok := remote.(*net.TCPAddr); !ok {
		remote = &net.TCPAddr{IP: net.IPv4zero} // behind a jump host; the name decides
	}
	err := h.db.HostKeyCallback()(h.name, remote, key)
	if err == nil {
		return nil
	}
	e := h.explain(key, err)
	h.failed.Store(e)
	return e
}

func (h *hostKeyCheck) explain(key ssh.PublicKey, err error) *Error {
	t := h.target
	e := &Error{Kind: UnknownHost, Host: t.Name, Op: "check the host key of " + t.Address()}
	offered := fmt.Sprintf("%s %s", key.Type(), ssh.FingerprintSHA256(key))
	var revoked *xknownhosts.RevokedError
	var keyErr *xknownhosts.KeyError
	_, isCert := key.(*ssh.Certificate)
	switch {
	case errors.As(err, &revoked):
		e.Kind = RevokedHostKey
		e.Err = fmt.Errorf("%s is revoked by %s:%d", offered, revoked.Revoked.Filename, revoked.Revoked.Line)
	case errors.As(err, &keyErr) && len(keyErr.Want) > 0 && !h.loose:
		e.Kind = ChangedHostKey
		w := keyErr.Want[0]
		for _, k := range keyErr.Want {
			if k.Key.Type() == key.Type() {
				w = k
				break
			}
		}
		e.Err = fmt.Errorf("it offers %s, but %s:%d has %s %s", offered, w.Filename, w.Line, w.Key.Type(), ssh.FingerprintSHA256(w.Key))
		e.Hint = fmt.Sprintf("somebody may be listening in, or the host was installed anew; if its administrator confirms the new key, "+
			"remove line %d of %s and accept the new one: %s", w.Line, w.Filename, t.byHand)
	case isCert && len(h.known) > 0 && !h.loose:
		e.Kind = HostCertificate
		e.Err = fmt.Errorf("its certificate %s: %w", offered, err)
	default:
		e.Err = fmt.Errorf("it offers %s, which is not in %s", offered, h.places())
		e.Hint = "compare the fingerprint and accept the key once: " + t.byHand
	}
	return e
}

// mismatch explains that the server has no key of the known types.
func (h *hostKeyCheck) mismatch(n *ssh.AlgorithmNegotiationError) *Error {
	var have, authorities []string
	for _, k := range h.db.HostKeys(h.name) {
		switch {
		case k.Cert:
			authorities = append(authorities, k.Type())
		case !slices.Contains(have, k.Type()):
			have = append(have, k.Type())
		}
	}
	only := "keys of the types " + strings.Join(have, ", ")
	if len(have) == 0 {
		only = "the certificate authority " + strings.Join(authorities, ", ")
	}
	t := h.target
	return &Error{
		Kind: HostKeyType, Host: t.Name, Op: "check the host key of " + t.Address(),
		Err: fmt.Errorf("in %s it has only %s, but the server offers %s",
			h.places(), only, words([]byte(strings.Join(n.RequestedAlgorithms, ", ")))),
		Hint: "if its administrator confirms the new key, accept it once: " + t.byHand,
	}
}

// places are the files that were searched.
func (h *hostKeyCheck) places() string {
	if len(h.files) == 0 {
		return "any known_hosts file: there is none"
	}
	return strings.Join(h.files, ", ")
}
