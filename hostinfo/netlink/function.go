//go:build linux

package netlink

import (
	"github.com/vishvananda/netlink/nl"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute/rtnl"
)

// decodeFunctions reads IFLA_VFINFO_LIST of a device of that link type. Every
// attribute of a VF is a struct that begins with its number.
func decodeFunctions(b []byte, linkType string) ([]hostinfo.Function, error) {
	var out []hostinfo.Function
	var inner error
	err := each(b, func(typ int, v []byte) {
		if typ != nl.IFLA_VF_INFO || len(out) == rtnl.MaxFunctions {
			return
		}
		f, err := decodeFunction(v, linkType)
		if inner = first(inner, err); f.Number >= 0 {
			out = append(out, f)
		}
	})
	return out, first(err, inner)
}

func decodeFunction(b []byte, linkType string) (hostinfo.Function, error) {
	f := hostinfo.Function{Number: -1}
	err := each(b, func(typ int, v []byte) {
		if typ == nl.IFLA_VF_VLAN_LIST { // it says what IFLA_VF_VLAN says, with the protocol
			return
		}
		if len(v) < 8 {
			return
		}
		switch setting := v[4:8]; typ {
		case nl.IFLA_VF_MAC: // 32 bytes, of which an Ethernet device uses 6
			f.Number = number(v[:4])
			length := 20 // InfiniBand
			if linkType == "ether" {
				length = 6
			}
			if mac := v[4:]; len(mac) >= length {
				f.MAC = rtnl.MAC(mac[:length])
			}
		case nl.IFLA_VF_VLAN:
			f.VLAN = natural(setting)
		case nl.IFLA_VF_TRUST:
			f.Trust = setting4(setting)
		case nl.IFLA_VF_SPOOFCHK:
			f.SpoofCheck = setting4(setting)
		}
	})
	return f, err
}

// setting4 reads a switch of a VF; the kernel says -1 for a driver that does
// not know.
func setting4(v []byte) hostinfo.Tri {
	if n := number(v); n >= 0 {
		return hostinfo.TriOf(n != 0)
	}
	return hostinfo.Unknown
}
