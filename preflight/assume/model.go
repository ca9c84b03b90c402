package assume

import (
	"fmt"
	"slices"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// model is a host's facts while commands change them.
type model struct{ host *hostinfo.Host }

// Apply is the host as it would be after the commands, in their order; h itself
// does not change. The error is the first command's that the kernel or libvirt
// is known to refuse, and says why.
func Apply(h *hostinfo.Host, commands ...Command) (*hostinfo.Host, error) {
	if g := h.Missing(hostinfo.FactDevices, ""); g != nil {
		return nil, fmt.Errorf("nothing is known of the devices of %s: %s", h.Name, g.Reason)
	}
	m := &model{copied(h)}
	m.host.Live = false // no migration is cleared by what was assumed
	hidden := heldForHidden(h)
	for _, c := range commands {
		if err := c.apply(m); err != nil {
			return nil, err
		}
	}
	m.settleHeld(hidden)
	m.nameUnknown(h)
	return m.host, nil
}

// nameUnknown gives the reason for what was known before the commands and is
// not any more.
func (m *model) nameUnknown(was *hostinfo.Host) {
	links := hostinfo.IndexLinks(was)
	for i := range m.host.Devices {
		d := &m.host.Devices[i]
		w := links.ByIndex(d.Index)
		if w == nil || w.Name != d.Name {
			w = &hostinfo.Device{Up: hostinfo.Yes, LowerUp: hostinfo.Yes, MTU: 1, MAC: "new"}
		}
		lost := w.Up.Known() && !d.Up.Known() || w.LowerUp.Known() && !d.LowerUp.Known() || w.MTU != 0 && d.MTU == 0 || w.MAC != "" && d.MAC == ""
		if d.Bond != nil && w.Bond != nil && w.Bond.LACP != nil && d.Bond.LACP == nil {
			lost = true
		}
		if lost {
			m.host.AddGap(preflight.FactAssumed, d.Name, "how "+d.Name+" will be after the assumed commands can't be known before")
		}
	}
}

// copied is a copy of the host with everything of its own that commands change.
func copied(h *hostinfo.Host) *hostinfo.Host {
	c := *h
	c.Devices = slices.Clone(h.Devices)
	for i := range c.Devices {
		d := &c.Devices[i]
		d.AltNames, d.Held = slices.Clone(d.AltNames), slices.Clone(d.Held)
		if d.Bond != nil {
			bond := *d.Bond
			d.Bond = &bond
		}
		if d.BondPort != nil {
			port := *d.BondPort
			d.BondPort = &port
		}
	}
	c.Networks = slices.Clone(h.Networks)
	for i := range c.Networks {
		c.Networks[i].Devices = slices.Clone(c.Networks[i].Devices)
	}
	c.Namespaces = slices.Clone(h.Namespaces)
	c.Gaps = slices.Clone(h.Gaps)
	c.Setup.DefaultRoutes = slices.Clone(h.Setup.DefaultRoutes)
	return &c
}

// called is the device that a command means; the pointer holds until a device
// is added or taken away.
func (m *model) called(name string) (*hostinfo.Device, error) {
	if d := m.lookUp(name); d != nil {
		return d, nil
	}
	return nil, fmt.Errorf("%s has no device %s", m.host.Name, name)
}

// lookUp is the device of that name, or else of that altname, or nil.
func (m *model) lookUp(name string) *hostinfo.Device {
	for i := range m.host.Devices {
		if m.host.Devices[i].Name == name {
			return &m.host.Devices[i]
		}
	}
	for i := range m.host.Devices {
		if m.host.Devices[i].Called(name) {
			return &m.host.Devices[i]
		}
	}
	return nil
}

// at is the device of that ifindex, or nil.
func (m *model) at(index int) *hostinfo.Device {
	for i := range m.host.Devices {
		if index != 0 && m.host.Devices[i].Index == index {
			return &m.host.Devices[i]
		}
	}
	return nil
}

// below is the device that d stands on, if it is of this namespace; or nil.
func (m *model) below(d *hostinfo.Device) *hostinfo.Device {
	if d.ParentElsewhere {
		return nil
	}
	return m.at(d.Parent)
}

// children are the indexes of what stands on a device in this namespace.
func (m *model) children(index int) []int {
	var out []int
	for i := range m.host.Devices {
		if d := &m.host.Devices[i]; d.Parent == index && !d.ParentElsewhere && index != 0 {
			out = append(out, d.Index)
		}
	}
	return out
}

// ports are a master's.
func (m *model) ports(index int) []*hostinfo.Device {
	var out []*hostinfo.Device
	for i := range m.host.Devices {
		if d := &m.host.Devices[i]; d.Master == index && index != 0 {
			out = append(out, d)
		}
	}
	return out
}

// free is an error if a device or altname is called so already.
func (m *model) free(name string) error {
	if d := m.lookUp(name); d != nil {
		return fmt.Errorf("%s has a device %s already", m.host.Name, name)
	}
	return nil
}
