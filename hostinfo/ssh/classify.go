package ssh

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/crypto/ssh"
)

// kindOf is the kind of the outermost Error in err, or ConnectionLost.
func kindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ConnectionLost
}

// kindOfContext is Timeout for a deadline; a cancelled context has no kind of its own.
func kindOfContext(err error) Kind {
	if errors.Is(err, context.DeadlineExceeded) {
		return Timeout
	}
	return Cancelled
}

func isNotExist(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// explainNetwork names the reason for which no connection came about, be it our
// own kernel that says so or the jump host.
func explainNetwork(t *Target, op string, err error) *Error {
	e := &Error{Kind: Unreachable, Host: t.Name, Op: op, Err: err}
	var dns *net.DNSError
	var open *ssh.OpenChannelError
	switch {
	case errors.As(err, &open):
		explainJump(t, e, open)
	case errors.As(err, &dns):
		e.Kind = DNS
		e.Err = fmt.Errorf("look up %s: %s", t.Host, dns.Err)
		e.Hint = "is the name spelled right, and is it an alias that ssh_config should know?"
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Kind, e.Err = Refused, syscall.ECONNREFUSED
		e.Hint = "the host is up, but nothing listens on that port: is sshd running, and on which port?"
	case errors.Is(err, syscall.ETIMEDOUT):
		e.Kind, e.Err = Timeout, syscall.ETIMEDOUT
	case errors.Is(err, syscall.ECONNRESET):
		e.Err, e.dropped = syscall.ECONNRESET, true
	default:
		var sys syscall.Errno
		if errors.As(err, &sys) {
			e.Err = sys
		}
	}
	return e
}

// explainJump reads the words with which the jump host's sshd refused to
// connect; the protocol has no codes for them.
func explainJump(t *Target, e *Error, open *ssh.OpenChannelError) {
	said := words([]byte(open.Message))
	e.Err = fmt.Errorf("the jump host %s says: %s", t.Jump.Name, said)
	low := strings.ToLower(said)
	switch {
	case open.Reason == ssh.Prohibited:
		e.Kind = ForwardingForbidden
		e.Hint = "its sshd needs AllowTcpForwarding yes (or local)"
	case strings.Contains(low, "refused"):
		e.Kind = Refused
	case strings.Contains(low, "timed out"):
		e.Kind = Timeout
	case strings.Contains(low, "name or service"), strings.Contains(low, "resol"):
		e.Kind = DNS
	}
}

// explainBeforeLogin is for a peer that hung up, or talked about something
// else, before it came to keys.
func explainBeforeLogin(t *Target, err error) *Error {
	e := &Error{Kind: NotSSH, Host: t.Name, Op: "exchange keys with " + t.Address()}
	// The last one is what a reader gets when the writer beside it met the others.
	if slices.ContainsFunc([]error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE, net.ErrClosed}, func(is error) bool { return errors.Is(err, is) }) {
		e.Err, e.dropped = errors.New("the connection was closed before the login"), true
		e.Hint = "sshd drops connections in this way when there are too many at once (MaxStartups, PerSourcePenalties in sshd_config); otherwise its log says why"
		return e
	}
	e.Err = errors.New(words([]byte(err.Error())))
	e.Hint = "is it an SSH server that listens there?"
	return e
}

// sshSays finds the kind of error in what OpenSSH's client wrote.
func sshSays(stderr string) Kind {
	for _, k := range []struct {
		words string
		kind  Kind
	}{
		{"REMOTE HOST IDENTIFICATION HAS CHANGED", ChangedHostKey},
		{"REVOKED HOST KEY", RevokedHostKey},
		{"Host key verification failed", UnknownHost},
		{"Permission denied (", Authentication},
		{"Too many authentication failures", Authentication},
		{"Connection refused", Refused},
		{"timed out", Timeout},
		{"Could not resolve hostname", DNS},
		{"No route to host", Unreachable},
		{"Network is unreachable", Unreachable},
		{"no matching", NoCommonAlgorithm},
		{"kex_exchange_identification", NotSSH},
	} {
		if strings.Contains(stderr, k.words) {
			return k.kind
		}
	}
	return ConnectionLost
}
