package assume

import (
	"fmt"
	"slices"

	"migcheck/hostinfo"
)

// alive says whether a port can carry frames.
func alive(port *hostinfo.Device) hostinfo.Tri {
	if port.Up == hostinfo.Yes {
		return port.LowerUp
	}
	return port.Up
}

// settlePort is what a master makes of a port whose state has changed.
func (m *model) settlePort(master, port *hostinfo.Device) {
	if port.BondPort != nil && monitored(master) {
		port.BondPort = &hostinfo.BondPort{PermanentMAC: port.BondPort.PermanentMAC}
		switch alive(port) {
		case hostinfo.Yes:
			port.BondPort.MIIStatus = "UP"
		case hostinfo.No:
			port.BondPort.MIIStatus = "DOWN"
		}
	}
	m.settleMaster(master)
}

// settleMaster derives a bond's or bridge's carrier from its ports. What a bond
// agrees with its switch is not known until it has.
func (m *model) settleMaster(master *hostinfo.Device) {
	some := m.somePort(master)
	switch {
	case master.Up != hostinfo.Yes:
		some = master.Up
	case master.Bond != nil:
		some = m.settleBond(master, some)
	case master.Kind != hostinfo.KindBridge:
		some = hostinfo.Unknown
	}
	if master.LowerUp != some {
		master.LowerUp, master.OperState = some, ""
	}
}

// somePort says whether any port of a master is alive.
func (m *model) somePort(master *hostinfo.Device) hostinfo.Tri {
	some := hostinfo.No
	for _, p := range m.ports(master.Index) {
		switch alive(p) {
		case hostinfo.Yes:
			return hostinfo.Yes
		case hostinfo.Unknown:
			some = hostinfo.Unknown
		}
	}
	return some
}

// monitored says whether a bond sees the links of its ports change.
func monitored(master *hostinfo.Device) bool { return master.Bond != nil && master.Bond.MIIMon > 0 }

// settleBond is a bond's carrier, and the port that it would send by. A bond
// without link monitoring goes on by a dead one.
func (m *model) settleBond(bond *hostinfo.Device, some hostinfo.Tri) hostinfo.Tri {
	b := bond.Bond
	b.LACP = nil
	if a := m.at(b.ActiveSlave); a == nil || a.Master != bond.Index || alive(a) == hostinfo.No && monitored(bond) {
		b.ActiveSlave = 0
		ports := m.ports(bond.Index)
		if i := slices.IndexFunc(ports, func(p *hostinfo.Device) bool { return alive(p) == hostinfo.Yes }); i >= 0 {
			b.ActiveSlave = ports[i].Index
		}
	}
	if !monitored(bond) || b.MinLinks > 1 && some == hostinfo.Yes {
		return hostinfo.Unknown
	}
	return some
}

// release takes a port away from its master.
func (m *model) release(name string) error {
	d, err := m.called(name)
	if err != nil || d.Master == 0 {
		return err
	}
	master := m.at(d.Master)
	kind := d.SlaveKind
	if kind == "" && master != nil {
		kind = master.Kind
	}
	switch kind {
	case hostinfo.KindBond, hostinfo.KindTeam, hostinfo.KindBridge, "vrf":
	default:
		return fmt.Errorf("what %s is after it leaves its master can't be told", d.Name)
	}
	m.freed(d, kind)
	if master == nil {
		return nil
	}
	if kind == hostinfo.KindBridge && master.MAC == d.MAC || len(m.ports(master.Index)) == 0 {
		master.MAC = ""
	}
	if kind == hostinfo.KindBridge {
		m.settleBridgeMTU(master)
	}
	if kind != "vrf" {
		before := master.LowerUp
		m.settleMaster(master)
		if before != master.LowerUp {
			m.spread(master.Index, master.Up, 0)
		}
	}
	return nil
}

// freed is a port that has left. A bond and a team close it and give it back the
// address and MTU that it came with (bond_release, team_port_del).
func (m *model) freed(d *hostinfo.Device, kind string) {
	own := d.PermanentMAC
	if d.BondPort != nil && d.BondPort.PermanentMAC != "" {
		own = d.BondPort.PermanentMAC
	}
	d.Master, d.SlaveKind, d.BondPort = 0, "", nil
	switch kind {
	case hostinfo.KindBridge:
		m.lessPromiscuous(d)
	case hostinfo.KindBond, hostinfo.KindTeam:
		if d.MAC, d.MTU = own, 0; kind == hostinfo.KindTeam {
			d.MAC = ""
		}
		m.turn(d, hostinfo.No)
	}
}

// enslave makes a device a port of a bridge or bond.
func (m *model) enslave(name, masterName string) error {
	d, err := m.called(name)
	if err != nil {
		return err
	}
	master, err := m.called(masterName)
	if err != nil || d.Master == master.Index {
		return err
	}
	if err := m.mayEnslave(d, master); err != nil {
		return err
	}
	if err := m.release(name); err != nil {
		return err
	}
	first := len(m.ports(master.Index)) == 0
	d.Master, d.SlaveKind = master.Index, master.Kind
	if master.Kind == hostinfo.KindBond {
		m.bonded(d, master, first)
	} else {
		d.Promiscuity++
		if master.MAC == "" || d.MAC <= master.MAC { // a bridge takes its lowest port's
			master.MAC = ""
		}
		m.settleBridgeMTU(master)
	}
	before := master.LowerUp
	m.settleMaster(master)
	if before != master.LowerUp {
		m.spread(master.Index, master.Up, 0)
	}
	return nil
}

// bonded is a new port of a bond: opened, and with the bond's MTU and, as far as
// can be told, address.
func (m *model) bonded(d, bond *hostinfo.Device, first bool) {
	if first {
		bond.MAC = ""
	}
	d.BondPort = &hostinfo.BondPort{PermanentMAC: d.MAC}
	d.MAC, d.MTU = "", bond.MTU
	if bond.Bond != nil && bond.Bond.FailOverMAC == "none" {
		d.MAC = bond.MAC
	}
	m.turn(d, hostinfo.Yes)
}

// mayEnslave is what the kernel would say against it (do_set_master and what
// the drivers add).
func (m *model) mayEnslave(d, master *hostinfo.Device) error {
	links := hostinfo.IndexLinks(m.host)
	switch {
	case master.Kind != hostinfo.KindBridge && master.Kind != hostinfo.KindBond:
		return fmt.Errorf("what a port of %s becomes can't be told", master.Name)
	case d.LinkType != "ether":
		return fmt.Errorf("%s is no Ethernet device", d.Name)
	case slices.Contains(links.Stack(links.ByIndex(master.Index)), links.ByIndex(d.Index)):
		return fmt.Errorf("%s stands on %s", master.Name, d.Name)
	case d.Kind == hostinfo.KindBridge && master.Kind == hostinfo.KindBridge:
		return fmt.Errorf("a bridge can't be a port of another")
	case master.Kind == hostinfo.KindBond && d.Up != hostinfo.No:
		return fmt.Errorf("a bond takes only devices that are down, and %s is not", d.Name)
	}
	for _, i := range m.children(d.Index) {
		if c := m.at(i); c.Kind != hostinfo.KindVLAN {
			return fmt.Errorf("%s carries %s, so its frames are taken", d.Name, c.Name)
		}
	}
	return nil
}
