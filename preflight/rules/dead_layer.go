package rules

import (
	"strings"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// deadLayer finds the lowest layer that keeps frames from leaving. That the device
// itself is down does not count: libvirt sets it up.
func deadLayer(e *preflight.Endpoint) layerState {
	w := layerWalk{e, map[*hostinfo.Device]layerState{}}
	return w.look(e.Device)
}

// layerWalk asks every device once, however often it is met on the way.
type layerWalk struct {
	e    *preflight.Endpoint
	seen map[*hostinfo.Device]layerState
}

type layerState struct {
	at  *hostinfo.Device
	why string // "" if the device can send
	// drops is set where it is a bridge whose VLANs are wrong, and fix is what helps then;
	// nil if that can't be told.
	drops bool
	fix   []string
}

func (w *layerWalk) look(d *hostinfo.Device) layerState {
	if s, ok := w.seen[d]; ok {
		return s
	}
	w.seen[d] = layerState{at: d} // what stands on itself is judged by the rest
	s := w.below(d)
	switch {
	case d.Kind == hostinfo.KindDummy:
		s = layerState{at: d, why: d.Name + " is a dummy, which drops whatever is sent"}
	case d.Up == hostinfo.No && d != w.e.Device:
		s = layerState{at: d, why: d.Name + " is down"}
	case s.why == "" && d.Up == hostinfo.Yes && d.LowerUp == hostinfo.No:
		s = layerState{at: d, why: d.Name + " has no carrier"}
	}
	w.seen[d] = s
	return s
}

// below judges what a device stands on.
func (w *layerWalk) below(d *hostinfo.Device) layerState {
	links := w.e.View.Links
	switch d.Kind {
	case hostinfo.KindBond, hostinfo.KindTeam:
		return w.ports(d, links.Ports(d))
	case hostinfo.KindBridge:
		if d == w.e.Device { // what enters it comes from the guest, and has no tag
			if s := w.onBridge(d, nil); s.why != "" {
				return s
			}
		}
		if up := uplinks(links.Ports(d)); len(up) > 0 { // without any it serves this host alone
			return w.ports(d, up)
		}
	case hostinfo.KindOpenVSwitch:
		if up := links.Uplinks(d); len(up) > 0 {
			return w.ports(d, up)
		}
		return layerState{at: d, why: d.Name + " is Open vSwitch's, which has no port that leads out"}
	default:
		if parent := links.Parent(d); parent != nil {
			if s := w.onBridge(parent, w.tagOn(d)); s.why != "" {
				return s
			}
			return w.look(parent)
		}
	}
	return layerState{at: d}
}

// onBridge judges whether a device, where it is a bridge, passes what stands on it.
func (w *layerWalk) onBridge(d *hostinfo.Device, by *hostinfo.VLAN) layerState {
	if d.Kind != hostinfo.KindBridge {
		return layerState{at: d}
	}
	why, fix := shutOut(w.e.View.Links, by, d)
	return layerState{d, why, why != "", fix}
}

// tagOn is the outermost VLAN of what a frame has passed on its way from the
// endpoint's device to this one; nil if there is none. Where several ways lead there it
// is the device's own.
func (w *layerWalk) tagOn(d *hostinfo.Device) *hostinfo.VLAN {
	var tag *hostinfo.VLAN
	x := w.e.Device
	for range 16 {
		if x == nil {
			break
		}
		if x.VLAN != nil {
			tag = x.VLAN
		}
		if x == d {
			return tag
		}
		x = w.e.View.Links.Parent(x)
	}
	return d.VLAN
}

// ports judges a device that needs one of several below it.
func (w *layerWalk) ports(d *hostinfo.Device, ports []*hostinfo.Device) layerState {
	if len(ports) == 0 {
		return layerState{at: d, why: d.Name + " has no ports"}
	}
	var all []string
	for _, port := range ports {
		s := w.look(port)
		if s.why == "" {
			return layerState{at: d}
		}
		if len(all) < 4 {
			all = append(all, s.why)
		}
	}
	return layerState{at: d, why: "no port of " + d.Name + " is alive: " + strings.Join(all, ", ")}
}
