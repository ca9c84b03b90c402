package rules

import (
	"fmt"

	"migcheck/preflight"
)

// TeamingPersistentDirect tells of NICs that carry a guest through its move.
var TeamingPersistentDirect = &preflight.Rule{
	ID:       "teaming-persistent-direct",
	Level:    preflight.Note,
	Phase:    preflight.Silent,
	Scope:    preflight.PerDevice,
	Posture:  true,
	AboutNIC: true,
	Applies:  func(p *preflight.Pass) bool { return p.Req.NIC.TeamingType == "persistent" && p.Side.Mode != "" },
	Needs:    preflight.Essential(preflight.Destination, preflight.Device),
	Doc: `the NIC is the persistent half of a teaming pair
Its partner is a host's PCI device, which libvirt takes away before the migration
and gives back afterwards: in between all of the guest's traffic goes by this
NIC, and it stays so where the destination has no such device to give. What is
wrong with this NIC is therefore felt during the move. Its model must be virtio,
or libvirt refuses: "virtio-net teaming persistent interface must be <model
type='virtio'/>".`,
	Check: func(p *preflight.Pass) {
		f := preflight.Finding{Reason: "the NIC carries the guest's traffic while its teaming partner is taken away for the move"}
		if !isVirtio(p.Req.NIC) {
			f.Level, f.Phase = preflight.Blocked, preflight.Prepare
			f.SourceValue = "model " + modelWord(p.Req.NIC)
			f.Reason = fmt.Sprintf("the NIC is the persistent half of a teaming pair and its model is %s: libvirt takes only virtio", modelWord(p.Req.NIC))
			f.Hint = "give the NIC <model type='virtio'/> in the guest's definition"
		}
		p.Report(f)
	},
}
