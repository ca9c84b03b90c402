package rules

import (
	"fmt"

	"migcheck/preflight"
)

// LowerdevNotEthernet meets devices that can't carry a macvtap by their type.
var LowerdevNotEthernet = &preflight.Rule{
	ID:    "lowerdev-not-ethernet",
	Level: preflight.Blocked,
	Phase: preflight.Prepare,
	Scope: preflight.PerDevice,
	Needs: preflight.Essential(preflight.Destination, preflight.LinkType),
	Doc: `the device is not an Ethernet device
A macvtap stands on Ethernet devices only; the loopback device, tun, WireGuard
and IP over InfiniBand are refused by the kernel (macvlan_port_create):
"error creating macvtap interface macvtapN@D: Invalid argument".`,
	Value: func(e *preflight.Endpoint) string { return e.Device.LinkType },
	Check: func(p *preflight.Pass) {
		if t := p.Side.Device.LinkType; t != "ether" {
			p.Report(preflight.Finding{
				Reason: fmt.Sprintf("%s on %s is of type %s, and the kernel puts macvtaps on Ethernet devices only", p.Side.Wanted, p.Side.Name, t),
				Hint:   "let the NIC name an Ethernet device: a NIC, bond, VLAN, bridge or team",
			})
		}
	},
}
