package rules

import (
	"fmt"

	"migcheck/preflight"
)

// ProbeMTUTooSmall meets networks that lose the guest's large frames between
// devices that take them.
var ProbeMTUTooSmall = &preflight.Rule{
	ID:    "probe-mtu-too-small",
	Level: preflight.Warning,
	Phase: preflight.Silent,
	Scope: preflight.PerPair,
	Needs: preflight.Helpful(preflight.Destination, preflight.Probe),
	Doc: `the network between the devices loses the guest's large frames
With --probe migcheck sends frames as large as the guest's MTU lets it send, or as
large as both devices take, and looks for the largest that passes. Smaller ones
arrived and these did not: a switch, a tunnel or an overlay between the hosts takes
less. Ping works then and large transfers hang. What passes is found to within four
bytes. Where it is less than 1500 the guest is blocked, otherwise warned: it need
not use what its device would take.`,
	Value: func(e *preflight.Endpoint) string { return fmt.Sprintf("mtu %d", e.Device.MTU) },
	Check: func(p *preflight.Pass) {
		r := p.Plan.Probed(p.Req)
		for _, w := range ways(r) {
			if !r.BothWays() || w.Largest == 0 || w.Largest >= r.Size {
				continue
			}
			f := preflight.Finding{
				Reason: fmt.Sprintf("the guest may send %d bytes at once, and from %s to %s no more than %d pass", p.Req.GuestMTU(), w.from, w.to, w.Largest),
				Hint:   "raise the MTU of the switches and tunnels between the hosts, or give the guest a smaller one",
			}
			if w.Largest < ethernetMTU {
				f.Level = preflight.Blocked
			}
			p.Report(f)
			return // the other way is the same network
		}
	},
}
