package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// EthernetTapMissing looks for taps that somebody else is to make.
var EthernetTapMissing = &preflight.Rule{
	ID:      "ethernet-tap-missing",
	Level:   preflight.Blocked,
	Phase:   preflight.Prepare,
	Scope:   preflight.PerGuest,
	Applies: func(p *preflight.Pass) bool { return someNIC(p.Plan, isForeignTap) },
	Needs: append(preflight.Essential(preflight.Source, preflight.GuestView),
		preflight.Essential(preflight.Destination, preflight.AllDevices)...),
	Doc: `the tap that the NIC names is not on the destination
A NIC of type ethernet with <target dev='X' managed='no'/> stands on a tap or a
macvtap that a script or a network plugin makes before libvirt starts the guest. If
the destination does not have it by then, the migration is refused: "target
managed='no' but specified dev doesn't exist". Where that is made at the moment of
the migration, waive the rule.`,
	Check: func(p *preflight.Pass) {
		to := p.Plan.To
		for i := range p.Plan.Guest.Sent().NICs {
			nic := &p.Plan.Guest.Sent().NICs[i]
			if !isForeignTap(nic) || to.Links.ByName(nic.Target) != nil {
				continue
			}
			f := preflight.Finding{
				Subject:          preflight.Subject{NIC: &i, MAC: nic.MAC, Host: to.Name},
				SourceValue:      "tap " + nic.Target,
				DestinationValue: "absent",
				Reason:           fmt.Sprintf("%s has no device %s, and libvirt is told not to make one", to.Name, nic.Target),
				// A tap that is merely made leads nowhere: no command is given.
				Hint: "make it and connect it there as on the source; if that is done during the migration, --allow ethernet-tap-missing",
			}
			if g := to.Missing(hostinfo.FactAltNames, ""); g != nil {
				f.DestinationValue = ""
				f.Reason = fmt.Sprintf("no device of %s is named %s, and alternative names could not be read: %s", to.Name, nic.Target, g.Reason)
				f.Hint = hint("ip link show dev %s on %s", nic.Target, to.Name)
				p.Undecided(f)
				continue
			}
			p.Report(f)
		}
	},
}

// isForeignTap says whether the NIC stands on a tap that libvirt does not make.
func isForeignTap(n *hostinfo.NIC) bool {
	return n.Type == "ethernet" && !n.NetworkBacked() && n.TargetManaged == "no" && n.Target != ""
}
