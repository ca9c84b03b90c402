//go:build !cgo || !libvirt_dlopen

package client

import (
	"context"
	"fmt"

	"migcheck/hostinfo"
	"migcheck/hostinfo/libvirt"
)

// Available says whether this build can talk to libvirt at all.
const Available = false

// Conn is a connection that this build cannot make.
type Conn struct{}

// Open returns an *OpenError that wraps ErrNoClient.
func Open(_ context.Context, o Options) (*Conn, error) {
	return nil, &OpenError{URI: o.uri(), Host: o.Host, Err: errNoClient}
}

var errNoClient = fmt.Errorf("%w: this migcheck was "+noClientWords, ErrNoClient)

// Close does nothing.
func (*Conn) Close() error { return nil }

// ReadOnly returns false.
func (*Conn) ReadOnly() bool { return false }

// Facts notes that nothing of libvirt could be read.
func (*Conn) Facts(_ context.Context, h *hostinfo.Host) {
	for _, f := range []hostinfo.Fact{hostinfo.FactLibvirt, hostinfo.FactNetworks, hostinfo.FactNWFilters, hostinfo.FactDomains} {
		h.AddGap(f, "", "this migcheck was "+noClientWords)
	}
}

// Census notes the same and returns nil.
func (c *Conn) Census(ctx context.Context, h *hostinfo.Host, _ *Seen) []*hostinfo.Guest {
	c.Facts(ctx, h)
	return nil
}

// Guest returns an error that wraps ErrNoClient.
func (*Conn) Guest(context.Context, string) (*hostinfo.Guest, error) { return nil, errNoClient }

// GuestXML returns an error that wraps ErrNoClient.
func (*Conn) GuestXML(context.Context, string) (*hostinfo.Guest, libvirt.Views, error) {
	return nil, libvirt.Views{}, errNoClient
}

// GuestNames returns an error that wraps ErrNoClient.
func (*Conn) GuestNames(context.Context) ([]string, error) { return nil, errNoClient }

// FillRest notes that nothing of libvirt could be read.
func (*Conn) FillRest(_ context.Context, _ string, r *hostinfo.Rest) {
	for _, f := range []hostinfo.Fact{hostinfo.FactSnapshots, hostinfo.FactBlockJobs} {
		r.Gaps = append(r.Gaps, hostinfo.Gap{Fact: f, Reason: "this migcheck was " + noClientWords})
	}
}

// Fit notes the same.
func (*Conn) Fit(_ context.Context, uuid string, _ *hostinfo.Definition, _ *hostinfo.Rest) *hostinfo.Fit {
	return hostinfo.UnaskedFit(uuid, "this migcheck was "+noClientWords)
}
