package rules

import (
	"fmt"

	"migcheck/preflight"
)

// BondModeIncompatible meets bond modes that are not made for guests' MACs.
var BondModeIncompatible = &preflight.Rule{
	ID:    "bond-mode-incompatible",
	Level: preflight.Blocked,
	Phase: preflight.Silent,
	Scope: preflight.PerDevice,
	Needs: preflight.Essential(preflight.Destination, preflight.Device, preflight.Bonds),
	Doc: `the bond's mode does not carry guests' own MAC addresses
balance-tlb and balance-alb send by every port and write that port's address
over the guest's (bond_do_alb_xmit), so that answers never find it; broadcasts
keep the address, so DHCP may work and nothing else. balance-rr and broadcast
need a static channel group on the switch, which nobody can see from here:
a warning. With one port there is no other to send by: balance-tlb and balance-alb
are a note then, and the others nothing. Use active-backup or 802.3ad.`,
	Value: bondModes,
	Check: func(p *preflight.Pass) {
		for _, d := range p.Side.Stack {
			if d.Bond == nil {
				continue
			}
			f := preflight.Finding{
				DestinationValue: d.Bond.Mode,
				Hint:             "use mode active-backup or 802.3ad; a bond's mode can be changed only while it is down and has no ports",
			}
			alone := len(p.Side.View.Links.Ports(d)) == 1
			switch d.Bond.Mode {
			case "balance-tlb", "balance-alb":
				f.Reason = fmt.Sprintf("the bond %s on %s is in mode %s, which overwrites the guest's MAC address in what it sends", d.Name, p.Side.Name, d.Bond.Mode)
				if alone {
					f.Level = preflight.Note
					f.Reason += " as soon as it has a second port"
				}
				p.Report(f)
			case "balance-rr", "broadcast":
				if alone {
					continue
				}
				f.Level = preflight.Warning
				f.Reason = fmt.Sprintf("the bond %s on %s is in mode %s, which works only with a static channel group on the switch", d.Name, p.Side.Name, d.Bond.Mode)
				p.Report(f)
			}
		}
	},
}

// bondModes are the modes of the bonds in a stack.
func bondModes(e *preflight.Endpoint) string {
	out := ""
	for _, d := range e.Stack {
		if d.Bond == nil {
			continue
		}
		if out != "" {
			out += ", "
		}
		out += d.Bond.Mode
	}
	return out
}
