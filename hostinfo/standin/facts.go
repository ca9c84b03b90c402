package standin

import (
	"net/url"

	"migcheck/hostinfo"
)

// A new field of hostinfo with a name in it belongs here; a test fills every
// string field there is and looks for what comes through.

// Learn gives every name of a host its stand-in. It is to be done for all hosts and
// guests before anything is hidden: a reason on one host may name another.
func (s *Names) Learn(h *hostinfo.Host) {
	s.Host(h.Name)
	s.Host(h.Hostname)
	if h.Libvirt != nil {
		s.Host(h.Libvirt.Hostname)
	}
	s.User(h.User)
	s.take(h.Devices)
	for _, n := range h.Namespaces {
		s.take(n.Devices)
		s.namespace(n.Name)
	}
	for _, name := range h.Setup.Configured {
		s.taken[name] = true
	}
	for _, n := range h.Networks {
		s.Network(n.Name)
		for _, p := range n.Portgroups {
			s.portgroup(p.Name)
		}
	}
	for _, name := range h.NWFilters {
		s.filter(name)
	}
	for _, d := range h.Domains {
		s.Guest(d.Name)
	}
}

// LearnGuest is Learn for a guest.
func (s *Names) LearnGuest(g *hostinfo.Guest) {
	s.Guest(g.Name)
	for _, def := range []*hostinfo.Definition{g.Live, g.Migratable, g.Inactive} {
		if def == nil {
			continue
		}
		for _, n := range def.NICs {
			s.Network(n.Network)
			s.portgroup(n.Portgroup)
			s.filter(n.Filter)
		}
	}
}

// take keeps the names of devices from being stand-ins.
func (s *Names) take(devices []hostinfo.Device) {
	for _, d := range devices {
		s.taken[d.Name] = true
		for _, a := range d.AltNames {
			s.taken[a] = true
		}
	}
}

// HostFacts is a copy of a host without names, addresses and UUIDs.
func (s *Names) HostFacts(in *hostinfo.Host) *hostinfo.Host {
	h := *in
	h.Name, h.Hostname = s.Host(in.Name), s.Host(in.Hostname)
	h.UUID, h.BootID = s.UUID(in.UUID), s.UUID(in.BootID)
	h.User = s.User(in.User)
	h.Gaps = s.Gaps(in.Gaps)
	h.Paths = nil // they are never shown
	if in.Libvirt != nil {
		l := *in.Libvirt
		l.URI, l.Hostname = s.uri(l.URI), s.Host(l.Hostname)
		h.Libvirt = &l
	}
	h.Devices = mapped(in.Devices, s.DeviceFacts)
	h.Namespaces = mapped(in.Namespaces, func(n hostinfo.Namespace) hostinfo.Namespace {
		n.Name, n.Devices = s.namespace(n.Name), mapped(n.Devices, s.DeviceFacts)
		return n
	})
	h.Setup.DefaultRoutes = mapped(in.Setup.DefaultRoutes, s.Device)
	h.Setup.Configured = mapped(in.Setup.Configured, s.Device)
	h.Networks = mapped(in.Networks, s.networkFacts)
	h.NWFilters = mapped(in.NWFilters, s.filter)
	h.Domains = mapped(in.Domains, func(d hostinfo.Domain) hostinfo.Domain {
		d.Name, d.UUID, d.MACs = s.Guest(d.Name), s.UUID(d.UUID), mapped(d.MACs, s.MAC)
		return d
	})
	return &h
}

