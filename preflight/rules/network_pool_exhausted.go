package rules

import (
	"fmt"

	"migcheck/preflight"
)

// NetworkPoolExhausted meets networks that have given all their devices away.
var NetworkPoolExhausted = &preflight.Rule{
	ID:            "network-pool-exhausted",
	Level:         preflight.Blocked,
	Phase:         preflight.Prepare,
	Scope:         preflight.PerDevice,
	WithoutDevice: true,
	AboutNIC:      true,
	Needs:         preflight.Essential(preflight.Destination, preflight.Networks),
	Doc: `the libvirt network has no free device left on the destination
A network of mode passthrough or hostdev lends each of its devices to one guest's NIC. With
all of them lent the migration is refused: "network 'N' requires exclusive access
to interfaces, but none are available". The count is libvirt's own and of this
network alone: virsh net-dumpxml shows it as connections=.`,
	Check: func(p *preflight.Pass) {
		e := p.Side
		if e.Network == nil || e.Network.DirectMode() != "passthrough" && e.Network.Forward != hostdev || len(e.Network.Devices) == 0 {
			return
		}
		free, needed := len(e.Network.Free()), 0
		for i, nic := range p.Plan.Guest.Sent().NICs {
			if i <= p.Req.Index && nic.Network == e.NetworkName {
				needed++
			}
		}
		if needed <= free {
			return
		}
		p.Report(preflight.Finding{
			DestinationValue: fmt.Sprintf("%d of %d free", free, len(e.Network.Devices)),
			Reason:           fmt.Sprintf("network %s on %s has %d free devices of %d, and the guest's NICs up to this one need %d", e.NetworkName, e.Name, free, len(e.Network.Devices), needed),
			Hint:             "move or stop a guest that uses the network there, or give it more devices",
		})
	},
}
