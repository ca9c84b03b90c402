//go:build !linux

package ssh

import "net"

// acknowledgeQuickly is for Linux only.
func acknowledgeQuickly(conn net.Conn) net.Conn { return conn }
