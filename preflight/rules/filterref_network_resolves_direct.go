package rules

import (
	"fmt"

	"migcheck/preflight"
)

// FilterrefNetworkResolvesDirect meets filters that a macvtap can't have.
var FilterrefNetworkResolvesDirect = &preflight.Rule{
	ID:            "filterref-network-resolves-direct",
	Level:         preflight.Blocked,
	Phase:         preflight.Prepare,
	Scope:         preflight.PerDevice,
	WithoutDevice: true,
	AboutNIC:      true,
	CausedBy:      []string{"network-forward-mismatch"},
	Applies:       func(p *preflight.Pass) bool { return p.Req.NIC.Filter != "" && p.Req.NIC.NetworkBacked() },
	Needs:         preflight.Essential(preflight.Destination, preflight.Networks),
	Doc: `the NIC has a network filter and would get a macvtap
libvirt's network filters (<filterref>) work on bridges only. Where the network
of the NIC puts its guests on a device through MacVTap, the migration is refused:
"interface MAC - filterref is not supported for network interfaces of type
direct". Take the filter out of the guest's definition, or make the network of
the destination a bridge, as it must be on the source.`,
	Check: func(p *preflight.Pass) {
		e := p.Side
		if e.Network == nil || e.Network.DirectMode() == "" {
			return
		}
		p.Report(preflight.Finding{
			SourceValue:      "filter " + p.Req.NIC.Filter,
			DestinationValue: forwardWord(e.Network),
			Reason:           fmt.Sprintf("the NIC has the filter %s, and network %s on %s is %s, where libvirt allows none", p.Req.NIC.Filter, e.NetworkName, e.Name, forwardWord(e.Network)),
			Hint:             compareNetworks(e),
		})
	},
}
