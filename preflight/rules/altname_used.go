package rules

import (
	"fmt"

	"migcheck/preflight"
)

// AltnameUsed tells that a name is an alternative one.
var AltnameUsed = &preflight.Rule{
	ID:    "altname-used",
	Level: preflight.Note,
	Phase: preflight.Silent,
	Scope: preflight.PerDevice,
	Needs: preflight.Essential(preflight.Destination, preflight.Device),
	Doc: `the NIC names its device by an alternative name
It works: the kernel finds the device by either name. It is worth knowing,
because /sys/class/net has no entry of that name, so libvirt takes an SR-IOV VF
named so for an ordinary NIC, and because whoever renames the device may not
think of its altnames.`,
	Check: func(p *preflight.Pass) {
		if e := p.Side; e.Device.Name != e.Wanted && len(e.Wanted) <= maxName {
			p.Report(preflight.Finding{
				Reason: fmt.Sprintf("%s is an altname of %s on %s", e.Wanted, e.Device.Name, e.Name),
			})
		}
	},
}
