//go:build !cgo || !libvirt_dlopen

package act

import (
	"context"
	"errors"

	"migcheck/hostinfo/libvirt/client"
	"migcheck/preflight"
)

var errNoClient = errors.New("this migcheck was built without a libvirt client: it can't migrate")

// Define returns an error: this build has no libvirt client.
func Define(context.Context, *client.Conn, string) (Definitions, error) {
	return Definitions{}, errNoClient
}

// Migrate returns an error: this build has no libvirt client.
func Migrate(context.Context, Way, *preflight.Clearance, Order, func(Progress)) (Stats, error) {
	return Stats{}, errNoClient
}

// Look knows nothing: this build has no libvirt client.
func Look(_ context.Context, _ *client.Conn, host, _ string) Place {
	return Place{Host: host, Why: errNoClient.Error()}
}

// Autostart returns an error: this build has no libvirt client.
func Autostart(context.Context, *client.Conn, string, bool) error { return errNoClient }