// DeviceFacts is a device without them.
func (s *Names) DeviceFacts(d hostinfo.Device) hostinfo.Device {
	d.Name, d.AltNames = s.Device(d.Name), mapped(d.AltNames, s.Device)
	d.MAC, d.PermanentMAC, d.Held = s.MAC(d.MAC), s.MAC(d.PermanentMAC), mapped(d.Held, s.MAC)
	d.Addresses = mapped(d.Addresses, s.Address)
	d.Functions = mapped(d.Functions, func(f hostinfo.Function) hostinfo.Function {
		f.MAC = s.MAC(f.MAC)
		return f
	})
	if d.VF != nil {
		vf := *d.VF
		vf.Parent = s.Device(vf.Parent)
		d.VF = &vf
	}
	if d.Bond != nil && d.Bond.LACP != nil {
		bond, lacp := *d.Bond, *d.Bond.LACP
		lacp.PartnerMAC = s.MAC(lacp.PartnerMAC)
		bond.LACP = &lacp
		d.Bond = &bond
	}
	if d.BondPort != nil {
		port := *d.BondPort
		port.PermanentMAC = s.MAC(port.PermanentMAC)
		d.BondPort = &port
	}
	return d
}

func (s *Names) networkFacts(n hostinfo.Network) hostinfo.Network {
	n.Name, n.UUID, n.Bridge, n.PF = s.Network(n.Name), s.UUID(n.UUID), s.Device(n.Bridge), s.Device(n.PF)
	n.Devices = mapped(n.Devices, func(d hostinfo.NetworkDevice) hostinfo.NetworkDevice {
		d.Dev = s.Device(d.Dev)
		return d
	})
	n.Portgroups = mapped(n.Portgroups, func(p hostinfo.Portgroup) hostinfo.Portgroup {
		p.Name = s.portgroup(p.Name)
		return p
	})
	return n
}

// GuestFacts is a copy of a guest without them.
func (s *Names) GuestFacts(in *hostinfo.Guest) *hostinfo.Guest {
	g := *in
	g.Name, g.UUID, g.Gaps = s.Guest(in.Name), s.UUID(in.UUID), s.Gaps(in.Gaps)
	g.Live = s.definitionFacts(in.Live)
	g.Migratable = s.definitionFacts(in.Migratable)
	g.Inactive = s.definitionFacts(in.Inactive)
	return &g
}

func (s *Names) definitionFacts(in *hostinfo.Definition) *hostinfo.Definition {
	if in == nil {
		return nil
	}
	def := *in
	def.NICs = mapped(in.NICs, func(n hostinfo.NIC) hostinfo.NIC {
		n.MAC, n.CurrentMAC = s.MAC(n.MAC), s.MAC(n.CurrentMAC)
		n.Network, n.Portgroup, n.Filter = s.Network(n.Network), s.portgroup(n.Portgroup), s.filter(n.Filter)
		n.Dev, n.Bridge, n.Target = s.Device(n.Dev), s.Device(n.Bridge), s.Device(n.Target)
		n.Alias, n.TeamingPartner = s.Alias(n.Alias), s.Alias(n.TeamingPartner)
		return n
	})
	def.PCIDevices = mapped(in.PCIDevices, func(d hostinfo.PCIDevice) hostinfo.PCIDevice {
		d.TeamingPartner = s.Alias(d.TeamingPartner)
		return d
	})
	return &def
}

// Gaps are gaps without them.
func (s *Names) Gaps(in []hostinfo.Gap) []hostinfo.Gap {
	return mapped(in, func(g hostinfo.Gap) hostinfo.Gap {
		g.Device, g.Reason = s.Device(g.Device), s.Foreign(g.Reason)
		return g
	})
}

// uri keeps driver and transport and what libvirt calls its two daemons.
func (s *Names) uri(in string) string {
	u, err := url.Parse(in)
	if err != nil || u.Opaque != "" {
		return "redacted"
	}
	path := u.Path
	switch path {
	case "", "/", "/system", "/session", "/default":
	default:
		path = "/redacted"
	}
	return u.Scheme + "://" + s.Host(u.Hostname()) + path
}

func mapped[T any](in []T, f func(T) T) []T {
	if in == nil {
		return nil
	}
	out := make([]T, len(in))
	for i, v := range in {
		out[i] = f(v)
	}
	return out
}
