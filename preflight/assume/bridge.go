package assume

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// plug makes a NIC's tap on its bridge, as libvirt does (virNetDevTapAttachBridge):
// with the bridge's MTU and the guest's address with fe in front.
func (m *model) plug(g *hostinfo.Guest, r *preflight.Requirement) {
	e := r.Destination
	if e.Device == nil || e.Device.Kind != hostinfo.KindBridge {
		return
	}
	bridge := m.at(e.Device.Index)
	tap := hostinfo.Device{
		Index: m.highest() + 1, Name: m.vnet(), Kind: hostinfo.KindTun, LinkType: "ether",
		Up: hostinfo.Yes, LowerUp: hostinfo.Yes, MTU: bridge.MTU, Master: bridge.Index, SlaveKind: hostinfo.KindBridge,
	}
	if r.NIC.MTU > 0 {
		tap.MTU = r.NIC.MTU
	}
	if mac := r.NIC.MAC; len(mac) > 2 {
		tap.MAC = "fe" + mac[2:]
	}
	if e.Port != nil && !e.ByHand {
		tap.BridgePort = e.Port
	}
	m.host.Devices = append(m.host.Devices, tap)
	m.settleMaster(m.at(e.Device.Index))
}

// unplug takes a guest's tap away.
func (m *model) unplug(e *preflight.Endpoint) {
	if m.at(e.Tap.Index) == nil { // two NICs of one address
		return
	}
	_ = m.drop(e.Tap.Index) // a tap is no master whose ports could be in the way
	if d := m.at(e.Device.Index); d != nil && d.Kind == hostinfo.KindBridge {
		m.settleMaster(d)
	}
}

// vnet is the name that a tap gets.
func (m *model) vnet() string {
	for n := 0; ; n++ {
		if name := fmt.Sprintf("vnet%d", n); m.lookUp(name) == nil {
			return name
		}
	}
}
