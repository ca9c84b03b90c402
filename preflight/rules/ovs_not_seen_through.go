package rules

import (
	"fmt"

	"migcheck/preflight"
)

// OVSNotSeenThrough says how far a look at Open vSwitch goes.
var OVSNotSeenThrough = &preflight.Rule{
	ID:       "ovs-not-seen-through",
	Level:    preflight.Note,
	Phase:    preflight.Silent,
	Scope:    preflight.PerPair,
	About:    preflight.OnAnything,
	CausedBy: []string{"bridge-missing", "ovs-bridge-missing", "bridge-uplink-down", "lowerdev-no-carrier"},
	Applies:  func(p *preflight.Pass) bool { return p.Side.OVS || switchBelow(p.Side) != nil },
	Needs:    preflight.Essential(preflight.Destination, preflight.Device),
	Doc: `what Open vSwitch does with the guest's frames is not seen
The kernel shows that a bridge is Open vSwitch's and which NICs it has at all. Which of
its bridges a NIC belongs to, which VLANs its ports carry (tag, trunks), patch ports,
tunnels, flows and a controller are known to ovs-vsctl and ovs-ofctl alone, and to root.
migcheck says that the bridge is there and that it has a live NIC, and no more. The
same holds for a macvtap on a bridge of Open vSwitch's.`,
	Check: func(p *preflight.Pass) {
		e := p.Side
		if switchBelow(e) == nil {
			return
		}
		p.Report(preflight.Finding{
			Reason: fmt.Sprintf("%s on %s is Open vSwitch's: its VLANs, flows and which of its NICs lead out were not looked at", switchWord(e), e.Name),
			Hint:   "compare ovs-vsctl show on both hosts",
		})
	},
}

// switchWord is the name of the switch: as the NIC has it, where it names it.
func switchWord(e *preflight.Endpoint) string {
	if sw := switchBelow(e); sw != e.Device {
		return sw.Name
	}
	return e.Wanted
}
