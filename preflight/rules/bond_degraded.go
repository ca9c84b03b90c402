package rules

import (
	"fmt"
	"strings"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// BondDegraded meets bonds that have lost a port.
var BondDegraded = &preflight.Rule{
	ID:       "bond-degraded",
	Level:    preflight.Warning,
	Phase:    preflight.Silent,
	Scope:    preflight.PerDevice,
	About:    preflight.OnAnything,
	CausedBy: []string{"bridge-uplink-down", "lowerdev-no-carrier", "bond-no-active-slave", "lowerdev-admin-down", "vlan-parent-down"},
	Needs:    preflight.Helpful(preflight.Destination, preflight.Device, preflight.Bonds, preflight.Flags, preflight.Carrier),
	Doc: `the bond has a port that is dead
The guest arrives with its network, and with less behind it: a bond of two with
one live port has no second path, and the next cable that is pulled takes the
guest's network along. A bond that has lost as much on the source is a note. A
bond without any live port is bond-no-active-slave.`,
	Value: func(e *preflight.Endpoint) string {
		for _, d := range e.Stack {
			if live, dead := portsOf(e, d); d.Bond != nil && len(live)+len(dead) > 0 {
				return fmt.Sprintf("%d of %d ports of %s live", len(live), len(live)+len(dead), d.Name)
			}
		}
		return ""
	},
	Check: func(p *preflight.Pass) {
		e := p.Side
		for _, d := range e.Stack {
			if d.Bond == nil || d.Up == hostinfo.No {
				continue
			}
			live, dead := portsOf(e, d)
			if len(live) == 0 || len(dead) == 0 {
				continue
			}
			p.Report(preflight.Finding{
				Reason: fmt.Sprintf("%s of the bond %s on %s %s dead: %d of %d ports left", listed(dead), d.Name, e.Name, isAre(len(dead)), len(live), len(live)+len(dead)),
				Hint:   hint("look at the cable and the switch port; cat /proc/net/bonding/%s on %s", d.Name, e.Name),
			})
		}
	},
}

// portsOf are a bond's ports that it can use, and those that it can't.
func portsOf(e *preflight.Endpoint, bond *hostinfo.Device) (live, dead []*hostinfo.Device) {
	if bond.Bond == nil {
		return nil, nil
	}
	for _, port := range e.View.Links.Ports(bond) {
		if portAlive(bond, port) {
			live = append(live, port)
		} else {
			dead = append(dead, port)
		}
	}
	return live, dead
}

// listed names at most four devices.
func listed(devices []*hostinfo.Device) string {
	var names []string
	for i, d := range devices {
		if i == 4 {
			names = append(names, fmt.Sprintf("%d more", len(devices)-i))
			break
		}
		names = append(names, d.Name)
	}
	return strings.Join(names, " and ")
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
