package ssh

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// Kind says what went wrong, for errors.Is: errors.Is(err, ssh.Timeout).
type Kind string

// Error is the kind in words.
func (k Kind) Error() string { return string(k) }

// The kinds of errors of this package.
const (
	BadDestination      Kind = "not a destination"                       // the name of the host is none that can be dialled
	BadConfig           Kind = "configuration cannot be read"            // ssh_config, known_hosts or --ssh-command
	Unsupported         Kind = "configuration is not supported"          // an option that only the user's own ssh understands
	DNS                 Kind = "name does not resolve"                   //
	Refused             Kind = "connection refused"                      //
	Unreachable         Kind = "host is unreachable"                     // no route, or a firewall said so
	Timeout             Kind = "timed out"                               // connecting, key exchange and login took longer than the connect time-out
	NotSSH              Kind = "no SSH server answers"                   // garbage, or the connection was closed before the login
	NoCommonAlgorithm   Kind = "no common algorithm"                     // for anything but the host key
	UnknownHost         Kind = "host key is not known"                   // known_hosts has no key for it
	ChangedHostKey      Kind = "host key has changed"                    // known_hosts has another key of this type
	RevokedHostKey      Kind = "host key is revoked"                     // @revoked in known_hosts
	HostKeyType         Kind = "host key is of another type"             // known_hosts has only types that the server does not offer
	HostCertificate     Kind = "host certificate is not valid"           // expired, or for another name
	Authentication      Kind = "login refused"                           // no key was accepted
	EncryptedKey        Kind = "key is encrypted"                        // the server accepts it, but nobody can be asked for its passphrase
	ForwardingForbidden Kind = "forwarding is forbidden"                 // by sshd, and nothing on the host can stand in for it
	NoSocket            Kind = "no such socket"                          // none of the Unix sockets is there
	SocketDenied        Kind = "no permission for the socket"            // it is there, but the user may not write to it
	ConnectionLost      Kind = "connection lost"                         // after the login
	CommandNotRun       Kind = "command was not run"                     // the host refused to run anything
	Cancelled           Kind = "given up"                                // the caller's context ended
	LocalSocket         Kind = "private socket on this machine not made" // or not used in the way that it must
)

// Error is one thing that went wrong on the way to one host.
type Error struct {
	Kind Kind
	Host string // as the user named it
	Op   string // what was attempted ("connect to 10.0.0.2:22"), after the host's name
	Err  error  // the cause, with the words of the tool that gave it; may be nil
	Hint string // what the user can do, possibly several lines; may be empty. Printed on a line of its own

	dropped bool // before the login, and another attempt may fare better
}

// Error is the host, what was attempted and the cause, on one line and without the hint.
func (e *Error) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("%s: %s: %s", e.Host, e.Op, e.Kind)
	}
	return fmt.Sprintf("%s: %s: %v", e.Host, e.Op, e.Err)
}

// Unwrap gives errors.Is both the Kind and the cause.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

// Hint is the hint of the outermost Error in err that has one, or "".
func Hint(err error) string {
	var e *Error
	if !errors.As(err, &e) {
		return ""
	}
	if e.Hint == "" {
		return Hint(e.Err)
	}
	return e.Hint
}

// maxWords bounds what is quoted of another program's words.
const maxWords = 600

// words makes what another machine or program wrote fit for one line: the
// first lines that say something, joined, without control characters and cut.
func words(b []byte) string {
	if len(b) > 16*maxWords {
		b = b[:16*maxWords]
	}
	var lines []string
	n := 0
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(strings.Map(printable, line))
		if line == "" {
			continue
		}
		if left := maxWords - n; len(line) > left {
			lines = append(lines, strings.ToValidUTF8(line[:left], "")+"...")
			break
		}
		n += len(line)
		lines = append(lines, line)
	}
	return strings.Join(lines, "; ")
}

// printable maps what a terminal could take for an order to a question mark.
func printable(r rune) rune {
	switch {
	case r == '\n' || r == '\r' || r == '\t':
		return ' '
	case !unicode.IsGraphic(r) || unicode.Is(unicode.Bidi_Control, r):
		return '?'
	}
	return r
}
