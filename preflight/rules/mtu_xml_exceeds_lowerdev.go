package rules

import (
	"cmp"
	"fmt"

	"migcheck/preflight"
)

// MTUXMLExceedsLowerdev meets an <mtu> that the kernel will not set.
var MTUXMLExceedsLowerdev = &preflight.Rule{
	ID:       "mtu-xml-exceeds-lowerdev",
	Level:    preflight.Blocked,
	Phase:    preflight.Prepare,
	Scope:    preflight.PerDevice,
	CausedBy: []string{"lowerdev-not-ethernet"},
	Applies:  func(p *preflight.Pass) bool { return p.Req.NIC.NetworkBacked() && p.Req.NIC.MTU > 0 },
	Needs:    preflight.Essential(preflight.Destination, preflight.Device, preflight.MTU),
	Doc: `the definition's MTU is larger than the destination's device takes
A NIC of a libvirt network may have <mtu size='S'/>, and libvirt gives its
macvtap that MTU. The kernel takes none above the MTU of the device below: the
migration is refused with "Cannot set interface MTU on 'macvtapN': Invalid
argument". Raise the device's MTU, and that of what it stands on first. (A NIC of
type direct has no <mtu>: "setting MTU on interface type direct is not supported
yet".)`,
	Value: func(e *preflight.Endpoint) string { return fmt.Sprintf("mtu %d", lowerMTU(e)) },
	Check: func(p *preflight.Pass) {
		e, wants := p.Side, p.Req.NIC.MTU
		if lowerMTU(e) >= wants {
			return
		}
		f := preflight.Finding{
			SourceValue: fmt.Sprintf("<mtu size='%d'/>", wants),
			Reason:      fmt.Sprintf("the NIC's definition says mtu %d, and %s on %s takes %d: libvirt can't set it", wants, e.Wanted, e.Name, lowerMTU(e)),
			Fix:         raiseMTU(e, wants),
		}
		p.Report(keepMTU(f, e, wants))
	},
}

// lowerMTU is the MTU that a macvtap on the device can have at most: that of the
// device which the kernel puts it on (macvlan_change_mtu).
func lowerMTU(e *preflight.Endpoint) int { return cmp.Or(e.Real().MTU, e.Device.MTU) }
