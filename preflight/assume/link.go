package assume

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"migcheck/hostinfo"
)

// vlan is what "ip link add ... type vlan" asks for.
type vlan struct {
	parent, name, protocol string
	id                     int
}

func (m *model) addVLAN(v vlan) error {
	p, err := m.called(v.parent)
	if err != nil {
		return err
	}
	if err := m.free(v.name); err != nil {
		return err
	}
	if p.LinkType != "ether" {
		return fmt.Errorf("%s is no Ethernet device", p.Name)
	}
	top := 0
	for i := range m.host.Devices {
		d := &m.host.Devices[i]
		if d.Parent == p.Index && !d.ParentElsewhere && d.VLAN != nil && d.VLAN.ID == v.id && d.VLAN.Protocol == v.protocol {
			return fmt.Errorf("%s carries VLAN %d on %s already", d.Name, v.id, p.Name)
		}
		top = max(top, d.Index)
	}
	if n := m.lent(p, v); n != "" {
		return fmt.Errorf("something in network namespace %s carries VLAN %d on %s already", n, v.id, p.Name)
	}
	m.host.Devices = append(m.host.Devices, hostinfo.Device{
		Index: top + 1, Name: v.name, Kind: hostinfo.KindVLAN, LinkType: "ether", Parent: p.Index,
		Up: hostinfo.No, LowerUp: hostinfo.No, MAC: p.MAC, MTU: p.MTU,
		VLAN: &hostinfo.VLAN{ID: v.id, Protocol: v.protocol, LooseBinding: hostinfo.No},
	})
	return nil
}

// lent is the network namespace that has the VLAN on the parent; empty if none has,
// as far as they were looked into.
func (m *model) lent(parent *hostinfo.Device, v vlan) string {
	for i := range m.host.Namespaces {
		for _, d := range m.host.Namespaces[i].Devices {
			if d.ParentElsewhere && d.Parent == parent.Index && d.VLAN != nil && d.VLAN.ID == v.id && d.VLAN.Protocol == v.protocol {
				return m.host.Namespaces[i].Name
			}
		}
	}
	return ""
}

// remove deletes a device and, as the kernel does, what stands on it.
func (m *model) remove(name string) error {
	d, err := m.called(name)
	if err != nil {
		return err
	}
	if d.Kind == hostinfo.KindHardware {
		return fmt.Errorf("%s is no device that can be deleted", d.Name)
	}
	return m.drop(d.Index)
}

func (m *model) drop(index int) error {
	d := m.at(index)
	if err := m.release(d.Name); err != nil {
		return err
	}
	if d.Macvlan != nil && d.Macvlan.Mode == "passthru" && d.Up == hostinfo.Yes {
		m.lessPromiscuous(m.below(d))
	}
	d.Parent = 0 // ends loops in hostile facts
	for over := m.children(index); len(over) > 0; over = m.children(index) {
		if err := m.drop(over[0]); err != nil {
			return err
		}
	}
	d = m.at(index)
	for _, p := range m.ports(index) {
		m.freed(p, d.Kind)
	}
	m.forget(d.Name, index)
	return nil
}

// forget takes out a device, and what other namespaces have on it.
func (m *model) forget(name string, index int) {
	h := m.host
	m.leaveRoutes(name)
	h.Gaps = slices.DeleteFunc(h.Gaps, func(g hostinfo.Gap) bool { return g.Device == name })
	h.Devices = slices.DeleteFunc(h.Devices, func(d hostinfo.Device) bool { return d.Index == index })
	for i, n := range h.Namespaces {
		h.Namespaces[i].Devices = slices.DeleteFunc(slices.Clone(n.Devices), func(d hostinfo.Device) bool {
			return d.ParentElsewhere && d.Parent == index
		})
	}
}

func (m *model) rename(name, to string) error {
	d, err := m.called(name)
	if err != nil || d.Name == to {
		return err
	}
	if err := m.free(to); err != nil {
		return err
	}
	if d.Up != hostinfo.No && !renamesLive(m.host.Kernel) {
		return fmt.Errorf("%s is up, and this kernel renames only devices that are down", d.Name)
	}
	from := d.Name
	d.Name = to
	for i := range m.host.Devices {
		if vf := m.host.Devices[i].VF; vf != nil && vf.Parent == from {
			moved := *vf
			moved.Parent = to
			m.host.Devices[i].VF = &moved
		}
	}
	for i := range m.host.Gaps {
		if m.host.Gaps[i].Device == from {
			m.host.Gaps[i].Device = to
		}
	}
	for i, r := range m.host.Setup.DefaultRoutes {
		if r == from {
			m.host.Setup.DefaultRoutes[i] = to
		}
	}
	return nil
}

// renamesLive says whether a kernel renames devices that are up, as 6.2 and
// later do (dev_change_name).
func renamesLive(kernel string) bool {
	parts := strings.SplitN(kernel, ".", 3)
	if len(parts) < 2 {
		return false
	}
	major, err1 := strconv.Atoi(parts[0])
	minor, err2 := strconv.Atoi(parts[1])
	return err1 == nil && err2 == nil && (major > 6 || major == 6 && minor >= 2)
}

func (m *model) addAltName(name, alt string) error {
	d, err := m.called(name)
	if err != nil {
		return err
	}
	if err := m.free(alt); err != nil {
		return err
	}
	d.AltNames = append(d.AltNames, alt)
	return nil
}

func (m *model) delAltName(name, alt string) error {
	d, err := m.called(name)
	if err != nil {
		return err
	}
	i := slices.Index(d.AltNames, alt)
	if i < 0 {
		return fmt.Errorf("%s is no altname of %s", alt, d.Name)
	}
	d.AltNames = slices.Delete(d.AltNames, i, i+1)
	return nil
}
