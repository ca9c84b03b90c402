package client

import (
	"errors"
	"os"
	"time"
)

// Options say which daemon to ask and how.
type Options struct {
	// URI is libvirt's connection URI. Empty is the environment's
	// LIBVIRT_DEFAULT_URI or else qemu:///system; never a session daemon, which
	// libvirt would start for the question.
	URI string
	// Host is how errors name the host; empty leaves it out.
	Host string
	// ReadOnly asks for a read-only connection at once. It gives everything but
	// the migratable view.
	ReadOnly bool
	// KeepAlive is the time between two probes of a quiet connection; three
	// unanswered ones end it. 0 is 10 s, a negative value sends none.
	KeepAlive time.Duration
}

// DefaultURI is asked where neither Options nor the environment name one.
const DefaultURI = "qemu:///system"

// ErrNoGuest is what errors.Is finds in the error of a guest that the daemon
// does not have.
var ErrNoGuest = errors.New("no such guest")

// ErrNoClient is what errors.Is finds in the error of Open where the program
// was built without a libvirt client or the machine lacks libvirt's library.
var ErrNoClient = errors.New("no libvirt client")

// ErrClosed is returned for questions after Close.
var ErrClosed = errors.New("the libvirt connection is closed")

// uri is the URI to ask.
func (o Options) uri() string {
	if o.URI != "" {
		return o.URI
	}
	if env := os.Getenv("LIBVIRT_DEFAULT_URI"); env != "" {
		return env
	}
	return DefaultURI
}
