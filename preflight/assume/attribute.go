package assume

import (
	"fmt"

	"migcheck/hostinfo"
)

// setMTU sets a device's MTU. A bond and a team set their ports' along; what
// stands on the device is cut down to it, and never raised.
func (m *model) setMTU(name string, mtu int) error {
	d, err := m.called(name)
	if err != nil {
		return err
	}
	all := []*hostinfo.Device{d}
	if d.Kind == hostinfo.KindBond || d.Kind == hostinfo.KindTeam {
		all = append(all, m.ports(d.Index)...)
	}
	for _, x := range all {
		if x.MaxMTU > 0 && mtu > x.MaxMTU {
			return fmt.Errorf("%s takes an MTU of at most %d", x.Name, x.MaxMTU)
		}
	}
	if p := m.below(d); p != nil && p.MTU > 0 && mtu > p.MTU {
		return fmt.Errorf("%s can't have an MTU above that of %s below it, %d", d.Name, p.Name, p.MTU)
	}
	master := m.at(d.Master)
	if master != nil && master.Kind == hostinfo.KindTeam {
		return fmt.Errorf("%s has its MTU from the team %s", d.Name, master.Name)
	}
	for _, x := range all {
		x.MTU = mtu
		m.clamp(x, 0)
	}
	if master != nil && master.Kind == hostinfo.KindBridge {
		m.settleBridgeMTU(master)
	}
	return nil
}

// clamp cuts what stands on a device down to its MTU. Over an unknown one
// nothing is known either.
func (m *model) clamp(d *hostinfo.Device, depth int) {
	if depth > 16 {
		return
	}
	for _, i := range m.children(d.Index) {
		if c := m.at(i); c.MTU > d.MTU {
			c.MTU = d.MTU
			m.clamp(c, depth+1)
		}
	}
}

// settleBridgeMTU: a bridge follows the lowest of its ports' MTUs unless
// somebody has set its own, which does not show.
func (m *model) settleBridgeMTU(bridge *hostinfo.Device) {
	lowest := 0
	for _, p := range m.ports(bridge.Index) {
		if p.MTU == 0 {
			lowest = 0
			break
		}
		if lowest == 0 || p.MTU < lowest {
			lowest = p.MTU
		}
	}
	if lowest != bridge.MTU {
		bridge.MTU = 0
		m.clamp(bridge, 0)
	}
}

// setAddress gives a device another MAC. A VLAN that had the same may follow or
// not, a bridge takes one of its ports', and a bond gives its own to them.
func (m *model) setAddress(name, mac string) error {
	d, err := m.called(name)
	if err != nil || d.MAC == mac {
		return err
	}
	was := d.MAC
	d.MAC = mac
	for _, i := range m.children(d.Index) {
		if c := m.at(i); c.Kind == hostinfo.KindVLAN && c.MAC == was || c.Macvlan != nil && c.Macvlan.Mode == "passthru" {
			c.MAC = ""
		}
	}
	if d.Kind == hostinfo.KindBond || d.Kind == hostinfo.KindTeam {
		for _, p := range m.ports(d.Index) {
			p.MAC = ""
		}
	}
	if master := m.at(d.Master); master != nil && master.Kind == hostinfo.KindBridge {
		master.MAC = ""
	}
	return nil
}

// startNetwork starts a network that puts its guests on host devices; what
// others set up on the host can't be told.
func (m *model) startNetwork(name string) error {
	n, err := m.network(name)
	if err != nil {
		return err
	}
	if n.Active != hostinfo.No {
		return fmt.Errorf("the network %s is not known to be stopped", name)
	}
	if n.DirectMode() == "" {
		return fmt.Errorf("what starting the network %s does to the host can't be told", name)
	}
	n.Active = hostinfo.Yes
	for i := range n.Devices {
		n.Devices[i].Connections = 0
	}
	return nil
}

// autostartNetwork changes what happens at the next boot, and nothing now.
func (m *model) autostartNetwork(name string) error {
	_, err := m.network(name)
	return err
}

func (m *model) network(name string) (*hostinfo.Network, error) {
	if g := m.host.Missing(hostinfo.FactNetworks, ""); g != nil {
		return nil, fmt.Errorf("nothing is known of the networks of %s: %s", m.host.Name, g.Reason)
	}
	if n := m.host.Network(name); n != nil {
		return n, nil
	}
	return nil, fmt.Errorf("%s has no network %s", m.host.Name, name)
}
