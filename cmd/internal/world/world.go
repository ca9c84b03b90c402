// Package world is where commands get their facts: from live hosts or from a
// snapshot. It reads and never judges or changes anything.
package world

import (
	"context"
	"errors"

	"migcheck/hostinfo"
	"migcheck/hostinfo/libvirt"
)

// Local is the name of this machine.
const Local = "local"

// ErrNoGuest is what errors.Is finds where a host does not have the guest.
var ErrNoGuest = errors.New("no such guest")

// World is a set of hosts that can be asked.
type World interface {
	// Host is everything that was learned about a host. It is never nil: a host
	// that was not reached is a Host full of gaps. The error is for names that no
	// host can have.
	Host(ctx context.Context, name string) (*hostinfo.Host, error)
	// Guest reads one guest on a host by name, UUID or id.
	Guest(ctx context.Context, host, ref string) (*Guest, error)
	// Rest is what a guest is beside its NICs, as its host tells it, and Fit what
	// another host says of its coming there. Neither is ever nil, nor asked of
	// anybody but for this.
	Rest(ctx context.Context, host string, g *Guest) *hostinfo.Rest
	Fit(ctx context.Context, host string, g *Guest, rest *hostinfo.Rest) *hostinfo.Fit
	// Census is Host together with all of the host's guests, sorted by name. It
	// keeps no XML. Live hosts must have been opened for it; see Options.Census.
	Census(ctx context.Context, name string) (*hostinfo.Host, []*hostinfo.Guest, error)
	// Leave ends what is open to a host, and forgets what it said.
	Leave(name string)
	// GuestNames are the guests of a host, for suggestions and snapshots.
	GuestNames(ctx context.Context, host string) ([]string, error)
	// Locate says where a guest is when nobody said where: every place that has
	// it, as far as it could be asked.
	Locate(ctx context.Context, ref string) ([]Place, error)
	// Refresh asks the hosts of these names again, over the connections that are
	// open: Host then gives what they say now. Hosts of which nobody has asked
	// yet are left alone.
	Refresh(ctx context.Context, names []string)
	// Hear calls tell, from now on and until ctx ends, with the name of each host
	// whose facts came from an agent that says that they have changed since, or
	// that ends. Hosts without an agent say nothing. It is called again after each
	// Refresh, and never during one.
	Hear(ctx context.Context, names []string, tell func(host string))
	// Route says how a host was reached, after Host has. It is empty where nobody
	// was asked.
	Route(ctx context.Context, name string) Route
	// HostNames are the hosts that are known by name, for suggestions.
	HostNames() []string
	Close()
}

// Guest is a guest with the XML that it was read from.
type Guest struct {
	*hostinfo.Guest
	XML libvirt.Views
}

// Place is a host that has a guest.
type Place struct {
	Host  string
	State hostinfo.DomainState
}

// Route is how a host was reached, for people who want to know what is wrong
// with it.
type Route struct {
	// SSH is the whole way ("sam@10.0.0.12:22 through gate:22"); empty if the
	// host is this machine.
	SSH string
	// Login is the user who logged in; empty if that is not known.
	Login string
	// Sudo says that the devices were read as root by sudo, or were to be.
	Sudo bool
	// Agent is why the host's agent was not asked although one was known of;
	// empty if there is none, or if it was.
	Agent string
	// Libvirt is by what way libvirt's socket was reached over SSH ("sshd
	// /run/libvirt/libvirt-sock", "virt-ssh-helper", "nc"); empty if it was not.
	Libvirt string
	// ReadOnly is why libvirt may only be read over SSH; empty if it may be
	// written or was not reached.
	ReadOnly string
}
