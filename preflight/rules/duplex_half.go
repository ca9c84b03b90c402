package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/hostinfo/shell"
	"migcheck/preflight"
)

// DuplexHalf meets links that were negotiated wrongly.
var DuplexHalf = &preflight.Rule{
	ID:    "duplex-half",
	Level: preflight.Warning,
	Phase: preflight.Silent,
	Scope: preflight.PerDevice,
	About: preflight.OnAnything,
	Needs: preflight.Helpful(preflight.Destination, preflight.Device, preflight.Hardware),
	Doc: `a NIC below the device runs in half duplex
Half duplex on a switch means that one end negotiates and the other was set by
hand: frames collide, and under load the guest's traffic stalls while ping looks
fine. Let both ends negotiate. Only NICs with a link and a speed count.`,
	Check: func(p *preflight.Pass) {
		for _, d := range p.Side.Stack {
			if d.Duplex != "half" || d.Up != hostinfo.Yes || portSpeed(d) == 0 {
				continue
			}
			p.Report(preflight.Finding{
				DestinationValue: fmt.Sprintf("%s: %s, half duplex", d.Name, speedWord(d.Speed)),
				Reason:           fmt.Sprintf("%s, below %s on %s, runs in half duplex: under load frames are lost", d.Name, p.Side.Wanted, p.Side.Name),
				Fix:              commands("ethtool -s " + shell.Quote(d.Name) + " autoneg on"),
				Hint:             "let the switch port negotiate, too",
			})
		}
	},
}
