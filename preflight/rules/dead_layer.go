package rules

import (
	"fmt"
	"strings"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// deadLayer finds the lowest layer that keeps frames from leaving, and says
// what is wrong with it; "" if frames can leave. That the device itself is down
// does not count: libvirt sets it up.
func deadLayer(e *preflight.Endpoint) (*hostinfo.Device, string) {
	w := layerWalk{e, map[*hostinfo.Device]layerState{}}
	s := w.look(e.Device)
	return s.at, s.why
}

// layerWalk asks every device once, however often it is met on the way.
type layerWalk struct {
	e    *preflight.Endpoint
	seen map[*hostinfo.Device]layerState
}

type layerState struct {
	at  *hostinfo.Device
	why string // "" if the device can send
}

func (w *layerWalk) look(d *hostinfo.Device) layerState {
	if s, ok := w.seen[d]; ok {
		return s
	}
	w.seen[d] = layerState{at: d} // what stands on itself is judged by the rest
	s := w.below(d)
	switch {
	case d.Kind == hostinfo.KindDummy:
		s = layerState{d, d.Name + " is a dummy, which drops whatever is sent"}
	case d.Up == hostinfo.No && d != w.e.Device:
		s = layerState{d, d.Name + " is down"}
	case s.why == "" && d.Up == hostinfo.Yes && d.LowerUp == hostinfo.No:
		s = layerState{d, d.Name + " has no carrier"}
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
		if up := uplinks(links.Ports(d)); len(up) > 0 { // without any it serves this host alone
			return w.ports(d, up)
		}
	case hostinfo.KindOpenVSwitch:
		if up := links.Uplinks(d); len(up) > 0 {
			return w.ports(d, up)
		}
		return layerState{d, d.Name + " is Open vSwitch's, which has no port that leads out"}
	default:
		if parent := links.Parent(d); parent != nil {
			if why := shutOut(links, d, parent); why != "" {
				return layerState{parent, why}
			}
			return w.look(parent)
		}
	}
	return layerState{at: d}
}

// shutOut says why a bridge drops what comes from a VLAN that stands on it: it
// filters, and has uplinks, none of which is in that VLAN; "" otherwise, and where what
// they are in was not read.
func shutOut(links *hostinfo.Links, d, bridge *hostinfo.Device) string {
	if d.VLAN == nil || d.VLAN.Protocol != "802.1Q" || bridge.Bridge == nil || bridge.Bridge.VLANFiltering != hostinfo.Yes {
		return ""
	}
	up := uplinks(links.Ports(bridge))
	if len(up) == 0 || firstMissing(up, hostinfo.VLANRange{First: d.VLAN.ID, Last: d.VLAN.ID}) == 0 {
		return ""
	}
	return fmt.Sprintf("no uplink of %s is in VLAN %d, so the bridge drops its frames", bridge.Name, d.VLAN.ID)
}

// ports judges a device that needs one of several below it.
func (w *layerWalk) ports(d *hostinfo.Device, ports []*hostinfo.Device) layerState {
	if len(ports) == 0 {
		return layerState{d, d.Name + " has no ports"}
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
	return layerState{d, "no port of " + d.Name + " is alive: " + strings.Join(all, ", ")}
}
