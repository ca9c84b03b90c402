package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// MulticastBlocked tells guests that will not receive multicast.
var MulticastBlocked = &preflight.Rule{
	ID:       "multicast-blocked",
	Level:    preflight.Note,
	Phase:    preflight.Silent,
	Scope:    preflight.PerPair,
	Posture:  true,
	AboutNIC: true,
	CausedBy: []string{"network-forward-mismatch"},
	Needs:    preflight.Essential(preflight.Destination, preflight.Device),
	Doc: `the guest receives no multicast groups of its own
Without trustGuestRxFilters='yes' the macvtap passes only groups that the host
itself joined. OSPF, VRRP, mDNS and IPv6 neighbour discovery in the guest depend
on others. A note where it is so on both hosts. A warning where the guest receives
them on the source and will not on the destination: because a network grants it
here and not there, or because somebody set the macvtap to allmulticast by hand,
which does not move with the guest.`,
	Value: trustWord,
	Check: func(p *preflight.Pass) {
		src, dst := p.Req.Source, p.Req.Destination
		if dst.Trust == hostinfo.Yes && p.Req.NIC.Model == "virtio" {
			return
		}
		f := preflight.Finding{
			Reason: "multicast groups that the guest itself joins do not reach it (trustGuestRxFilters is not 'yes')",
		}
		switch tap := src.Macvtap; {
		case src.Trust == hostinfo.Yes && dst.Trust == hostinfo.No && p.Req.NIC.Model == "virtio":
			f.Level = preflight.Warning
			f.Reason = fmt.Sprintf("the guest receives its multicast groups on %s and will not on %s: their networks differ in trustGuestRxFilters", src.Name, dst.Name)
			f.Hint = compareNetworks(dst)
		case tap != nil && (tap.AllMulticast == hostinfo.Yes || tap.Promiscuous == hostinfo.Yes) && src.Trust == hostinfo.No:
			f.Level = preflight.Warning
			f.SourceValue = tap.Name + " set by hand to receive all multicast"
			f.Reason = fmt.Sprintf("%s on %s was set by hand to receive all multicast; the macvtap on %s will not be", tap.Name, src.Name, dst.Name)
			f.Hint = "after the migration: ip link set dev MACVTAP allmulticast on, or trustGuestRxFilters='yes'"
		}
		p.Report(f)
	},
}
