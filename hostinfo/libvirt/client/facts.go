//go:build cgo && libvirt_dlopen

package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	golibvirt "libvirt.org/go/libvirt"

	"migcheck/hostinfo"
	"migcheck/hostinfo/libvirt"
)

// Facts fills a host's Libvirt, UUID, Networks, NWFilters and Domains from the
// daemon. What the daemon does not say becomes a gap with the daemon's own words:
// FactLibvirt, FactNetworks, FactNWFilters or FactDomains. The questions are asked side by
// side: capabilities can take a daemon seconds, the first time.
func (c *Conn) Facts(ctx context.Context, h *hostinfo.Host) { c.facts(ctx, h, c.domains) }

func (c *Conn) facts(ctx context.Context, h *hostinfo.Host, domains func(context.Context) func(*hostinfo.Host)) {
	ask := []func(context.Context) func(*hostinfo.Host){c.daemon, c.hostUUID, c.networks, c.nwfilters, domains}
	fill := make([]func(*hostinfo.Host), len(ask))
	var all sync.WaitGroup
	for i := range ask {
		all.Go(func() { fill[i] = ask[i](ctx) })
	}
	all.Wait()
	for _, f := range fill {
		f(h)
	}
}

// gap is an answer that did not come.
func gap(f hostinfo.Fact, err error) func(*hostinfo.Host) {
	return func(h *hostinfo.Host) { h.AddGap(f, "", "libvirt: "+err.Error()) }
}

// daemon asks what the daemon is, once: a connection does not outlive it.
func (c *Conn) daemon(ctx context.Context) func(*hostinfo.Host) {
	l, err := c.about.once(func() (hostinfo.Libvirt, error) { return c.askDaemon(ctx) })
	if err != nil {
		return gap(hostinfo.FactLibvirt, err)
	}
	l.ReadOnly = c.ReadOnly()
	return func(h *hostinfo.Host) { h.Libvirt = &l }
}

func (c *Conn) askDaemon(ctx context.Context) (hostinfo.Libvirt, error) {
	return call(ctx, c, "ask its URI and version", func(conn *golibvirt.Connect) (l hostinfo.Libvirt, err error) {
		if l.URI, err = conn.GetURI(); err != nil {
			return l, err
		}
		l.URI = publicURI(l.URI)
		// The rest is for people and for the way there; drivers may have none of it.
		l.Hostname, _ = conn.GetHostname()
		if v, err := conn.GetLibVersion(); err == nil {
			l.Version = version(v)
		}
		if v, err := conn.GetVersion(); err == nil {
			l.Hypervisor = version(v)
		}
		return l, nil
	})
}

// hostUUID asks for the host's UUID, once: the daemon reads it when it starts.
func (c *Conn) hostUUID(ctx context.Context) func(*hostinfo.Host) {
	uuid, err := c.uuid.once(func() (string, error) {
		return call(ctx, c, "ask its host UUID", func(conn *golibvirt.Connect) (string, error) {
			caps, err := conn.GetCapabilities()
			if err != nil {
				return "", err
			}
			return libvirt.ParseHostUUID([]byte(caps))
		})
	})
	if errors.Is(err, libvirt.ErrNoHostUUID) && isTest(c.opts.uri()) {
		return func(*hostinfo.Host) {}
	}
	if err != nil {
		return gap(hostinfo.FactLibvirt, err)
	}
	return func(h *hostinfo.Host) { h.UUID = uuid }
}

// isTest says whether a URI is of libvirt's test driver, whose host is made up
// and has no UUID.
func isTest(uri string) bool { return strings.HasPrefix(uri, "test:") }

// version prints libvirt's major*1,000,000 + minor*1,000 + release; empty for
// 0, which drivers without a version give.
func version(v uint32) string {
	if v == 0 {
		return ""
	}
	return fmt.Sprintf("%d.%d.%d", v/1_000_000, v/1_000%1_000, v%1_000)
}

func (c *Conn) networks(ctx context.Context) func(*hostinfo.Host) {
	type answer struct {
		networks []hostinfo.Network
		errs     []error
	}
	a, err := call(ctx, c, "list networks", func(conn *golibvirt.Connect) (a answer, err error) {
		list, err := conn.ListAllNetworks(0)
		if err != nil {
			return a, err
		}
		defer func() {
			for i := range list {
				_ = list[i].Free()
			}
		}()
		if len(list) == 0 {
			return a, nil
		}
		active, err := activeNetworks(conn)
		if err != nil {
			return a, err
		}
		for i := range list {
			if ctx.Err() != nil {
				return a, context.Cause(ctx)
			}
			n, err := readNetwork(&list[i], active)
			switch {
			case errors.Is(err, golibvirt.ERR_NO_NETWORK):
				// It went away since the list was made.
			case err != nil:
				a.errs = append(a.errs, err)
			default:
				a.networks = append(a.networks, *n)
			}
		}
		return a, nil
	})
	if err != nil {
		return gap(hostinfo.FactNetworks, err)
	}
	slices.SortFunc(a.networks, func(x, y hostinfo.Network) int { return strings.Compare(x.Name, y.Name) })
	return func(h *hostinfo.Host) {
		h.Networks = a.networks
		for _, err := range a.errs {
			gap(hostinfo.FactNetworks, err)(h)
		}
	}
}

// activeNetworks are the names of those that are.
func activeNetworks(conn *golibvirt.Connect) (map[string]bool, error) {
	list, err := conn.ListAllNetworks(golibvirt.CONNECT_LIST_NETWORKS_ACTIVE)
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for i := range list {
		if name, err := list[i].GetName(); err == nil {
			out[name] = true
		}
		_ = list[i].Free()
	}
	return out, nil
}

func readNetwork(net *golibvirt.Network, allActive map[string]bool) (*hostinfo.Network, error) {
	name, err := net.GetName()
	if err != nil {
		return nil, words(err)
	}
	active := allActive[name]
	text, err := net.GetXMLDesc(0)
	if err != nil {
		return nil, fmt.Errorf("network %q: %w", name, words(err))
	}
	n, err := libvirt.ParseNetwork([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("network %q: %w", name, err)
	}
	n.Active = hostinfo.TriOf(active)
	for i := range n.Devices {
		// libvirt leaves the count of an unused device out.
		if active && n.Devices[i].Connections < 0 {
			n.Devices[i].Connections = 0
		}
	}
	return n, nil
}
