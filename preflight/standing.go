package preflight

import "migcheck/hostinfo"

// Standing is what a host shows of a running guest's macvtap.
type Standing struct {
	Macvtap *hostinfo.Device // nil if it was not found
	// On is the device that the NIC truly stands on: the one that its definition
	// names, unless the macvtap is seen on another, which was renamed since the
	// guest started. Nil if that is not known.
	On  *hostinfo.Device
	Why string // why On is not known; empty if it is
}

// StandingOf looks for a NIC's macvtap: under target, the name that libvirt gave
// it, and by its address on the device that the definition names. named is that
// device, nil if the host has none of that name.
func StandingOf(v *View, named *hostinfo.Device, nic *hostinfo.NIC, target string) Standing {
	has := func(d *hostinfo.Device) bool { return d.MAC == nic.MAC || d.MAC == nic.EffectiveMAC() }
	elsewhere := v.Setup.DaemonElsewhere == hostinfo.Yes // then names say nothing
	tap := macvtapCalled(v, target)
	if named != nil && (elsewhere || tap == nil || !has(tap)) {
		on := macvtapOn(v, named, has)
		if elsewhere || tap == nil || on != nil || onto(v, tap, named) {
			return Standing{Macvtap: on, On: named}
		}
	}
	switch {
	case elsewhere:
		return Standing{Why: "libvirt sees other devices than those that were read"}
	case tap == nil:
		return Standing{Why: "the guest's macvtap was not found, nor the device " + nic.Dev + " that its definition names"}
	case !has(tap):
		return Standing{Why: tap.Name + " has another address than the guest, and stands on another device than its definition names"}
	case named != nil && onto(v, tap, named):
		return Standing{Macvtap: tap, On: named}
	case v.Links.Parent(tap) == nil:
		return Standing{Macvtap: tap, Why: "the device below the guest's macvtap " + tap.Name + " was not seen"}
	}
	return Standing{Macvtap: tap, On: v.Links.Parent(tap)}
}

// macvtapCalled is the macvtap of that name, or nil.
func macvtapCalled(v *View, name string) *hostinfo.Device {
	d := v.Links.ByName(name)
	if name == "" || d == nil || d.Kind != hostinfo.KindMacvtap {
		return nil
	}
	return d
}

// macvtapOn is the first macvtap on the device that fits, or nil.
func macvtapOn(v *View, on *hostinfo.Device, fits func(*hostinfo.Device) bool) *hostinfo.Device {
	for _, c := range v.Links.Children(v.Links.Real(on)) {
		if c.Kind == hostinfo.KindMacvtap && fits(c) {
			return c
		}
	}
	return nil
}

// onto says whether a macvtap stands on the device, as far as it is known.
func onto(v *View, tap, on *hostinfo.Device) bool {
	return tap.Parent == 0 || v.Links.Parent(tap) == v.Links.Real(on)
}

// stand puts a running guest's endpoint on the device that its macvtap stands on.
func (p *Plan) stand(e *Endpoint, i int, nic *hostinfo.NIC) {
	if e.View == nil || e.Wanted == "" || !p.Guest.State.Active() {
		return
	}
	s := StandingOf(e.View, e.Device, nic, TargetOf(p.Guest, i))
	e.Macvtap, e.Astray = s.Macvtap, s.Why
	if s.On == e.Device {
		return
	}
	e.Device, e.Stack = s.On, nil
	if s.On != nil {
		e.Wanted, e.Moved = s.On.Name, true
		e.Stack = e.View.Links.Stack(s.On)
	}
}

// TargetOf is the name that libvirt gave to a running NIC's macvtap; empty if it is
// not known.
func TargetOf(g *hostinfo.Guest, i int) string {
	if g.Live == nil || i >= len(g.Live.NICs) || g.Live.NICs[i].MAC != g.Sent().NICs[i].MAC {
		return ""
	}
	return g.Live.NICs[i].Target
}
