package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// QETHLayer3 meets network cards of IBM Z that know no MAC addresses.
var QETHLayer3 = &preflight.Rule{
	ID:    "qeth-layer3",
	Level: preflight.Blocked,
	Phase: preflight.Silent,
	Scope: preflight.PerDevice,
	Needs: preflight.Helpful(preflight.Destination, preflight.Device, preflight.Hardware),
	Doc: `the OSA or HiperSockets device runs in layer 3
In layer 3 all users of an OSA card share its MAC address, the card delivers by IP
address, and the driver makes the frames' headers up. A macvtap has an address of
its own that the card never learns, and the guest's ARP does not get out: the guest
is mute, and nothing reports it. IBM's documentation says the same of bonds and
bridges over layer 3. Set the device to layer 2 while it is offline. Known from the
qeth driver and IBM's documentation; no recording was to be had.`,
	Check: func(p *preflight.Pass) {
		e := p.Side
		for _, d := range qethBelow(e) {
			if d.QETH.Layer2 == hostinfo.No {
				p.Report(preflight.Finding{
					DestinationValue: d.Name + " in layer 3",
					Reason:           fmt.Sprintf("%s on %s runs in layer 3, where the card delivers by the host's IP addresses and the guest's own MAC is unknown to it", d.Name, e.Name),
					Hint:             "set the device offline, then chzdev with its bus id and layer2=1",
				})
				return
			}
		}
	},
}
