package hostinfo

import "slices"

// maxDepth bounds walks through stacked devices. The kernel stops at
// MAX_NEST_DEV, 8 levels; anything deeper is hostile input.
const maxDepth = 16

// Links is an index over one host's devices, made once per host.
type Links struct {
	byIndex  map[int]*Device
	byName   map[string]*Device
	ports    map[int][]*Device // by master
	children map[int][]*Device // by parent, within this namespace
	highest  int               // ifindex
	switches int               // devices of Open vSwitch's own, beside its datapath
	twice    bool
}

// IndexLinks builds the index. It refers to the host's devices, which must not
// change afterwards.
func IndexLinks(h *Host) *Links {
	l := &Links{
		byIndex:  make(map[int]*Device, len(h.Devices)),
		byName:   make(map[string]*Device, len(h.Devices)),
		ports:    map[int][]*Device{},
		children: map[int][]*Device{},
	}
	for i := range h.Devices {
		d := &h.Devices[i]
		l.byIndex[d.Index] = d
		l.highest = max(l.highest, d.Index)
		if d.Kind == KindOpenVSwitch && d.Name != "ovs-system" {
			l.switches++
		}
		for _, alt := range d.AltNames {
			if _, taken := l.byName[alt]; !taken {
				l.byName[alt] = d
			}
		}
		if d.Master != 0 {
			l.ports[d.Master] = append(l.ports[d.Master], d)
		}
		if d.Parent != 0 && !d.ParentElsewhere {
			l.children[d.Parent] = append(l.children[d.Parent], d)
		}
	}
	for i := range h.Devices { // a real name wins over an altname
		d := &h.Devices[i]
		other := l.byName[d.Name]
		l.twice = l.twice || other != nil && other.Name == d.Name && other != d
		l.byName[d.Name] = d
	}
	return l
}

// ByName is the device with that name or altname, or nil.
func (l *Links) ByName(name string) *Device { return l.byName[name] }

// ByIndex is the device with that ifindex, or nil.
func (l *Links) ByIndex(index int) *Device { return l.byIndex[index] }

// Twice says whether two devices have one name, which no kernel allows.
func (l *Links) Twice() bool { return l.twice }

// Highest is the highest ifindex; 0 if there are no devices.
func (l *Links) Highest() int { return l.highest }

// Ports are the devices whose master is d: a bond's or a bridge's ports.
func (l *Links) Ports(d *Device) []*Device { return l.ports[d.Index] }

// Children are the devices of this namespace that stand on d: its VLANs,
// macvlans and the like. Children moved to other namespaces are not here.
func (l *Links) Children(d *Device) []*Device { return l.children[d.Index] }

// Parent is the device that d stands on, or nil if there is none or if it is
// in another namespace.
func (l *Links) Parent(d *Device) *Device {
	if d.Parent == 0 || d.ParentElsewhere {
		return nil
	}
	return l.byIndex[d.Parent]
}

// Below are the devices directly below d: its parent, or a bond's, team's or
// bridge's ports in the order of their ifindex.
func (l *Links) Below(d *Device) []*Device {
	if p := l.Parent(d); p != nil {
		return []*Device{p}
	}
	switch d.Kind {
	case KindBond, KindTeam, KindBridge:
		return l.Ports(d)
	}
	return nil
}

// Stack is d and everything below it, d first, each device once. The ports of
// a bridge end the stack: they are its members, not what it needs to exist.
func (l *Links) Stack(d *Device) []*Device {
	var out []*Device
	level := []*Device{d}
	for depth := 0; len(level) > 0 && depth < maxDepth; depth++ {
		var next []*Device
		for _, x := range level {
			if slices.Contains(out, x) {
				continue
			}
			out = append(out, x)
			if x.Kind != KindBridge {
				next = append(next, l.Below(x)...)
			}
		}
		level = next
	}
	return out
}

// Real is the device whose receive path a macvlan on d would use: d itself, or
// what d stands on if d is itself a macvlan or macvtap (macvlan_common_newlink
// replaces it). It is d if the parent is not known.
func (l *Links) Real(d *Device) *Device {
	for range maxDepth {
		p := l.Parent(d)
		if !d.IsMacvlan() || p == nil {
			return d
		}
		d = p
	}
	return d
}
