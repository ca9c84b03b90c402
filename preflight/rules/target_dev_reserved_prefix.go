package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// TargetDevReservedPrefix meets fixed macvtap names that are not kept.
var TargetDevReservedPrefix = &preflight.Rule{
	ID:       "target-dev-reserved-prefix",
	Level:    preflight.Note,
	Phase:    preflight.Silent,
	Scope:    preflight.PerDevice,
	Posture:  true,
	AboutNIC: true,
	Applies:  func(p *preflight.Pass) bool { return reserved(p.Req.NIC.Target) && isSent(p.Plan) },
	Needs:    preflight.Helpful(preflight.Destination, preflight.Device, preflight.Libvirt),
	Doc: `the name asked for the guest's macvtap is one of libvirt's own
libvirt takes names that begin with macvtap, macvlan or vnet for its own and
drops them: <target dev='macvtap7'/> gives the guest any free name, on either
host. Nothing depends on it but scripts that count on the name. A libvirt before
6.7.0 sends the name it once chose and takes a name that it is sent: where the
migration fails then, it may delete another guest's macvtap of that name. A
warning there.`,
	Check: func(p *preflight.Pass) {
		name, e := p.Req.NIC.Target, p.Side
		f := preflight.Finding{
			SourceValue: "target " + name,
			Reason:      fmt.Sprintf("%s is a name of libvirt's own: %s drops it and chooses another", name, e.Name),
		}
		if e.View.LibvirtBefore(6, 7) != hostinfo.No {
			f.Level = preflight.Warning
			f.Reason = fmt.Sprintf("%s is sent along, and the libvirt of %s takes it: if the migration fails, it may delete another guest's macvtap of that name", name, e.Name)
			f.Hint = hint("update libvirt to 6.7.0 or later on %s", e.Name)
		}
		p.Report(f)
	},
}

// isSent says whether the name stands in what the migration sends. The live
// definition always shows the name that libvirt chose, which only a libvirt
// before 6.7.0 sends.
func isSent(p *preflight.Plan) bool {
	g := p.Guest
	return g.Migratable != nil || g.Sent() != g.Live || p.From.LibvirtBefore(6, 7) == hostinfo.Yes
}
