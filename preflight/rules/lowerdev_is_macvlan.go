package rules

import (
	"fmt"

	"migcheck/preflight"
)

// LowerdevIsMacvlan meets devices that are not what the macvtap will stand on.
var LowerdevIsMacvlan = &preflight.Rule{
	ID:       "lowerdev-is-macvlan",
	Level:    preflight.Note,
	Phase:    preflight.Silent,
	Scope:    preflight.PerPair,
	CausedBy: []string{"lowerdev-kind-differs", "passthrough-not-exclusive"},
	Needs:    preflight.Essential(preflight.Destination, preflight.Device, preflight.Kinds),
	Doc: `the device is a macvlan itself
The kernel puts a macvtap that names a macvlan beside it, on the device below. So
the guest's MAC and its mode count there, among all that stands on that device, and
what was set up on the macvlan does not hold for the guest. libvirt sets the named
macvlan up, not the device below. Name the device below. It is said only where the
source's device is another kind: migrating changes nothing else.`,
	Check: func(p *preflight.Pass) {
		src, dst := p.Req.Source, p.Req.Destination
		if !dst.Device.IsMacvlan() || src.Device != nil && src.Device.IsMacvlan() {
			return
		}
		below := nameOf(dst.Parent())
		if dst.Device.ParentElsewhere {
			below = "a device in another network namespace"
		}
		p.Report(preflight.Finding{
			DestinationValue: dst.Device.Kind + " on " + below,
			Reason:           fmt.Sprintf("%s on %s is a %s, and the guest's macvtap would stand beside it on %s", dst.Wanted, dst.Name, dst.Device.Kind, below),
			Hint:             "let the NIC name the device below",
		})
	},
}
