package assume

import (
	"fmt"
	"slices"

	"migcheck/hostinfo"
)

func (m *model) setUp(name string) error {
	d, err := m.called(name)
	if err != nil || d.Up == hostinfo.Yes {
		return err
	}
	if p := m.below(d); d.VLAN != nil && d.VLAN.LooseBinding != hostinfo.Yes && p != nil && p.Up == hostinfo.No {
		return fmt.Errorf("%s can't be set up while %s below it is down", d.Name, p.Name)
	}
	m.turn(d, hostinfo.Yes)
	return nil
}

func (m *model) setDown(name string) error {
	d, err := m.called(name)
	if err != nil || d.Up == hostinfo.No {
		return err
	}
	m.turn(d, hostinfo.No)
	return nil
}

// turn sets the administrator's switch, and what follows from it for the
// device and for everything above it.
func (m *model) turn(d *hostinfo.Device, up hostinfo.Tri) {
	was := d.Up
	d.Up, d.OperState = up, ""
	switch {
	case up == hostinfo.No:
		d.LowerUp = hostinfo.No
		m.leaveRoutes(d.Name)
		if d.Macvlan != nil && d.Macvlan.Mode == "passthru" && was == hostinfo.Yes {
			m.lessPromiscuous(m.below(d))
		}
	case d.Kind == hostinfo.KindBond || d.Kind == hostinfo.KindBridge:
		m.settleMaster(d)
	default:
		d.LowerUp = m.carrierFrom(d)
	}
	m.spread(d.Index, was, 0)
}

// leaveRoutes: the kernel drops the routes of a device that goes down.
func (m *model) leaveRoutes(name string) {
	m.host.Setup.DefaultRoutes = slices.DeleteFunc(m.host.Setup.DefaultRoutes, func(r string) bool { return r == name })
}

func (m *model) lessPromiscuous(d *hostinfo.Device) {
	if d != nil && d.Promiscuity > 0 {
		d.Promiscuity--
	}
}

// carrierFrom is the carrier that a device takes over from what it stands on;
// unknown for those that have one of their own.
func (m *model) carrierFrom(d *hostinfo.Device) hostinfo.Tri {
	p := m.below(d)
	switch {
	case d.Up != hostinfo.Yes:
		return d.Up
	case p == nil || d.Kind != hostinfo.KindVLAN && !d.IsMacvlan():
		return hostinfo.Unknown
	case p.Up == hostinfo.Yes:
		return p.LowerUp
	case p.Up == hostinfo.No && d.IsMacvlan():
		return hostinfo.No
	}
	return hostinfo.Unknown
}

// spread tells what stands on a device, or has it as a port, that its state has
// changed; was is its administrator's switch before.
func (m *model) spread(index int, was hostinfo.Tri, depth int) {
	d := m.at(index)
	if d == nil || depth > 16 { // the kernel stacks 8; more is a loop in hostile facts
		return
	}
	for _, i := range m.children(index) {
		c := m.at(i)
		before := *c
		if c.VLAN != nil {
			m.follow(c, d, was)
		}
		c.LowerUp = m.carrierFrom(c)
		if c.Up != before.Up || c.LowerUp != before.LowerUp {
			c.OperState = ""
			m.spread(i, before.Up, depth+1)
		}
	}
	if master := m.at(d.Master); master != nil {
		before := master.LowerUp
		m.settlePort(master, d)
		if master.LowerUp != before {
			m.spread(master.Index, master.Up, depth+1)
		}
	}
}

// follow turns a VLAN with its parent, as the kernel does (vlan_device_event),
// unless it is loosely bound.
func (m *model) follow(c, d *hostinfo.Device, was hostinfo.Tri) {
	switch {
	case c.VLAN.LooseBinding == hostinfo.Yes || d.Up == was:
	case c.Up == d.Up:
	case c.VLAN.LooseBinding == hostinfo.No && d.Up.Known():
		c.Up = d.Up
	default:
		c.Up = hostinfo.Unknown
	}
}
