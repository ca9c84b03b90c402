package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// MACBusyPausedGuest is mac-busy-on-lowerdev where nobody notices in time.
var MACBusyPausedGuest = &preflight.Rule{
	ID:               "mac-busy-paused-guest",
	Level:            preflight.Blocked,
	Phase:            preflight.Silent,
	Scope:            preflight.PerDevice,
	RegardlessOfLink: true,
	CausedBy:         []string{"passthrough-not-exclusive"},
	Needs:            preflight.Essential(preflight.Destination, preflight.Device, preflight.MAC, preflight.Children, preflight.Held),
	Doc: `a paused guest's MAC address is in use on the destination's device
A paused guest's macvtap stays down, so nothing meets the conflict during the
migration: it succeeds, the source is gone, and the later "virsh resume" fails
with "Address already in use". Nothing rolls back. A holder that is down does not
count until somebody sets it up: a warning.`,
	Check: func(p *preflight.Pass) {
		if p.Plan.Guest.State != hostinfo.StatePaused {
			return
		}
		h := holderOf(p.Side, p.Req.NIC)
		if h == nil {
			return
		}
		f := preflight.Finding{
			DestinationValue: h.what,
			Reason:           fmt.Sprintf("%s has the guest's MAC %s; the paused guest would arrive and could not be resumed", h.what, p.Req.NIC.EffectiveMAC()),
			Hint:             h.hint,
		}
		if h.down {
			f.Level = preflight.Warning
			f.Reason = fmt.Sprintf("%s has the guest's MAC %s and is down; if it is set up first, the paused guest can't be resumed there", h.what, p.Req.NIC.EffectiveMAC())
		}
		p.Report(f)
	},
}
