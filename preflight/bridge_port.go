package preflight

import (
	"slices"

	"migcheck/hostinfo"
)

// setPort says which VLANs the guest's port has on its bridge: what was read of
// it, else what libvirt would give it.
func (p *Plan) setPort(e *Endpoint, nic *hostinfo.NIC) {
	d := e.Device
	if e.OVS && d != nil && d.Kind == hostinfo.KindOpenVSwitch {
		e.Port = portOnOVS(p.Tags(e, nic))
		return
	}
	if !e.Bridged || d == nil || d.Bridge == nil || d.Bridge.VLANFiltering != hostinfo.Yes {
		return
	}
	e.Port = p.newPort(e, nic)
	if e.Tap == nil || e.Tap.BridgePort == nil {
		return
	}
	e.ByHand = e.Port != nil && !slices.Equal(e.Port.VLANs, e.Tap.BridgePort.VLANs)
	e.Port = e.Tap.BridgePort
}

// newPort is what a new port gets: the NIC's VLAN tags since libvirt 11.0, and
// from the kernel the bridge's own VLAN for ports that nobody has set up. Nil
// where that could not be read.
func (p *Plan) newPort(e *Endpoint, nic *hostinfo.NIC) *hostinfo.BridgePort {
	tags, trunk := p.Tags(e, nic)
	if len(tags) > 0 && e.View.LibvirtBefore(11, 0) != hostinfo.Yes {
		if e.View.LibvirtBefore(11, 0) != hostinfo.No {
			return nil
		}
		port := &hostinfo.BridgePort{}
		for _, id := range slices.Sorted(slices.Values(tags)) {
			port.VLANs = append(port.VLANs, hostinfo.VLANRange{First: id, Last: id, PVID: !trunk, Untagged: !trunk})
		}
		return port
	}
	switch id := e.Device.Bridge.DefaultPVID; {
	case id < 0:
		return nil
	case id == 0:
		return &hostinfo.BridgePort{}
	default:
		return &hostinfo.BridgePort{VLANs: []hostinfo.VLANRange{{First: id, Last: id, PVID: true, Untagged: true}}}
	}
}

// portOnOVS is what libvirt has Open vSwitch do with the NIC's tags. Nil without
// any, and of a trunk: there it is for the guest to tag its frames.
func portOnOVS(tags []int, trunk bool) *hostinfo.BridgePort {
	if len(tags) != 1 || trunk {
		return nil
	}
	return &hostinfo.BridgePort{VLANs: []hostinfo.VLANRange{{First: tags[0], Last: tags[0], PVID: true, Untagged: true}}}
}

// follow takes over what somebody set by hand on the source: what did so there
// may do so here.
func (e *Endpoint) follow(source *Endpoint) {
	if source.ByHand && e.Port != nil {
		e.Port, e.ByHand = source.Port, true
	}
}

// Tags are the VLAN tags that the NIC gets on this host, and whether they are a
// trunk: its own, else its port group's, else its network's
// (networkAllocatePort).
func (p *Plan) Tags(e *Endpoint, nic *hostinfo.NIC) (tags []int, trunk bool) {
	// The live definition prints what the source's network gave it instead.
	if !nic.NetworkBacked() || p.Guest.Sent() != p.Guest.Live {
		tags, trunk = nic.VLANTags, nic.VLANTrunk
	}
	if n := e.Network; len(tags) == 0 && n != nil {
		tags = n.VLANTags
		if pg := n.Portgroup(nic.Portgroup); pg != nil && len(pg.VLANTags) > 0 {
			tags = pg.VLANTags
		}
	}
	return tags, trunk || len(tags) > 1
}
