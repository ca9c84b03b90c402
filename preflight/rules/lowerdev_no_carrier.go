package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/hostinfo/shell"
	"migcheck/preflight"
)

// LowerdevNoCarrier looks through the whole stack for the layer that is dead.
var LowerdevNoCarrier = &preflight.Rule{
	ID:       "lowerdev-no-carrier",
	Level:    preflight.Blocked,
	Phase:    preflight.Silent,
	Scope:    preflight.PerDevice,
	CausedBy: []string{"vlan-parent-down"},
	Needs:    preflight.Essential(preflight.Destination, preflight.Device, preflight.Kinds, preflight.Flags, preflight.Carrier),
	Doc: `nothing below the device leads to a cable
libvirt never looks at carriers: it migrates, reports success, and the guest is
mute. The guest does not even notice, since its virtual link stays up. The
finding names the layer at fault: a NIC without a carrier, a bond whose ports are
all dead, a parent that is down. Carriers themselves can lie: a bond without
monitoring and a VLAN with loose_binding show one with nothing behind it, so
migcheck looks at every layer.`,
	Value: func(e *preflight.Endpoint) string {
		if _, why := deadLayer(e, e.Device, 0); why != "" {
			return why
		}
		return "carrier"
	},
	Check: func(p *preflight.Pass) {
		e := p.Side
		d := e.Device
		if d.Up == hostinfo.No && d.Kind != hostinfo.KindVLAN && !d.IsMacvlan() {
			return // its carrier is unknowable: lowerdev-admin-down says so
		}
		at, why := deadLayer(e, d, 0)
		if why == "" {
			return
		}
		f := preflight.Finding{
			Reason: fmt.Sprintf("%s on %s leads nowhere: %s", e.Wanted, e.Name, why),
			Hint:   "look at the cable, the switch port and " + at.Name,
		}
		f.Fix = bringUp(e, at)
		p.Report(f)
	},
}

// deadLayer finds the lowest layer that keeps frames from leaving, and says
// what is wrong with it; "" if frames can leave.
func deadLayer(e *preflight.Endpoint, d *hostinfo.Device, depth int) (*hostinfo.Device, string) {
	if depth > 8 {
		return d, ""
	}
	if d.Up == hostinfo.No && depth > 0 {
		return d, d.Name + " is down"
	}
	switch d.Kind {
	case hostinfo.KindBond, hostinfo.KindTeam:
		return deadPorts(e, d, depth)
	case hostinfo.KindBridge:
	default:
		if parent := e.View.Links.Parent(d); parent != nil {
			if at, why := deadLayer(e, parent, depth+1); why != "" {
				return at, why
			}
		}
	}
	if d.Up == hostinfo.Yes && d.LowerUp == hostinfo.No {
		return d, d.Name + " has no carrier"
	}
	return d, ""
}

// deadPorts is deadLayer for devices that need one of several below them.
func deadPorts(e *preflight.Endpoint, d *hostinfo.Device, depth int) (*hostinfo.Device, string) {
	ports := e.View.Links.Ports(d)
	if len(ports) == 0 {
		return d, d.Name + " has no ports"
	}
	all := ""
	for _, port := range ports {
		_, why := deadLayer(e, port, depth+1)
		if why == "" {
			if d.Up == hostinfo.Yes && d.LowerUp == hostinfo.No {
				return d, d.Name + " has no carrier although " + port.Name + " has one"
			}
			return d, ""
		}
		if all != "" {
			all += ", "
		}
		all += why
	}
	return d, "no port of " + d.Name + " is alive: " + all
}

// bringUp are the commands for layers that are merely switched off.
func bringUp(e *preflight.Endpoint, at *hostinfo.Device) []string {
	var lines []string
	for _, port := range e.View.Links.Below(at) {
		if port.Up == hostinfo.No {
			lines = append(lines, "ip link set dev "+shell.Quote(port.Name)+" up")
		}
	}
	if at.Up == hostinfo.No {
		lines = append(lines, "ip link set dev "+shell.Quote(at.Name)+" up")
	}
	return commands(lines...)
}
