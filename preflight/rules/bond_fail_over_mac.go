package rules

import (
	"fmt"

	"migcheck/preflight"
)

// BondFailOverMAC meets bonds whose ports keep addresses of their own.
var BondFailOverMAC = &preflight.Rule{
	ID:    "bond-fail-over-mac",
	Level: preflight.Warning,
	Phase: preflight.Silent,
	Scope: preflight.PerDevice,
	Needs: preflight.Helpful(preflight.Destination, preflight.Device, preflight.Bonds),
	Doc: `the bond's ports keep MAC addresses of their own
fail_over_mac is set for ports that can't take another address than their own.
Guests bring addresses of their own, and such a port may not receive for them:
after a failover of the bond the guest may be gone from the network, although the
host is not. Make one port fail while it hurts nobody, and see whether a guest on
the bond is still reached; then waive it. Only active-backup bonds of several ports
heed it.`,
	Value: failOverMACs,
	Check: func(p *preflight.Pass) {
		for _, d := range p.Side.Stack {
			if d.Bond == nil || d.Bond.Mode != "active-backup" || d.Bond.FailOverMAC == "" || d.Bond.FailOverMAC == "none" {
				continue
			}
			if len(p.Side.View.Links.Ports(d)) == 1 {
				continue // nothing to fail over to
			}
			p.Report(preflight.Finding{
				Reason: fmt.Sprintf("the bond %s on %s has fail_over_mac %s: its other port may not receive for the guest's address after a failover", d.Name, p.Side.Name, d.Bond.FailOverMAC),
				Hint:   hint("cat /sys/class/net/%s/bonding/fail_over_mac on %s; none (0) is right where every port takes any address", d.Name, p.Side.Name),
			})
		}
	},
}

// failOverMACs is the option of the first bond in a stack.
func failOverMACs(e *preflight.Endpoint) string {
	for _, d := range e.Stack {
		if d.Bond != nil && d.Bond.FailOverMAC != "" {
			return "fail_over_mac " + d.Bond.FailOverMAC
		}
	}
	return ""
}
