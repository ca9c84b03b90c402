package rules

import (
	"migcheck/preflight"
)

// IOMMUOn tells of bounce buffers.
var IOMMUOn = &preflight.Rule{
	ID:       "iommu-on",
	Level:    preflight.Note,
	Phase:    preflight.Begin,
	Scope:    preflight.PerDevice,
	About:    preflight.OnAnything,
	Posture:  true,
	AboutNIC: true,
	Needs:    preflight.Essential(preflight.Destination, preflight.Device),
	Doc: `the NIC uses bounce buffers
<driver iommu='on'/> makes the guest's driver copy frames through buffers that
host and guest share: needed for Secure Execution and SEV guests. It does not
keep a guest from migrating by itself and must be the same on both sides. A
guest that has it may well run protected, and then QEMU refuses: on IBM Z that is
so even without launchSecurity in its definition.`,
	Check: func(p *preflight.Pass) {
		if p.Req.NIC.IOMMU != "on" {
			return
		}
		f := preflight.Finding{Reason: "the NIC uses bounce buffers (iommu='on'), as protected guests do"}
		if def := p.Plan.Guest.Sent(); def.Arch == "s390x" && def.LaunchSecurity == "" && p.Plan.Guest.State.Active() {
			f.Reason += "; if this one runs under Secure Execution, QEMU refuses to migrate it"
			f.Hint = "cat /sys/firmware/uv/prot_virt_guest in the guest: 1 can't be migrated"
		}
		p.Report(f)
	},
}
