package rules

import (
	"slices"
	"strings"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// carries says whether frames with that source address come out of the device:
// it has the address, or it is the tap of a guest that has. libvirt gives taps
// the guest's address with fe in front (virDomainInterfaceEthernetConnect).
func carries(d *hostinfo.Device, mac string) bool {
	return d.MAC == mac || d.Kind == hostinfo.KindTun && len(mac) > 2 && strings.HasPrefix(d.MAC, "fe") && d.MAC[2:] == mac[2:]
}

// onLowerdev says whether the device is the endpoint's own, below it, or a
// macvlan beside the guest's macvtap: what mac-busy-on-lowerdev and
// passthrough-not-exclusive speak about.
func onLowerdev(e *preflight.Endpoint, d *hostinfo.Device) bool {
	real := e.Real()
	return d == real || d == e.Macvtap || d == e.Tap || slices.Contains(e.Stack, d) ||
		d.IsMacvlan() && e.View.Links.Parent(d) == real
}

// partner says whether the device is a VF for the other half of a team: guests
// have a PCI device of the same address that they leave while they migrate.
func partner(p *preflight.Plan, d *hostinfo.Device, mac string) bool {
	return d.VF != nil && slices.ContainsFunc(p.Guest.Sent().NICs, func(n hostinfo.NIC) bool {
		return n.MAC == mac && (n.Type == "hostdev" || n.TeamingType == "transient")
	})
}

// borrowed says whether the device merely has its parent's or its master's
// address, as VLANs and the ports of bonds and bridges do.
func borrowed(e *preflight.Endpoint, d *hostinfo.Device) bool {
	if parent := e.View.Links.Parent(d); parent != nil && parent.MAC == d.MAC {
		return true
	}
	master := e.View.Links.ByIndex(d.Master)
	return d.Master != 0 && master != nil && master.MAC == d.MAC
}

// sameNetwork says whether the device leads to a cable in the VLAN of the
// endpoint's device. Two cables may still lead to two networks; where the stack
// could not be read, or a bridge has several uplinks, it is false.
func sameNetwork(e *preflight.Endpoint, d *hostinfo.Device) bool {
	if m := e.View.Links.ByIndex(d.Master); d.Master != 0 && m != nil && m.Kind == hostinfo.KindBridge {
		d = m
	}
	if !wired(e, d) || !wired(e, e.Device) {
		return false
	}
	a, sure := tagsOf(e)
	b, alsoSure := tagsOf(&preflight.Endpoint{View: e.View, Device: d})
	return sure && alsoSure && a == b
}

// standsOnNetwork says whether a device of another network namespace is on the
// endpoint's network: by the host's device that it stands on, or as a NIC that
// was moved there. A macvlan that is up on the very same device is
// mac-busy-on-lowerdev's.
func standsOnNetwork(e *preflight.Endpoint, d *hostinfo.Device) hostinfo.Tri {
	below := e.View.Links.ByIndex(d.Parent)
	switch {
	case d.Kind == hostinfo.KindHardware:
		tags, sure := tagsOf(e)
		return hostinfo.TriOf(sure && tags == "untagged")
	case !d.IsMacvlan() || !d.ParentElsewhere || below == nil:
		return hostinfo.Unknown
	case below == e.Real():
		return hostinfo.TriOf(d.Up != hostinfo.Yes)
	}
	return hostinfo.TriOf(sameNetwork(e, below))
}

// wired says whether a device stands on a NIC, if only through a bridge.
func wired(e *preflight.Endpoint, d *hostinfo.Device) bool {
	return slices.ContainsFunc(e.View.Links.Stack(d), func(x *hostinfo.Device) bool {
		return x.Kind == hostinfo.KindHardware && x.LinkType == "ether" ||
			x.Kind == hostinfo.KindBridge && len(uplinks(e.View.Links.Ports(x))) > 0
	})
}

// seenOnDevice says whether a guest's macvtap or tap with that address is among
// the host's devices.
func seenOnDevice(e *preflight.Endpoint, mac string) bool {
	return slices.ContainsFunc(e.View.Devices, func(d hostinfo.Device) bool {
		guests := d.Kind == hostinfo.KindTun || d.Kind == hostinfo.KindMacvtap
		return guests && carries(&d, mac) && (e.Macvtap == nil || d.Index != e.Macvtap.Index)
	})
}

// ownDomain says whether the domain is the guest under judgement, be it by a
// name alone where a UUID is not known.
func ownDomain(p *preflight.Plan, d *hostinfo.Domain) bool {
	if d.UUID == "" || p.Guest.UUID == "" {
		return d.Name == p.Guest.Name
	}
	return strings.EqualFold(d.UUID, p.Guest.UUID)
}

func hasMAC(d *hostinfo.Domain, mac string) bool { return slices.Contains(d.MACs, mac) }
