package rules

import (
	"fmt"

	"migcheck/preflight"
)

// MacvtapTrialRefused meets what no fact shows: the kernel's own no.
var MacvtapTrialRefused = &preflight.Rule{
	ID:       "macvtap-trial-refused",
	Level:    preflight.Blocked,
	Phase:    preflight.Prepare,
	Scope:    preflight.PerPair,
	CausedBy: []string{"lowerdev-not-ethernet", "lowerdev-rx-handler-busy", "macvtap-module-missing", "passthrough-not-exclusive", "source-dev-other-netns"},
	Applies:  func(p *preflight.Pass) bool { return p.Side.Mode != "passthrough" },
	Needs:    preflight.Essential(preflight.Destination, preflight.Trial),
	Doc: `the destination's kernel makes no macvtap on the device
With --trial migcheck makes a macvtap on the destination's device, down, with a
random MAC address and in a network namespace of its own, and takes it away at once.
The kernel refused that, and it will refuse libvirt's: the migration fails before
anything is copied. Where it is made, the module, the kind of the device and its
receive handler are as they should be. What it does not prove: that libvirt may open
the macvtap's node in /dev, that the guest's own MAC address is free on the device,
and that frames pass. A NIC in mode passthrough is not tried: that would change the
device.`,
	Check: func(p *preflight.Pass) {
		if t := p.Plan.Tried(p.Side); t.Refused != "" {
			p.Report(preflight.Finding{
				Reason: fmt.Sprintf("%s made no macvtap on %s in mode %s: %s", t.Host, t.Device, t.Mode, t.Refused),
				Hint:   "look with ip -details link and in dmesg what has taken the device; nothing that migcheck reads of it shows that",
			})
		}
	},
}
