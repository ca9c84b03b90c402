package ssh

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
)

// Socket is a Unix socket on a host.
type Socket struct {
	// Paths are where it may be; the first that answers is taken.
	Paths []string
	// URI is libvirt's name for what listens there ("qemu:///system"), for
	// virt-ssh-helper, which is preferred to nc if sshd forwards no sockets.
	// Empty if it is not libvirt.
	URI string
	// Direct goes through sshd or not at all: no program is started on the host.
	Direct bool
	// ReadOnly makes virt-ssh-helper connect to the read-only socket.
	ReadOnly bool
}

// DialUnix opens a stream to a socket on the host: through sshd itself, or,
// where it forwards no sockets, through virt-ssh-helper or nc -U in a session.
// It is one of the connection's channels and has no deadlines; close it to end
// a Read. Errors are *Error, of the kinds NoSocket, SocketDenied,
// ForwardingForbidden and those of a connection.
func (c *Client) DialUnix(ctx context.Context, s Socket) (net.Conn, error) {
	conn, _, err := c.dialSocket(ctx, s)
	return conn, err
}

// dialSocket also says by what way the stream goes.
func (c *Client) dialSocket(ctx context.Context, s Socket) (net.Conn, string, error) {
	op := "connect to " + strings.Join(s.Paths, " or ")
	if err := s.valid(); err != nil {
		return nil, "", &Error{Kind: BadDestination, Host: c.name, Op: op, Err: err}
	}
	var refused error
	for _, path := range s.Paths {
		conn, err := c.link.dialUnix(ctx, path)
		if err == nil {
			return conn, "sshd " + path, nil
		}
		if !errors.Is(err, errNoForwarding) {
			return nil, "", c.explain(op, err, nil)
		}
		refused = err
	}
	if s.Direct {
		return nil, "", &Error{Kind: ForwardingForbidden, Host: c.name, Op: op, Err: refused}
	}
	conn, via, err := c.bridge(ctx, s)
	if err != nil {
		var e *Error
		if errors.As(err, &e) {
			return nil, "", err
		}
		return nil, "", c.explain(op, fmt.Errorf("%w; %w", refused, err), nil)
	}
	return conn, via, nil
}

// Missing is the error of a socket that is not there on a host.
func (s Socket) Missing(host string) *Error {
	e := &Error{Kind: NoSocket, Host: host, Op: "connect to " + strings.Join(s.Paths, " or "), Err: errors.New("there is no such socket")}
	if s.URI != "" {
		e.Hint = "is libvirt installed there, and its socket unit active? systemctl status virtqemud.socket libvirtd.socket"
	}
	return e
}

func (s *Socket) valid() error {
	if len(s.Paths) == 0 {
		return errors.New("no path is given")
	}
	for _, p := range s.Paths {
		if !strings.HasPrefix(p, "/") || len(p) > 107 || strings.ContainsAny(p, "\x00\r\n") {
			return fmt.Errorf("%q is not the path of a socket", p)
		}
	}
	if strings.HasPrefix(s.URI, "-") || strings.ContainsAny(s.URI, "\x00\r\n") {
		return fmt.Errorf("%q is not a URI", s.URI)
	}
	return nil
}
