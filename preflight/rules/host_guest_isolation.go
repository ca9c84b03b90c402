package rules

import (
	"fmt"
	"slices"
	"strings"

	"migcheck/preflight"
)

// HostGuestIsolation tells guests that they can't reach their new host.
var HostGuestIsolation = &preflight.Rule{
	ID:    "host-guest-isolation",
	Level: preflight.Note,
	Phase: preflight.Silent,
	Scope: preflight.PerPair,
	Needs: append(preflight.Helpful(preflight.Source, preflight.Device, preflight.Addresses),
		preflight.Helpful(preflight.Destination, preflight.Device, preflight.Addresses)...),
	Doc: `the guest could not talk to its new host over this device
A macvtap does not lead to the host that it stands on: frames between the two
leave by the device and do not come back. Where the destination has IP addresses
on the very device and the source has none, the guest loses sight of that host:
of a DNS server or a gateway that runs there, say. Other machines reach it as
before. Give the guest another NIC for that, or the host a device of its own.`,
	Value: func(e *preflight.Endpoint) string { return addressesOf(e) },
	Check: func(p *preflight.Pass) {
		src, dst := p.Req.Source, p.Req.Destination
		if dst.Mode == "passthrough" || addressesOf(dst) == "" || addressesOf(src) != "" {
			return
		}
		p.Report(preflight.Finding{
			Reason: fmt.Sprintf("%s itself has %s on %s: the guest can't talk to these addresses of its new host; on %s the device has none", dst.Name, addressesOf(dst), dst.Real().Name, src.Name),
		})
	},
}

// addressesOf are the IP addresses of the host on the device that the macvtap
// stands on: at most three are named.
func addressesOf(e *preflight.Endpoint) string {
	all := slices.Clone(e.Real().Addresses)
	if len(all) > 3 {
		all = append(all[:3], fmt.Sprintf("%d more", len(all)-3))
	}
	return strings.Join(all, ", ")
}
