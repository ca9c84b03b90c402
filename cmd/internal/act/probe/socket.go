package probe

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net"

	"migcheck/hostinfo/probe"
)

// The second socket of a host with an agent: who connects there talks to a
// program like that of [Serve], which may do no more than [Allowed] says.
const (
	// Socket is where it is.
	Socket = "/run/migcheck/probe.sock"
	// Group is the group whose members may connect.
	Group = "migcheck-probe"
	// List is where the administrator lists devices.
	List = "/etc/migcheck/probe-devices"
	// ListedVerb is the hidden command that systemd starts for each who connects.
	ListedVerb = "probe-listed"
)

// ErrSocket is returned by [Start] where a user who is not root may send frames by
// the host's second socket: connect there, and go on with [Over].
var ErrSocket = errors.New("frames are sent by the host's own socket")

// Over is a device on a host, with the program that is at the other end of a
// connection to the second socket.
func Over(host string, conn net.Conn) *End {
	return newEnd(host, &Program{
		In: halfClosed{conn}, Out: conn,
		Kill: func() { _ = conn.Close() },
		Wait: func() (int, []byte, error) {
			_, _ = io.Copy(io.Discard, conn) // until the program has ended
			return 0, nil, errors.Join(errEnded, conn.Close())
		},
	})
}

var errEnded = errors.New("the program behind " + Socket + " has ended: it ran for too long, too many were connected, or somebody ended it")

// halfClosed is a connection of which Close ends what is written alone, where it
// can.
type halfClosed struct{ net.Conn }

func (h halfClosed) Close() error {
	if c, ok := h.Conn.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return h.Conn.Close()
}

// Knock sees that there is a program behind a connection to the second socket. It
// ends the connection.
func Knock(ctx context.Context, conn net.Conn) error {
	e := Over("this machine", conn)
	defer e.Close()
	_, err := e.ask(ctx, &probe.Order{Do: probe.Await}) // of no device
	if _, refused := errors.AsType[*probe.Trouble](err); refused {
		return nil
	}
	return cmp.Or(err, errors.New("what answers on "+Socket+" is another program"))
}
