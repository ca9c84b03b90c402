package rules

import (
	"cmp"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// tagsInEffect are the VLAN tags that a NIC gets on one host, and whether they
// are a trunk: its own, else its port group's, else its network's
// (networkAllocatePort).
func tagsInEffect(p *preflight.Pass, e *preflight.Endpoint) (tags []int, trunk bool) {
	return p.Plan.Tags(e, p.Req.NIC)
}

// portInEffect is the type of virtual port that a NIC gets on one host; "" for
// none. Its own and the network's must not differ (virNetDevVPortProfileMerge).
func portInEffect(p *preflight.Pass, e *preflight.Endpoint) string {
	nic, own, networks := p.Req.NIC, "", ""
	if ownSettings(p.Plan, nic) {
		own = nic.VirtualPort
	}
	if e.Network != nil {
		networks, _ = portSettings(e.Network, nic.Portgroup)
	}
	return cmp.Or(own, networks)
}

// ownSettings says whether tags and virtual port in the NIC's element are its
// own. The live definition prints what the source's network gave it instead.
func ownSettings(p *preflight.Plan, nic *hostinfo.NIC) bool {
	return !nic.NetworkBacked() || p.Guest.Sent() != p.Guest.Live
}
