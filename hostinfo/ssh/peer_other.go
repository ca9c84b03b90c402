//go:build !linux

package ssh

import (
	"errors"
	"net"
)

// ownPeer fails: only Linux tells whose the other end of a socket is.
func ownPeer(*net.UnixConn) error {
	return errors.New("sockets are forwarded on Linux only")
}
