package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// ModeMismatchOnLowerdev meets neighbours that the guest will not reach.
var ModeMismatchOnLowerdev = &preflight.Rule{
	ID:       "mode-mismatch-on-lowerdev",
	Level:    preflight.Note,
	Phase:    preflight.Silent,
	Scope:    preflight.PerDevice,
	CausedBy: []string{"passthrough-not-exclusive"},
	Needs:    preflight.Essential(preflight.Destination, preflight.Device, preflight.Children),
	Doc: `other guests on the device are in another macvtap mode
Two macvtaps on one device reach each other directly only if both are in mode
bridge. Frames to and from one in mode vepa go out to the switch and come back only
if its port does reflective relay; one in mode private is reached by none of them.
Everything outside the host is reached all the same.`,
	Check: func(p *preflight.Pass) {
		e := p.Side
		mine := e.Mode
		if mine == "passthrough" || mine == "" {
			return
		}
		for _, c := range e.View.Links.Children(e.Real()) {
			other := c.Macvlan
			if c.Kind != hostinfo.KindMacvtap || c == e.Macvtap || (other.Mode == "bridge") == (mine == "bridge") {
				continue
			}
			if other.Mode != "bridge" && other.Mode != "vepa" && other.Mode != "private" {
				continue
			}
			p.Report(preflight.Finding{
				DestinationValue: c.Name + " in mode " + other.Mode,
				Reason:           fmt.Sprintf("the guest is in mode %s, and the macvtap %s%s on %s of %s in mode %s: they do not reach each other directly", mine, c.Name, ownerOf(e, c.MAC), e.Device.Name, e.Name, other.Mode),
				Hint:             "give guests that talk to each other one mode",
			})
			return
		}
	},
}
