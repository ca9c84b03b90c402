package rules

import (
	"fmt"
	"slices"

	"migcheck/hostinfo"
	"migcheck/hostinfo/shell"
	"migcheck/preflight"
)

// SourceMacvtapLeft looks behind.
var SourceMacvtapLeft = &preflight.Rule{
	ID:    "source-macvtap-left",
	Level: preflight.Warning,
	Phase: preflight.After,
	Scope: preflight.PerGuest,
	Needs: append(preflight.Helpful(preflight.Source, preflight.AllDevices),
		preflight.Helpful(preflight.Destination, preflight.Arrived)...),
	Doc: `the guest's macvtap is still on the source
libvirt takes the source's macvtap away when the destination has confirmed. One
that stays has the guest's MAC address: the source answers for it on the network,
the switch may send the guest's frames there, and the guest can't come back to
this host while the address is in use (mac-busy-on-lowerdev).`,
	Check: func(p *preflight.Pass) {
		a := p.Plan.Arrival
		if a.There != hostinfo.Yes {
			return
		}
		for _, n := range arrivals(p) {
			for _, d := range leftOn(p, n.index) {
				if d.MAC != n.nic.MAC && d.MAC != n.nic.EffectiveMAC() {
					continue
				}
				s := n.subject(p)
				s.Host, s.Device = p.Plan.From.Name, d.Name
				p.Report(preflight.Finding{
					Subject: s, SourceValue: d.MAC,
					Reason: fmt.Sprintf("%s is still on %s with the guest's MAC %s", d.Name, p.Plan.From.Name, d.MAC),
					Fix:    commands("ip link delete dev " + shell.Quote(d.Name)),
				})
			}
		}
	},
}

// leftOn are the macvtaps on the source's device of a NIC. On other devices the
// same address may be another guest's.
func leftOn(p *preflight.Pass, index int) []*hostinfo.Device {
	for _, r := range p.Plan.Requirements() {
		if r.Index == index && r.Source.View != nil && r.Source.Device != nil {
			return slices.DeleteFunc(slices.Clone(p.Plan.From.Links.Children(r.Source.Real())), func(d *hostinfo.Device) bool { return !d.IsMacvlan() })
		}
	}
	return nil
}
