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
	Needs: append(preflight.Helpful(preflight.Source, preflight.GuestInactive),
		preflight.Helpful(preflight.Destination, preflight.Devices)...),
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
			if namesSame(sent, nic) {
				continue
			}
			what := absent(p.Plan, nic, preflight.Destination)
			if what == "" {
				continue
			}
			f := preflight.Finding{
				Subject:          preflight.Subject{NIC: &i, MAC: nic.MAC, Host: p.Plan.To.Name, Device: nic.Dev},
				DestinationValue: "absent",
				Reason:           fmt.Sprintf("the persistent definition names %s, which %s does not have: the guest would not start there after its next shutdown", what, p.Plan.To.Name),
				Hint:             hint("virsh edit %s before the migration", g.Name),
			}
			if absent(p.Plan, nic, preflight.Source) != "" {
				f.Level = preflight.Note
				f.Reason = "already so on " + p.Plan.From.Name + ": " + f.Reason
			}
			p.Report(f)
		}
	},
}

// absent says which device or network a NIC would look for in vain; "" if none,
// or if that is not known.
func absent(p *preflight.Plan, nic *hostinfo.NIC, side preflight.Side) string {
	e := p.Resolve(nic, side)[0]
	switch {
	case nic.NetworkBacked() && e.Network == nil && e.View.Missing(hostinfo.FactNetworks, "") == nil:
		return "the network " + nic.Network
	case !nic.Direct() && !nic.OnBridge() && !nic.NetworkBacked() || e.Device != nil || e.Wanted == "" || e.View.Missing(hostinfo.FactDevices, "") != nil:
		return ""
	case e.View.Missing(hostinfo.FactAltNames, "") != nil:
		return e.Wanted + " (alternative names could not be read)"
	}
	return e.Wanted
}

// namesSame says whether a NIC of the definition stands on the same device or
// network.
func namesSame(def *hostinfo.Definition, nic *hostinfo.NIC) bool {
	for i := range def.NICs {
		n := &def.NICs[i]
		if n.Network == nic.Network && (n.NetworkBacked() || n.Dev == nic.Dev && n.OnBridge() == nic.OnBridge() && (!n.OnBridge() || n.Bridge == nic.Bridge)) {
			return true
		}
	}
	return false
}
