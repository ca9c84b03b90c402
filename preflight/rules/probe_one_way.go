package rules

import (
	"fmt"

	"migcheck/preflight"
)

// ProbeOneWay meets networks that carry frames in one direction only.
var ProbeOneWay = &preflight.Rule{
	ID:       "probe-one-way",
	Level:    preflight.Blocked,
	Phase:    preflight.Silent,
	Scope:    preflight.PerPair,
	CausedBy: deaf,
	Needs:    preflight.Essential(preflight.Destination, preflight.Probe),
	Doc: `frames pass between the devices in one direction only
With --probe migcheck sends some Ethernet frames from each device to the other.
Those of one direction arrived and none of the other did. A filter on a switch, a
broken fibre of a pair, or a bond whose ports the switch does not use as the host
does are the usual causes. The guest would send and hear no answer, or hear and
not be heard, and libvirt would call its migration a success.`,
	Value: deviceName,
	Check: func(p *preflight.Pass) {
		both := ways(p.Plan.Probed(p.Req))
		for i, w := range both {
			if other := both[1-i]; w.Heard == 0 && other.Heard > 0 {
				p.Report(preflight.Finding{
					Reason: fmt.Sprintf("%d of %d frames came from %s to %s, and none of %d the other way", other.Heard, other.Sent, other.from, other.to, w.Sent),
					Hint:   "look for a filter, or a broken link, on the way from " + w.from + " to " + w.to,
				})
			}
		}
	},
}
