package rules

import (
	"net/netip"

	"migcheck/hostinfo"
)

// subnets are two addresses of two hosts' devices that lie in one IP network,
// with their prefix lengths; empty if there is no such pair. One address on both
// is no evidence of one network but against it.
func subnets(a, b *hostinfo.Device) (onA, onB string) {
	for _, x := range a.Addresses {
		for _, y := range b.Addresses {
			if oneNetwork(x, y) {
				return x, y
			}
		}
	}
	return "", ""
}

func oneNetwork(a, b string) bool {
	x, err := netip.ParsePrefix(a)
	y, err2 := netip.ParsePrefix(b)
	if err != nil || err2 != nil || x.Addr() == y.Addr() {
		return false
	}
	return x.Bits() > 0 && !x.IsSingleIP() && x.Masked() == y.Masked()
}
