package synth

import (
	"slices"

	"migcheck/hostinfo"
)

// drift makes some hosts unlike the others.
func (m *maker) drift(h *hostinfo.Host) {
	if m.r.IntN(m.Odd) != 0 {
		return
	}
	bond := &h.Devices[bondIndex-1]
	port := &h.Devices[firstPort-1+m.r.IntN(2)]
	v := firstVLAN - 1 + m.r.IntN(m.VLANs)
	vlan := &h.Devices[v]
	switch m.r.IntN(16) {
	case 0:
		*h = *hostinfo.Unobserved(h.Name, "ssh: connect to host "+h.Hostname+" port 22: connection refused")
	case 1: // whoever asked may not see everything
		h.User = "monitor"
		for _, f := range []hostinfo.Fact{hostinfo.FactNamespaces, hostinfo.FactDaemon} {
			h.AddGap(f, "", "only root may read it")
		}
	case 2:
		h.Unreached("no permission for the socket of libvirt")
	case 3:
		vlan.VLAN.ID++
	case 4:
		vlan.Up, vlan.LowerUp = hostinfo.No, hostinfo.No
	case 5: // it was never made, and what stood on it is gone too
		gone := vlan.Index
		h.Devices = slices.DeleteFunc(h.Devices, func(d hostinfo.Device) bool { return d.Index == gone || d.Parent == gone })
	case 6:
		for i := range h.Devices {
			if d := &h.Devices[i]; i >= firstPort-1 && d.MTU == 9000 {
				d.MTU = 1500
			}
		}
	case 7:
		port.LowerUp, port.OperState, port.BondPort.MIIStatus = hostinfo.No, "down", "DOWN"
	case 8:
		for i := range 2 {
			d := &h.Devices[firstPort-1+i]
			d.LowerUp, d.OperState, d.BondPort.MIIStatus = hostinfo.No, "down", "DOWN"
		}
		bond.LowerUp = hostinfo.No
	case 9:
		bond.Bond.Mode, bond.Bond.LACP = "balance-alb", nil
	case 10:
		bond.Bond.LACP.PartnerMAC = "00:00:00:00:00:00"
	case 11:
		port.Speed, port.Duplex = 1000, "half"
	case 12:
		h.MacvtapModule = hostinfo.No
	case 13:
		h.Networks[0].Active = hostinfo.No
	case 14: // left by a guest that crashed
		stale := hostinfo.Device{
			Index: h.Devices[len(h.Devices)-1].Index + 1, Name: "macvtap9999", Kind: hostinfo.KindMacvtap, LinkType: "ether", Up: hostinfo.Yes, MTU: 9000,
			MAC: m.anyMAC(), Parent: vlan.Index, Macvlan: &hostinfo.Macvlan{Mode: "bridge"},
		}
		h.Devices = append(h.Devices, stale)
	case 15:
		h.Libvirt.Version = "9.0.0"
	}
}

// anyMAC is the address of some guest's NIC.
func (m *maker) anyMAC() string {
	n := m.nic(m.r.IntN(max(1, m.Guests)), 0, "")
	return n.MAC
}
