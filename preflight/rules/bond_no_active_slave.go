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
migcheck looks at their state instead, and at whether the port that it sends by
is dead, which nothing would notice. A bond that only asks an ARP target is not
taken at its word either: a target that does not answer was seen to stop nothing.`,
	Check: func(p *preflight.Pass) {
		for _, d := range p.Side.Stack {
			if d.Bond == nil || d.Up == hostinfo.No {
				continue
			}
			if why := noActive(p.Side, d); why != "" {
				p.Report(preflight.Finding{
					DestinationValue: why,
					Reason:           fmt.Sprintf("the bond %s on %s %s", d.Name, p.Side.Name, why),
					Hint:             hint("cat /proc/net/bonding/%s on %s says what the bond thinks of its ports", d.Name, p.Side.Name),
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
	alive := 0
	var sender *hostinfo.Device
	for _, port := range ports {
		if portAlive(d, port) {
			alive++
		}
		if port.Index == d.Bond.ActiveSlave {
			sender = port
		}
	}
	if alive == 0 {
		return "holds none of its ports for alive"
	}
	switch d.Bond.Mode {
	case "active-backup", "balance-tlb", "balance-alb":
		if d.Bond.MIIMon > 0 && d.Bond.ActiveSlave == 0 {
			return "has no active port"
		}
		if sender != nil && d.Bond.MIIMon == 0 && d.Bond.ARPInterval == 0 && !portAlive(d, sender) {
			return "sends by " + sender.Name + ", which is dead, and has no monitoring that would notice"
		}
	}
	return ""
}

// portAlive says whether a bond can use a port.
func portAlive(bond, port *hostinfo.Device) bool {
	if bond.Bond.MIIMon > 0 && port.BondPort != nil {
		switch port.BondPort.MIIStatus {
		case "GOING_DOWN": // used until downdelay has passed
			return true
		case "DOWN", "GOING_BACK":
			return false
		}
	}
	return port.Up == hostinfo.Yes && port.LowerUp == hostinfo.Yes
}
