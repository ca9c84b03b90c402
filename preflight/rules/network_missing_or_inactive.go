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
	About:         preflight.OnAnything,
	WithoutDevice: true,
	AboutNIC:      true,
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
				Hint:             hint("virsh net-dumpxml %s on %s, then virsh net-define, net-start and net-autostart on %s", e.NetworkName, p.Req.Source.Name, e.Name),
			})
		case e.Network.Active == hostinfo.No:
			p.Report(preflight.Finding{
				DestinationValue: "inactive",
				Reason:           fmt.Sprintf("the libvirt network %s on %s is not started", e.NetworkName, e.Name),
				Fix:              commands("virsh net-start "+name, "virsh net-autostart "+name),
			})
		case !e.Network.Active.Known():
			p.Undecided(preflight.Finding{
				Reason: fmt.Sprintf("whether the libvirt network %s is started on %s could not be read", e.NetworkName, e.Name),
				Hint:   hint("virsh net-info %s on %s", e.NetworkName, e.Name),
			})
		}
	},
}
