package act

import "migcheck/hostinfo/libvirt/client"

// Way is the connections to both hosts.
type Way struct {
	From, To *client.Conn
	// Unconfirmed is closed where libvirt's call must not be awaited; nil if that
	// can't be told.
	Unconfirmed <-chan struct{}
}
