package rtnl

import "net/netip"

const (
	// MaxAddresses is how many IP addresses of a device are kept. A device with
	// more, of a load balancer say, gets a Gap for FactAddresses.
	MaxAddresses = 256
	// MaxFunctions is how many virtual functions of a device are kept; rtnetlink
	// can't tell of more than 64 KiB of them.
	MaxFunctions = 1024
	// ScopeLink is RT_SCOPE_LINK: an address that means nothing beyond its link.
	ScopeLink = 253
)

// Address spells an address with its prefix length; empty if they do not fit.
func Address(addr netip.Addr, bits int) string {
	if p := netip.PrefixFrom(addr.WithZone(""), bits); p.IsValid() {
		return p.String()
	}
	return ""
}
