package rules

import (
	"fmt"
	"net/netip"
	"strings"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// NetworkOfOneHost tells guests that leave a network behind.
var NetworkOfOneHost = &preflight.Rule{
	ID:            "network-of-one-host",
	Level:         preflight.Warning,
	Phase:         preflight.Silent,
	Scope:         preflight.PerPair,
	About:         preflight.OnAnything,
	WithoutDevice: true,
	AboutNIC:      true,
	CausedBy:      []string{"network-missing-or-inactive", "network-forward-mismatch"},
	Needs:         preflight.Essential(preflight.Destination, preflight.Networks),
	Doc: `the NIC's libvirt network is each host's own
A network that libvirt makes by itself (nat, route, open, or isolated) ends at its
host: another host's network of the same name is another network. The guest's
connections through the source break, its neighbours there stay behind, and what was
forwarded to it is not any more. If both hosts use the same addresses it works again
from then on. If they do not, the guest has an address that its new network does not
know, until it asks DHCP again: blocked. The port of libvirt's bridge is made in any
case; the network must be active.`,
	Check: func(p *preflight.Pass) {
		src, dst := p.Req.Source, p.Req.Destination
		if dst.Network == nil || !dst.Network.OfOneHost() || dst.Network.Active != hostinfo.Yes {
			return
		}
		f := preflight.Finding{
			DestinationValue: forwardWord(dst.Network),
			Reason:           fmt.Sprintf("network %s (%s) is %s's own: the guest leaves what it reached through %s behind", dst.NetworkName, forwardWord(dst.Network), dst.Name, src.Name),
			Hint:             "a guest that is to keep its connections needs a bridge or a macvtap on a network that both hosts are on",
		}
		here, there := networkSubnets(src), networkSubnets(dst)
		if len(here) > 0 && len(there) > 0 && !overlap(here, there) {
			f.Level = preflight.Blocked
			f.SourceValue, f.DestinationValue = prefixWords(here), prefixWords(there)
			f.Reason = fmt.Sprintf("network %s has the addresses %s on %s and %s on %s: the guest would keep an address that means nothing there", dst.NetworkName, f.SourceValue, src.Name, f.DestinationValue, dst.Name)
			f.Hint = compareNetworks(dst)
		}
		p.Report(f)
	},
}

// networkSubnets are the subnets that the host has on its network's bridge; nil
// if it has none, or they were not read.
func networkSubnets(e *preflight.Endpoint) []netip.Prefix {
	if e.View == nil || e.Network == nil || e.Network.Bridge == "" || !e.Network.OfOneHost() {
		return nil
	}
	d := e.View.Links.ByName(e.Network.Bridge)
	if d == nil {
		return nil
	}
	return d.Subnets()
}

func overlap(a, b []netip.Prefix) bool {
	for _, x := range a {
		for _, y := range b {
			if x.Overlaps(y) {
				return true
			}
		}
	}
	return false
}

func prefixWords(list []netip.Prefix) string {
	var out []string
	for _, p := range list {
		out = append(out, p.String())
	}
	return strings.Join(out, " and ")
}
