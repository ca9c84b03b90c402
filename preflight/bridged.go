package preflight

import (
	"cmp"
	"slices"
	"strings"

	"migcheck/hostinfo"
)

// Footing is what a NIC stands on at the destination.
type Footing string

// The footings that rules are about.
const (
	// OnMacvtap are NICs with a macvtap on a host's device, and those of which it
	// is not known what a network would put them on.
	OnMacvtap Footing = ""
	// OnBridge are NICs whose tap is a port of a bridge, the kernel's or Open
	// vSwitch's.
	OnBridge Footing = "bridge"
	// OnAnything are all NICs.
	OnAnything Footing = "anything"
)

func (f Footing) covers(e *Endpoint) bool {
	return f == OnAnything || (f == OnBridge) == e.Bridged
}

// onBridge puts the endpoint on a bridge of that name. Below it are the bridge's
// uplinks: what the guest needs, unlike its other ports.
func (e *Endpoint) onBridge(nic *hostinfo.NIC, name string) {
	e.Bridged = true
	e.OVS = portOf(nic, e.Network) == "openvswitch"
	e.lookUp(name)
	if e.Device == nil {
		return
	}
	for _, up := range e.View.Links.Uplinks(e.Device) {
		for _, d := range e.View.Links.Stack(up) {
			if !slices.Contains(e.Stack, d) {
				e.Stack = append(e.Stack, d)
			}
		}
	}
}

// portOf is the type of virtual port that the NIC gets: its own, else its port
// group's, else its network's.
func portOf(nic *hostinfo.NIC, net *hostinfo.Network) string {
	port := nic.VirtualPort
	if net != nil {
		if pg := net.Portgroup(nic.Portgroup); pg != nil {
			port = cmp.Or(port, pg.VirtualPort)
		}
		port = cmp.Or(port, net.VirtualPort)
	}
	return port
}

// liveOnBridge is where a network has put a running guest's NIC on the source.
func (p *Plan) liveOnBridge(i int, nic, live *hostinfo.NIC) *Endpoint {
	e := p.endpoint(Source)
	e.NetworkName = nic.Network
	if e.View != nil {
		e.Network = e.View.Network(nic.Network)
	}
	e.Trust = trustOf(live, e.Network)
	e.onBridge(live, live.Bridge)
	p.findTap(e, i, live)
	return e
}

// findTap looks for the guest's own tap on the source: by what its live definition
// says.
func (p *Plan) findTap(e *Endpoint, i int, nic *hostinfo.NIC) {
	if live := p.Guest.Live; live != nil && i < len(live.NICs) {
		nic = &live.NICs[i]
	}
	if e.Device != nil && p.Guest.State.Active() {
		e.Tap = OwnTap(e.View.Links, e.Device, nic)
	}
}

// OwnTap is a NIC's tap on a bridge: the device of its name, else the bridge's
// port with the guest's address, which libvirt gives to taps with fe in front.
// Nil if it was not found.
func OwnTap(l *hostinfo.Links, bridge *hostinfo.Device, nic *hostinfo.NIC) *hostinfo.Device {
	if d := l.ByName(nic.Target); nic.Target != "" && d != nil && d.Kind == hostinfo.KindTun {
		return d
	}
	for _, d := range l.SwitchPorts(bridge) {
		if d.Kind == hostinfo.KindTun && (tapOf(d.MAC, nic.MAC) || tapOf(d.MAC, nic.EffectiveMAC())) {
			return d
		}
	}
	return nil
}

// tapOf says whether a tap's address is the one that libvirt makes of a guest's.
func tapOf(tap, guest string) bool {
	return len(guest) > 2 && strings.HasPrefix(tap, "fe") && tap[2:] == guest[2:]
}

// knowBridgeVLANs says whether it is known what the bridge's uplinks let pass, or those
// of the bridges that a macvtap stands on, and what these let in themselves. Open vSwitch
// keeps that to itself.
func (e *Endpoint) knowBridgeVLANs() (knowledge, string) {
	if e.Bridged {
		return e.knowVLANsOf(e.Device, false)
	}
	for _, d := range e.Stack {
		if d.Kind == hostinfo.KindBridge && len(e.View.Links.Uplinks(d)) > 0 {
			if k, why := e.knowVLANsOf(d, true); k != known {
				return k, why
			}
		}
	}
	return known, ""
}

// knowVLANsOf is about one bridge, and itself where that counts.
func (e *Endpoint) knowVLANsOf(d *hostinfo.Device, itself bool) (knowledge, string) {
	switch {
	case d.Kind != hostinfo.KindBridge:
		return known, ""
	case d.Bridge == nil || !d.Bridge.VLANFiltering.Known():
		if g := e.View.Missing(hostinfo.FactDetails, d.Name); g != nil {
			return missing, g.Reason
		}
		return missing, "whether " + d.Name + " filters by VLAN could not be read"
	case d.Bridge.VLANFiltering == hostinfo.No:
		return known, ""
	}
	ports := e.View.Links.Uplinks(d)
	if itself {
		ports = append([]*hostinfo.Device{d}, ports...)
	}
	for _, p := range ports {
		if g := e.View.Missing(hostinfo.FactBridgeVLANs, p.Name); g != nil {
			return missing, g.Reason
		}
		if p.BridgePort == nil {
			return missing, "the VLANs of " + p.Name + " could not be read"
		}
	}
	return known, ""
}
