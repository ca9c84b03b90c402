package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// linkSpeed is what can leave the host below a device, in Mb/s, or 0 if that is
// not known: the speed of the NIC at the bottom; of a bond that sends by all its
// live ports their sum, and of one that sends by one port that port's. A team's
// and a bridge's with several uplinks is not known.
func linkSpeed(e *preflight.Endpoint, d *hostinfo.Device) int {
	links := e.View.Links
	for range 16 {
		switch {
		case d == nil:
			return 0
		case d.Kind == hostinfo.KindHardware:
			return portSpeed(d)
		case d.Bond != nil:
			return bondSpeed(e, d)
		case d.Kind == hostinfo.KindBridge:
			up := uplinks(links.Ports(d))
			if len(up) != 1 {
				return 0
			}
			d = up[0]
		default:
			d = links.Parent(d)
		}
	}
	return 0
}

// portSpeed is a NIC's speed while it has a link.
func portSpeed(d *hostinfo.Device) int {
	if d.Kind != hostinfo.KindHardware || d.LowerUp != hostinfo.Yes {
		return 0
	}
	return max(0, d.Speed)
}

// bondSpeed is a bond's speed; 0 where that of a port that counts is unknown.
func bondSpeed(e *preflight.Endpoint, bond *hostinfo.Device) int {
	live, _ := portsOf(e, bond)
	sum := 0
	for _, port := range live {
		if lacp := bond.Bond.LACP; lacp != nil && port.BondPort != nil && standsBy(port.BondPort, lacp.Aggregator) {
			continue
		}
		switch bond.Bond.Mode {
		case "active-backup":
			if port.Index == bond.Bond.ActiveSlave {
				return portSpeed(port)
			}
		case "802.3ad", "balance-xor", "balance-rr", "balance-tlb", "balance-alb":
			if portSpeed(port) == 0 {
				return 0
			}
			sum += portSpeed(port)
		}
	}
	return sum
}

// speedWord is a speed for people; "" if it is unknown.
func speedWord(mbit int) string {
	switch {
	case mbit <= 0:
		return ""
	case mbit%1000 == 0:
		return fmt.Sprintf("%d Gb/s", mbit/1000)
	}
	return fmt.Sprintf("%d Mb/s", mbit)
}
