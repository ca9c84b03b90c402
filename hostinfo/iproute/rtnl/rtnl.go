// Package rtnl holds what the readings of rtnetlink have in common, whether
// the messages were decoded here or printed by iproute2: the words for the
// kernel's numbers, the spelling of addresses, and which forwarding entries
// are a device's own affair. It reads nothing itself.
package rtnl

import (
	"strconv"

	"migcheck/hostinfo"
)

// LinkType names an ARP hardware type (ifi_type, /sys/class/net/D/type) as
// iproute2 does; a type that is not in its table is "[N]".
func LinkType(n int) string {
	if w, ok := linkTypes[n]; ok {
		return w
	}
	return "[" + strconv.Itoa(n) + "]"
}

var linkTypes = map[int]string{
	0: "netrom", 1: "ether", 2: "eether", 3: "ax25", 6: "ieee802", 24: "ieee1394",
	32: "infiniband", 256: "slip", 271: "x25", 280: "can", 512: "ppp", 513: "hdlc",
	768: "ipip", 769: "tunnel6", 772: "loopback", 774: "fddi", 776: "sit",
	778: "gre", 783: "irda", 801: "ieee802.11", 802: "ieee802.11/prism",
	803: "ieee802.11/radiotap", 804: "ieee802.15.4", 805: "ieee802.15.4/monitor",
	820: "phonet", 821: "phonet_pipe", 822: "caif", 823: "gre6", 824: "netlink",
	825: "6lowpan", 0xfffe: "none", 0xffff: "void",
}

// OperState names IFLA_OPERSTATE in lower case, empty if the number is none of
// RFC 2863's.
func OperState(n int) string {
	return word(n, "unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up")
}

// BondMode names IFLA_BOND_MODE, empty if unknown.
func BondMode(n int) string {
	return word(n, "balance-rr", "active-backup", "balance-xor", "broadcast", "802.3ad", "balance-tlb", "balance-alb")
}

// ARPValidate names IFLA_BOND_ARP_VALIDATE, empty if unknown.
func ARPValidate(n int) string {
	return word(n, "none", "active", "backup", "all", "filter", "filter_active", "filter_backup")
}

// FailOverMAC names IFLA_BOND_FAIL_OVER_MAC, empty if unknown.
func FailOverMAC(n int) string { return word(n, "none", "active", "follow") }

// PortState names IFLA_BOND_SLAVE_STATE, empty if unknown.
func PortState(n int) string { return word(n, "ACTIVE", "BACKUP") }

// MIIStatus names IFLA_BOND_SLAVE_MII_STATUS, empty if unknown.
func MIIStatus(n int) string { return word(n, "UP", "GOING_DOWN", "DOWN", "GOING_BACK") }

// MacvlanMode names IFLA_MACVLAN_MODE, which is a bit and not an index; empty
// if unknown.
func MacvlanMode(n int) string {
	switch n {
	case 1:
		return "private"
	case 2:
		return "vepa"
	case 4:
		return "bridge"
	case 8:
		return "passthru"
	case 16:
		return "source"
	}
	return ""
}

// VLANProtocol names the EtherType of IFLA_VLAN_PROTOCOL, empty if it is
// neither of the two that the kernel tags with.
func VLANProtocol(n int) string {
	switch n {
	case 0x8100:
		return "802.1Q"
	case 0x88a8:
		return "802.1ad"
	}
	return ""
}

// Known returns w if it is one of the words that some number has in f, else
// "": words from a host must not reach a report unchecked.
func Known(w string, f func(int) string) string {
	for n := 0; n <= 16; n++ {
		if w != "" && f(n) == w {
			return w
		}
	}
	return ""
}

// NoLACP is what an 802.3ad bond has without an active aggregator (no port, or
// none that is up): the kernel leaves IFLA_BOND_AD_INFO out, and no partner
// answered.
func NoLACP() *hostinfo.LACP { return &hostinfo.LACP{PartnerMAC: "00:00:00:00:00:00"} }

// LinkIsPeer says whether IFLA_LINK of this kind names the other end of a pair
// and not a device below.
func LinkIsPeer(kind string) bool {
	switch kind {
	case "veth", "netkit", "vxcan":
		return true
	}
	return false
}

func word(n int, words ...string) string {
	if n < 0 || n >= len(words) {
		return ""
	}
	return words[n]
}
