package rules

import (
	"fmt"

	"migcheck/preflight"
)

// SpeedLower tells of a slower way out.
var SpeedLower = &preflight.Rule{
	ID:       "speed-lower",
	Level:    preflight.Note,
	Phase:    preflight.Silent,
	Scope:    preflight.PerPair,
	About:    preflight.OnAnything,
	CausedBy: []string{"bridge-uplink-down", "bond-degraded", "bond-lacp-not-negotiated", "lowerdev-no-carrier", "bond-no-active-slave"},
	Needs: append(preflight.Helpful(preflight.Source, preflight.Device, preflight.Hardware),
		preflight.Helpful(preflight.Destination, preflight.Device, preflight.Hardware)...),
	Doc: `the destination's device is slower than the source's
What counts is the speed of the NIC at the bottom of the device: of a bond that
sends by all its live ports their sum, of an active-backup bond the active
port's. Virtual devices and NICs without a link have no speed that means
anything; where it is not known on both hosts, nothing is said. Whether the
guest needs the speed, only you know.`,
	Value: func(e *preflight.Endpoint) string { return speedWord(linkSpeed(e, e.Device)) },
	Check: func(p *preflight.Pass) {
		src, dst := p.Req.Source, p.Req.Destination
		a, b := linkSpeed(src, src.Device), linkSpeed(dst, dst.Device)
		if a > 0 && b > 0 && b < a {
			p.Report(preflight.Finding{
				Reason: fmt.Sprintf("%s on %s has %s, and %s on %s had %s", dst.Wanted, dst.Name, speedWord(b), src.Wanted, src.Name, speedWord(a)),
			})
		}
	},
}
