package rules

import (
	"fmt"
	"slices"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// L2EvidenceDiffers meets devices whose neighbours speak against one network.
var L2EvidenceDiffers = &preflight.Rule{
	ID:    "l2-evidence-differs",
	Level: preflight.Warning,
	Phase: preflight.Silent,
	Scope: preflight.PerPair,
	Needs: append(preflight.Helpful(preflight.Source, preflight.Segment, preflight.VLANs),
		preflight.Helpful(preflight.Destination, preflight.Segment, preflight.VLANs)...),
	Doc: `what was seen of both devices' networks speaks against their being one
With --probe migcheck also looks at what switches announce by LLDP and at the
routers of the devices' own IP networks. The switch's port below one device does
not carry the VLAN that the other's does, or the same router's address belongs to
another MAC address on the other host. That is how networks look that have one name
and are two. It proves less than frames do: where those passed both ways, this is a
note.`,
	Check: func(p *preflight.Pass) {
		src, dst := p.Req.Source, p.Req.Destination
		a, b := p.Plan.SegmentOf(src), p.Plan.SegmentOf(dst)
		why := portsDiffer(src, dst, a, b)
		if why == "" {
			why = routersDiffer(a, b)
		}
		if why == "" {
			return
		}
		f := preflight.Finding{Reason: why, Hint: "ask who keeps the switches whether both ports lead to one network"}
		if r := p.Plan.Probed(p.Req); r != nil && r.BothWays() {
			f.Level, f.Hint = preflight.Note, ""
			f.Reason += "; frames passed both ways all the same"
		}
		p.Report(f)
	},
}

// portsDiffer compares what the switches' ports carry; empty if nothing speaks
// against one network.
func portsDiffer(src, dst *preflight.Endpoint, a, b *hostinfo.Segment) string {
	one, two := vlanBelow(src), vlanBelow(dst)
	for _, m := range a.Neighbours {
		for _, n := range b.Neighbours {
			switch {
			case one == 0 && two == 0 && m.Untagged != 0 && n.Untagged != 0 && m.Untagged != n.Untagged:
				return fmt.Sprintf("frames without a tag go into VLAN %d at port %s of %s and into VLAN %d at port %s of %s",
					m.Untagged, m.Port, m.Called(), n.Untagged, n.Port, n.Called())
			case one != 0 && one == two && m.Carries(one) == hostinfo.Yes && n.Carries(two) == hostinfo.No:
				return fmt.Sprintf("port %s of %s, below %s on %s, does not carry VLAN %d, and port %s of %s does",
					n.Port, n.Called(), dst.Wanted, dst.Name, two, m.Port, m.Called())
			}
		}
	}
	return ""
}

// vlanBelow is the tag with which frames reach the switch; 0 for none.
func vlanBelow(e *preflight.Endpoint) int {
	id := 0
	for _, d := range e.Stack {
		if d.VLAN != nil {
			id = d.VLAN.ID
		}
	}
	return id
}

// routersDiffer compares the routers of the IP networks that both devices are in.
func routersDiffer(a, b *hostinfo.Segment) string {
	for _, g := range a.Gateways {
		same := func(o hostinfo.Gateway) bool { return o.Network == g.Network && o.Address == g.Address }
		if i := slices.IndexFunc(b.Gateways, same); i >= 0 && b.Gateways[i].MAC != g.MAC {
			return fmt.Sprintf("the router %s of %s has the address %s on %s and %s on %s", g.Address, g.Network, g.MAC, a.Host, b.Gateways[i].MAC, b.Host)
		}
	}
	return ""
}
