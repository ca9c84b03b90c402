package rules

import (
	"fmt"

	"migcheck/preflight"
)

// BondARPMonitor tells of bonds that believe an ARP target.
var BondARPMonitor = &preflight.Rule{
	ID:       "bond-arp-monitor",
	Level:    preflight.Note,
	Phase:    preflight.Silent,
	Scope:    preflight.PerPair,
	CausedBy: []string{"lowerdev-no-carrier", "bond-no-active-slave"},
	Needs:    preflight.Helpful(preflight.Destination, preflight.Device, preflight.Bonds),
	Doc: `the bond asks an ARP target whether its ports are alive
With arp_interval a bond holds a port for dead when the target does not answer,
be it that the target is away, or that the host has no address in its network. It
then changes its port, or shows no carrier, for a reason that has nothing to do
with the guest's network. Below guests, monitor the links instead (miimon). Where
the source's bond asks too, nothing is said.`,
	Value: func(e *preflight.Endpoint) string {
		if bond, every := asksARP(e); bond != "" {
			return fmt.Sprintf("arp_interval %d", every)
		}
		return ""
	},
	Check: func(p *preflight.Pass) {
		bond, every := asksARP(p.Side)
		if before, _ := asksARP(p.Req.Source); bond == "" || before != "" {
			return
		}
		p.Report(preflight.Finding{
			Reason: fmt.Sprintf("the bond %s on %s asks an ARP target every %d ms whether its ports are alive, and believes it", bond, p.Side.Name, every),
			Hint:   "monitor the bond by its links: miimon 100, arp_interval 0",
		})
	},
}

// asksARP is the first bond of a stack that has an ARP target, and how often it
// asks, in ms.
func asksARP(e *preflight.Endpoint) (bond string, every int) {
	for _, d := range e.Stack {
		if d.Bond != nil && d.Bond.ARPInterval > 0 {
			return d.Name, d.Bond.ARPInterval
		}
	}
	return "", 0
}
