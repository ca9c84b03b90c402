package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// LowerdevNoCarrier looks through the whole stack for the layer that is dead.
var LowerdevNoCarrier = &preflight.Rule{
	ID:       "lowerdev-no-carrier",
	Level:    preflight.Blocked,
	Phase:    preflight.Silent,
	Scope:    preflight.PerDevice,
	CausedBy: []string{"lowerdev-not-ethernet", "vlan-parent-down"},
	Needs:    preflight.Essential(preflight.Destination, preflight.Device, preflight.Kinds, preflight.Flags, preflight.Carrier, preflight.BridgeVLANs),
	Doc: `nothing below the device leads to a cable
libvirt never looks at carriers: it migrates, reports success, and the guest is
mute. The guest does not even notice, since its virtual link stays up. The
finding names the layer at fault: a NIC without a carrier, a bond whose ports are
all dead, a parent that is down. Carriers themselves can lie: a bond without
monitoring and a VLAN with loose_binding show one with nothing behind it, so
migcheck looks at every layer. A bond that only asks an ARP target shows none
while the target is silent; any other frame that a port receives wakes it, and it
was seen to carry traffic: a warning. With arp_validate only the target's answers
count, and it stays dead. A bridge that filters by VLAN takes what stands on it for a
port of its own: the bridge itself must be in that VLAN (bridge vlan show dev br0), or
have one for untagged frames, and so must an uplink. A bridge of Open vSwitch's always
shows a carrier: what
counts is whether it has a live port that leads out, as with bridge-uplink-down.`,
	Value: func(e *preflight.Endpoint) string {
		if s := deadLayer(e); s.why != "" {
			return s.why
		}
		return "carrier"
	},
	Check: func(p *preflight.Pass) {
		e := p.Side
		s := deadLayer(e)
		at := s.at
		if s.why == "" {
			if sw := switchBelow(e); sw != nil {
				unsureUplink(p, sw)
			}
			return
		}
		f := preflight.Finding{
			Reason: fmt.Sprintf("%s on %s leads nowhere: %s", e.Wanted, e.Name, s.why),
			Hint:   "look at the cable, the switch port and " + at.Name,
			Fix:    append(s.fix, setUp(switchedOff(e, at))...),
		}
		if s.drops {
			f.Hint = hint("compare bridge vlan show dev %s on both hosts", at.Name)
		}
		f = keepUp(f, e, switchedOff(e, at))
		if asksARPOnly(at) && otherTrafficCounts(at) && aPortIsAlive(e, at) {
			f.Level = preflight.Warning
			f.Reason = fmt.Sprintf("%s, below %s on %s, has live ports and no answer from its ARP target, so it shows no carrier until other traffic arrives", at.Name, e.Wanted, e.Name)
			f.Hint = "check the ARP target, or monitor the bond by its links (miimon)"
		}
		p.Report(f)
	},
}

// asksARPOnly says whether a bond judges its ports by an ARP target alone.
func asksARPOnly(d *hostinfo.Device) bool {
	return d.Bond != nil && d.Bond.ARPInterval > 0 && d.Bond.MIIMon == 0
}

// otherTrafficCounts says whether a bond takes any frame for a sign of life of
// the port that it sends by, and not only its target's answers.
func otherTrafficCounts(d *hostinfo.Device) bool {
	switch d.Bond.ARPValidate {
	case "active", "all", "filter_active":
		return false
	}
	return true
}

func aPortIsAlive(e *preflight.Endpoint, bond *hostinfo.Device) bool {
	for _, port := range e.View.Links.Ports(bond) {
		if bond.Up == hostinfo.Yes && port.Up == hostinfo.Yes && port.LowerUp == hostinfo.Yes {
			return true
		}
	}
	return false
}

// switchedOff are the layers that are merely down, the lowest first.
func switchedOff(e *preflight.Endpoint, at *hostinfo.Device) []*hostinfo.Device {
	var down []*hostinfo.Device
	for _, port := range e.View.Links.Below(at) {
		if port.Up == hostinfo.No && at.Kind != hostinfo.KindBridge {
			down = append(down, port)
		}
	}
	if at.Up == hostinfo.No {
		down = append(down, at)
	}
	return down
}
