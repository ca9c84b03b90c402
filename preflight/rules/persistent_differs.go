package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// PersistentDiffers looks ahead to the guest's next boot.
var PersistentDiffers = &preflight.Rule{
	ID:    "persistent-differs",
	Level: preflight.Warning,
	Phase: preflight.Silent,
	Scope: preflight.PerGuest,
	Needs: preflight.Essential(preflight.Destination, preflight.Devices),
	Doc: `the persistent definition names a device that is not there
What migrates is the guest as it runs; its persistent definition goes along and
is used at the next boot. If somebody edited it since the guest started, it may
name a device or a network that the destination does not have: the migration
succeeds, and some day the guest does not start. Look at virsh dumpxml
--inactive.`,
	Check: func(p *preflight.Pass) {
		g := p.Plan.Guest
		sent := g.Sent()
		if g.Inactive == nil || sent == g.Inactive || sent == nil {
			return
		}
		for i := range g.Inactive.NICs {
			nic := &g.Inactive.NICs[i]
			if !nic.Direct() || namesSame(sent, nic) {
				continue
			}
			if e := p.Plan.Resolve(nic, preflight.Destination)[0]; e.Device == nil && e.Wanted != "" {
				p.Report(preflight.Finding{
					Subject:          preflight.Subject{NIC: &i, MAC: nic.MAC, Host: e.Name, Device: e.Wanted},
					DestinationValue: "absent",
					Reason:           fmt.Sprintf("the persistent definition names %s, which %s does not have: the guest would not start there after its next shutdown", e.Wanted, e.Name),
					Hint:             "virsh edit " + g.Name + " before the migration",
				})
			}
		}
	},
}

// namesSame says whether a NIC of the definition names the same device.
func namesSame(def *hostinfo.Definition, nic *hostinfo.NIC) bool {
	for i := range def.NICs {
		if def.NICs[i].Dev == nic.Dev && def.NICs[i].Network == nic.Network {
			return true
		}
	}
	return false
}
