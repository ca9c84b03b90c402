package rules

import "migcheck/preflight"

// LinkStateDown tells that a NIC is switched off.
var LinkStateDown = &preflight.Rule{
	ID:       "link-state-down",
	Level:    preflight.Note,
	Phase:    preflight.Silent,
	Scope:    preflight.PerDevice,
	About:    preflight.OnAnything,
	Posture:  true,
	AboutNIC: true,
	Applies:  func(p *preflight.Pass) bool { return p.Req.NIC.LinkState == "down" },
	Needs:    preflight.Essential(preflight.Destination, preflight.Device),
	Doc: `the NIC's link is down in the guest
<link state='down'/> has pulled the guest's virtual cable; it stays so on the
destination. The guest has no network by this NIC now, so what would take it away
is a warning and does not block; what libvirt refuses it refuses all the same. No
test of the guest's traffic means anything before virsh domif-setlink sets it up.`,
	Check: func(p *preflight.Pass) {
		p.Report(preflight.Finding{
			Reason: "the NIC's link is down in the guest, before and after the move",
		})
	},
}
