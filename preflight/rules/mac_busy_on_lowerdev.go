package rules

import (
	"fmt"
	"slices"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// MACBusyOnLowerdev meets guests whose address is taken where they go.
var MACBusyOnLowerdev = &preflight.Rule{
	ID:       "mac-busy-on-lowerdev",
	Level:    preflight.Blocked,
	Phase:    preflight.Finish,
	Scope:    preflight.PerDevice,
	CausedBy: []string{"passthrough-not-exclusive"},
	Needs:    preflight.Essential(preflight.Destination, preflight.Device, preflight.MAC, preflight.Children, preflight.Held),
	Doc: `the guest's MAC address is in use on the destination's device
Two macvtaps on one device can't have one address, nor can a macvtap have the
device's own. The kernel checks it only when the macvtap is set up, which
libvirt does last: all memory is copied and the guest paused, and then
"Cannot set interface flags on 'macvtapN': Address already in use". The guest
goes on on the source, and the copy was for nothing. A holder that is down does
not count until somebody sets it up. Usually it is a macvtap that a crashed
guest or a container left behind.`,
	Check: func(p *preflight.Pass) {
		if p.Plan.Guest.State == hostinfo.StatePaused {
			return // mac-busy-paused-guest
		}
		h := holderOf(p.Side, p.Req.NIC)
		switch {
		case h == nil:
		case h.down:
			p.Report(preflight.Finding{
				Level: preflight.Warning, DestinationValue: h.what,
				Reason: fmt.Sprintf("%s has the guest's MAC %s and is down; setting it up while the guest runs there will fail, or fail the migration if it happens before", h.what, p.Req.NIC.EffectiveMAC()),
				Hint:   h.hint,
			})
		default:
			p.Report(preflight.Finding{
				DestinationValue: h.what,
				Reason:           fmt.Sprintf("%s has the guest's MAC %s on the same device; the kernel notices when all memory has been copied", h.what, p.Req.NIC.EffectiveMAC()),
				Hint:             h.hint,
			})
		}
	},
}

// holder is who has a guest's MAC on a device.
type holder struct {
	what, hint string
	down       bool
}

// holderOf finds who has the NIC's address on the endpoint's real lower device,
// as macvlan_addr_busy does; nil if nobody. Mode passthrough moves the address
// onto the device instead, so it has no such conflict.
func holderOf(e *preflight.Endpoint, nic *hostinfo.NIC) *holder {
	mac, d := nic.EffectiveMAC(), e.Real()
	if mac == "" || e.Mode == "passthrough" {
		return nil
	}
	if d.MAC == mac {
		return &holder{what: d.Name + " itself", hint: "give " + d.Name + " or the guest's NIC another address"}
	}
	var down *holder
	for _, c := range e.View.Links.Children(d) {
		if !c.IsMacvlan() || c.MAC != mac || c == e.Macvtap {
			continue
		}
		h := &holder{what: c.Kind + " " + c.Name + ownerOf(e, mac), hint: freeHint(e, c)}
		if c.Up != hostinfo.No {
			return h
		}
		h.down, down = true, h
	}
	for _, c := range onElsewhere(e, d) {
		if !c.IsMacvlan() || c.MAC != mac {
			continue
		}
		h := &holder{what: c.what(), hint: c.hint()}
		if c.Up != hostinfo.No {
			return h
		}
		h.down, down = true, h
	}
	if e.Macvtap == nil && slices.Contains(unexplained(e, d), mac) {
		return &holder{what: "something in another network namespace", hint: "find the container that holds a macvlan on " + d.Name}
	}
	return down
}
