package rules

import (
	"fmt"
	"slices"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// NWFilterMissing looks for the network filter of a NIC.
var NWFilterMissing = &preflight.Rule{
	ID:       "nwfilter-missing",
	Level:    preflight.Blocked,
	Phase:    preflight.Prepare,
	Scope:    preflight.PerGuest,
	CausedBy: []string{"network-missing-or-inactive"},
	Applies:  func(p *preflight.Pass) bool { return someNIC(p.Plan, mayFilter) },
	Needs: append(preflight.Essential(preflight.Source, preflight.GuestView),
		preflight.Essential(preflight.Destination, preflight.NWFilters)...),
	Doc: `the NIC's network filter is not defined on the destination
A NIC on a bridge or a tap may name a network filter (<filterref>). Only the name is
sent. Where the destination has no filter of that name the migration is refused:
"referenced filter 'X' is missing". What the filters of one name do on the two hosts
is not compared, nor whether a filter's own references are there. NICs that stand
on a device through MacVTap have no filter (filterref-ignored-on-direct).`,
	Check: func(p *preflight.Pass) {
		from, to := p.Plan.From.Name, p.Plan.To
		for i := range p.Plan.Guest.Sent().NICs {
			nic := &p.Plan.Guest.Sent().NICs[i]
			if !mayFilter(nic) || !filters(to, nic) || slices.Contains(to.NWFilters, nic.Filter) {
				continue
			}
			p.Report(preflight.Finding{
				Subject:     preflight.Subject{NIC: &i, MAC: nic.MAC, Host: to.Name},
				SourceValue: "filter " + nic.Filter, DestinationValue: "absent",
				Reason: fmt.Sprintf("the NIC has the network filter %s, and %s does not define it", nic.Filter, to.Name),
				Hint:   hint("virsh nwfilter-dumpxml %s on %s, then virsh nwfilter-define on %s, those that it refers to first", nic.Filter, from, to.Name),
			})
		}
	},
}

// mayFilter says whether libvirt keeps the filter of such a NIC: it reads the
// element for these types alone.
func mayFilter(n *hostinfo.NIC) bool {
	return n.Filter != "" && (n.NetworkBacked() || n.Type == "bridge" || n.Type == "ethernet")
}

// filters says whether the NIC would get a tap on the host, which can be filtered:
// of a network it may also get a macvtap or a PCI device, or nothing.
func filters(v *preflight.View, n *hostinfo.NIC) bool {
	if !n.NetworkBacked() {
		return true
	}
	net := v.Network(n.Network)
	return net != nil && net.DirectMode() == "" && net.Forward != hostdev
}
