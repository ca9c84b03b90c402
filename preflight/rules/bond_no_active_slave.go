package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// BondNoActiveSlave meets bonds that have nobody to send by.
var BondNoActiveSlave = &preflight.Rule{
	ID:       "bond-no-active-slave",
	Level:    preflight.Blocked,
	Phase:    preflight.Silent,
	Scope:    preflight.PerDevice,
	CausedBy: []string{"vlan-parent-down", "lowerdev-no-carrier", "lowerdev-admin-down"},
	Needs:    preflight.Essential(preflight.Destination, preflight.Device, preflight.Bonds, preflight.Flags, preflight.Carrier),
	Doc: `the bond has no port that it would send by
A bond without ports, one whose monitoring has declared every port dead, or one
in a mode with an active port that has none, drops what the guest sends. libvirt
reports a success. Where a bond has no monitoring at all (miimon and
arp_interval 0), its own word about its ports is from the day they were added;
migcheck looks at their state instead.`,
	Check: func(p *preflight.Pass) {
		for _, d := range p.Side.Stack {
			if d.Bond == nil || d.Up == hostinfo.No {
				continue
			}
			if why := noActive(p.Side, d); why != "" {
				p.Report(preflight.Finding{
					DestinationValue: why,
					Reason:           fmt.Sprintf("the bond %s on %s %s", d.Name, p.Side.Name, why),
					Hint:             "cat /proc/net/bonding/" + d.Name + " on " + p.Side.Name + " says what the bond thinks of its ports",
				})
				return
			}
		}
	},
}

// noActive says why a bond would not send; "" if it would.
func noActive(e *preflight.Endpoint, d *hostinfo.Device) string {
	ports := e.View.Links.Ports(d)
	if len(ports) == 0 {
		return "has no ports"
	}
	monitored := d.Bond.MIIMon > 0 || d.Bond.ARPInterval > 0
	alive := 0
	for _, port := range ports {
		up := port.Up == hostinfo.Yes && port.LowerUp == hostinfo.Yes
		if monitored && port.BondPort != nil && port.BondPort.MIIStatus != "" {
			up = up && port.BondPort.MIIStatus == "UP" || port.BondPort.MIIStatus == "GOING_DOWN"
		}
		if up {
			alive++
		}
	}
	switch d.Bond.Mode {
	case "active-backup", "balance-tlb", "balance-alb":
		if alive > 0 && d.Bond.ActiveSlave == 0 && monitored {
			return "has no active port"
		}
	}
	if alive == 0 {
		return "holds none of its ports for alive"
	}
	return ""
}
