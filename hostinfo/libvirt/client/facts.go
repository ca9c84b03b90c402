//go:build cgo && libvirt_dlopen

package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	golibvirt "libvirt.org/go/libvirt"

	"migcheck/hostinfo"
	"migcheck/hostinfo/libvirt"
)

// Facts fills a host's Libvirt, UUID, Networks and Domains from the daemon.
// What the daemon does not say becomes a gap with the daemon's own words:
// FactLibvirt, FactNetworks or FactDomains.
func (c *Conn) Facts(ctx context.Context, h *hostinfo.Host) {
	c.daemon(ctx, h)
	c.networks(ctx, h)
	c.domains(ctx, h)
}

func (c *Conn) daemon(ctx context.Context, h *hostinfo.Host) {
	type answer struct {
		libvirt hostinfo.Libvirt
		uuid    string
	}
	a, err := call(ctx, c, func(conn *golibvirt.Connect) (a answer, err error) {
		if a.libvirt.URI, err = conn.GetURI(); err != nil {
			return a, fmt.Errorf("ask its URI: %w", words(err))
		}
		// Both versions are for the report's reader; drivers may have neither.
		if v, err := conn.GetLibVersion(); err == nil {
			a.libvirt.Version = version(v)
		}
		if v, err := conn.GetVersion(); err == nil {
			a.libvirt.Hypervisor = version(v)
		}
		caps, err := conn.GetCapabilities()
		if err != nil {
			return a, fmt.Errorf("ask its capabilities: %w", words(err))
		}
		a.uuid, err = libvirt.ParseHostUUID([]byte(caps))
		return a, err
	})
	if a.libvirt.URI != "" {
		a.libvirt.URI = publicURI(a.libvirt.URI)
		a.libvirt.ReadOnly = c.ReadOnly()
		h.Libvirt, h.UUID = &a.libvirt, a.uuid
	}
	if err != nil && !(errors.Is(err, libvirt.ErrNoHostUUID) && isTest(a.libvirt.URI)) {
		h.AddGap(hostinfo.FactLibvirt, "", "libvirt: "+err.Error())
	}
}

// version prints libvirt's major*1,000,000 + minor*1,000 + release; empty for
// 0, which drivers without a version give.
func version(v uint32) string {
	if v == 0 {
		return ""
	}
	return fmt.Sprintf("%d.%d.%d", v/1_000_000, v/1_000%1_000, v%1_000)
}

func (c *Conn) networks(ctx context.Context, h *hostinfo.Host) {
	type answer struct {
		networks []hostinfo.Network
		gaps     []string
	}
	a, err := call(ctx, c, func(conn *golibvirt.Connect) (a answer, err error) {
		list, err := conn.ListAllNetworks(0)
		if err != nil {
			return a, fmt.Errorf("list networks: %w", words(err))
		}
		defer func() {
			for i := range list {
				_ = list[i].Free()
			}
		}()
		for i := range list {
			if ctx.Err() != nil {
				return a, context.Cause(ctx)
			}
			n, err := readNetwork(&list[i])
			switch {
			case errors.Is(err, golibvirt.ERR_NO_NETWORK):
				// It went away since the list was made.
			case err != nil:
				a.gaps = append(a.gaps, err.Error())
			default:
				a.networks = append(a.networks, *n)
			}
		}
		return a, nil
	})
	if err != nil {
		h.AddGap(hostinfo.FactNetworks, "", "libvirt: "+err.Error())
		return
	}
	slices.SortFunc(a.networks, func(x, y hostinfo.Network) int { return strings.Compare(x.Name, y.Name) })
	h.Networks = a.networks
	for _, g := range a.gaps {
		h.AddGap(hostinfo.FactNetworks, "", "libvirt: "+g)
	}
}

func readNetwork(net *golibvirt.Network) (*hostinfo.Network, error) {
	name, err := net.GetName()
	if err != nil {
		return nil, words(err)
	}
	active, err := net.IsActive()
	if err != nil {
		return nil, fmt.Errorf("network %q: %w", name, words(err))
	}
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
