package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/hostinfo/shell"
	"migcheck/preflight"
)

// NetworkMissingOrInactive looks for the libvirt network of a NIC.
var NetworkMissingOrInactive = &preflight.Rule{
	ID:            "network-missing-or-inactive",
	Level:         preflight.Blocked,
	Phase:         preflight.Prepare,
	Scope:         preflight.PerDevice,
	WithoutDevice: true,
	Needs:         preflight.Essential(preflight.Destination, preflight.Networks),
	Doc: `the libvirt network of the NIC is not ready on the destination
A NIC of a libvirt network is sent with the network's name alone; the destination
looks its device up in its own definition. If that is not there: "Network not
found: no network with matching name 'N'". If it is there and not started:
"network 'N' is not active".`,
	Check: func(p *preflight.Pass) {
		e := p.Side
		name := shell.Quote(e.NetworkName)
		switch {
		case e.Network == nil:
			p.Report(preflight.Finding{
				DestinationValue: "absent",
				Reason:           fmt.Sprintf("%s has no libvirt network %s", e.Name, e.NetworkName),
				Hint:             "virsh net-dumpxml " + name + " on " + p.Req.Source.Name + ", then virsh net-define, net-start and net-autostart on " + e.Name,
			})
		case e.Network.Active == hostinfo.No:
			p.Report(preflight.Finding{
				DestinationValue: "inactive",
				Reason:           fmt.Sprintf("the libvirt network %s on %s is not started", e.NetworkName, e.Name),
				Fix:              commands("virsh net-start "+name, "virsh net-autostart "+name),
			})
		}
	},
}
