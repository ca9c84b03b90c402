package snapshot

import (
	"net/url"

	"migcheck/hostinfo"
)

// redact returns copies of hosts without names, addresses and UUIDs. Every
// value has one stand-in in all of them, and no two values share one, so that
// whatever was equal is equal and whatever differed differs. The guests come
// without XML: it is printed anew from their definitions.
//
// A new field of hostinfo with a name in it belongs here; a test fills every
// string field there is and looks for what comes through.
func redact(hosts []Recorded) []Recorded {
	s := newStandIns()
	// All names first: a reason on one host may name another.
	for _, h := range hosts {
		s.learn(h)
	}
	out := make([]Recorded, len(hosts))
	for i, h := range hosts {
		out[i].Host = s.redactHost(h.Host)
		for _, g := range h.Guests {
			out[i].Guests = append(out[i].Guests, Guest{Guest: s.redactGuest(g.Guest)})
		}
	}
	return out
}

// learn gives every name its stand-in, in the order of the hosts.
func (s *standIns) learn(r Recorded) {
	h := r.Host
	s.host(h.Name)
	s.host(h.Hostname)
	if h.Libvirt != nil {
		s.host(h.Libvirt.Hostname)
	}
	s.user(h.User)
	s.take(h.Devices)
	for _, n := range h.Namespaces {
		s.take(n.Devices)
		s.namespace(n.Name)
	}
	for _, name := range h.Setup.Configured {
		s.taken[name] = true
	}
	for _, n := range h.Networks {
		s.network(n.Name)
		for _, p := range n.Portgroups {
			s.portgroup(p.Name)
		}
	}
	for _, name := range h.NWFilters {
		s.filter(name)
	}
	for _, d := range h.Domains {
		s.guest(d.Name)
	}
	for _, g := range r.Guests {
		s.guest(g.Name)
		for _, def := range []*hostinfo.Definition{g.Live, g.Migratable, g.Inactive} {
			if def == nil {
				continue
			}
			for _, n := range def.NICs {
				s.network(n.Network)
				s.portgroup(n.Portgroup)
				s.filter(n.Filter)
			}
		}
	}
}

// take keeps the names of devices from being stand-ins.
func (s *standIns) take(devices []hostinfo.Device) {
	for _, d := range devices {
		s.taken[d.Name] = true
		for _, a := range d.AltNames {
			s.taken[a] = true
		}
	}
}

func (s *standIns) redactHost(in *hostinfo.Host) *hostinfo.Host {
	h := *in
	h.Name, h.Hostname = s.host(in.Name), s.host(in.Hostname)
	h.UUID, h.BootID = s.uuid(in.UUID), s.uuid(in.BootID)
	h.User = s.user(in.User)
	h.Gaps = s.gaps(in.Gaps)
	if in.Libvirt != nil {
		l := *in.Libvirt
		l.URI, l.Hostname = s.uri(l.URI), s.host(l.Hostname)
		h.Libvirt = &l
	}
	h.Devices = mapped(in.Devices, s.redactDevice)
	h.Namespaces = mapped(in.Namespaces, func(n hostinfo.Namespace) hostinfo.Namespace {
		n.Name, n.Devices = s.namespace(n.Name), mapped(n.Devices, s.redactDevice)
		return n
	})
	h.Setup.DefaultRoutes = mapped(in.Setup.DefaultRoutes, s.device)
	h.Setup.Configured = mapped(in.Setup.Configured, s.device)
	h.Networks = mapped(in.Networks, s.redactNetwork)
	h.NWFilters = mapped(in.NWFilters, s.filter)
	h.Domains = mapped(in.Domains, func(d hostinfo.Domain) hostinfo.Domain {
		d.Name, d.UUID, d.MACs = s.guest(d.Name), s.uuid(d.UUID), mapped(d.MACs, s.mac)
		return d
	})
	return &h
}

func (s *standIns) redactDevice(d hostinfo.Device) hostinfo.Device {
	d.Name, d.AltNames = s.device(d.Name), mapped(d.AltNames, s.device)
	d.MAC, d.PermanentMAC, d.Held = s.mac(d.MAC), s.mac(d.PermanentMAC), mapped(d.Held, s.mac)
	d.Addresses = mapped(d.Addresses, s.prefix)
	d.Functions = mapped(d.Functions, func(f hostinfo.Function) hostinfo.Function {
		f.MAC = s.mac(f.MAC)
		return f
	})
	if d.VF != nil {
		vf := *d.VF
		vf.Parent = s.device(vf.Parent)
		d.VF = &vf
	}
	if d.Bond != nil && d.Bond.LACP != nil {
		bond, lacp := *d.Bond, *d.Bond.LACP
		lacp.PartnerMAC = s.mac(lacp.PartnerMAC)
		bond.LACP = &lacp
		d.Bond = &bond
	}
	if d.BondPort != nil {
		port := *d.BondPort
		port.PermanentMAC = s.mac(port.PermanentMAC)
		d.BondPort = &port
	}
	return d
}

func (s *standIns) redactNetwork(n hostinfo.Network) hostinfo.Network {
	n.Name, n.UUID, n.Bridge, n.PF = s.network(n.Name), s.uuid(n.UUID), s.device(n.Bridge), s.device(n.PF)
	n.Devices = mapped(n.Devices, func(d hostinfo.NetworkDevice) hostinfo.NetworkDevice {
		d.Dev = s.device(d.Dev)
		return d
	})
	n.Portgroups = mapped(n.Portgroups, func(p hostinfo.Portgroup) hostinfo.Portgroup {
		p.Name = s.portgroup(p.Name)
		return p
	})
	return n
}

func (s *standIns) redactGuest(in *hostinfo.Guest) *hostinfo.Guest {
	g := *in
	g.Name, g.UUID, g.Gaps = s.guest(in.Name), s.uuid(in.UUID), s.gaps(in.Gaps)
	g.Live = s.redactDefinition(in.Live)
	g.Migratable = s.redactDefinition(in.Migratable)
	g.Inactive = s.redactDefinition(in.Inactive)
	return &g
}

func (s *standIns) redactDefinition(in *hostinfo.Definition) *hostinfo.Definition {
	if in == nil {
		return nil
	}
	def := *in
	def.NICs = mapped(in.NICs, func(n hostinfo.NIC) hostinfo.NIC {
		n.MAC, n.CurrentMAC = s.mac(n.MAC), s.mac(n.CurrentMAC)
		n.Network, n.Portgroup, n.Filter = s.network(n.Network), s.portgroup(n.Portgroup), s.filter(n.Filter)
		n.Dev, n.Bridge, n.Target = s.device(n.Dev), s.device(n.Bridge), s.device(n.Target)
		n.Alias, n.TeamingPartner = s.alias(n.Alias), s.alias(n.TeamingPartner)
		return n
	})
	def.PCIDevices = mapped(in.PCIDevices, func(d hostinfo.PCIDevice) hostinfo.PCIDevice {
		d.TeamingPartner = s.alias(d.TeamingPartner)
		return d
	})
	return &def
}

func (s *standIns) gaps(in []hostinfo.Gap) []hostinfo.Gap {
	return mapped(in, func(g hostinfo.Gap) hostinfo.Gap {
		g.Device, g.Reason = s.device(g.Device), s.prose(g.Reason)
		return g
	})
}

// uri keeps driver and transport and what libvirt calls its two daemons.
func (s *standIns) uri(in string) string {
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
	return u.Scheme + "://" + s.host(u.Hostname()) + path
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
