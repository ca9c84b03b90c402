//go:build linux

package netlink

import (
	"golang.org/x/sys/unix"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute/rtnl"
)

func decodeBond(b []byte) (*hostinfo.Bond, error) {
	bond := &hostinfo.Bond{MIIMon: -1, ARPInterval: -1}
	var inner error
	err := each(b, func(typ int, v []byte) {
		switch typ {
		case unix.IFLA_BOND_MODE:
			bond.Mode = rtnl.BondMode(number(v))
		case unix.IFLA_BOND_MIIMON:
			bond.MIIMon = number(v)
		case unix.IFLA_BOND_ARP_INTERVAL:
			bond.ARPInterval = number(v)
		case unix.IFLA_BOND_ARP_VALIDATE:
			bond.ARPValidate = rtnl.ARPValidate(number(v))
		case unix.IFLA_BOND_ACTIVE_SLAVE:
			bond.ActiveSlave = natural(v)
		case unix.IFLA_BOND_FAIL_OVER_MAC:
			bond.FailOverMAC = rtnl.FailOverMAC(number(v))
		case unix.IFLA_BOND_MIN_LINKS:
			bond.MinLinks = natural(v)
		case unix.IFLA_BOND_AD_INFO:
			bond.LACP, inner = decodeLACP(v)
		}
	})
	if bond.Mode == "802.3ad" && bond.LACP == nil {
		bond.LACP = rtnl.NoLACP()
	}
	return bond, first(err, inner)
}

// decodeLACP reads IFLA_BOND_AD_INFO.
func decodeLACP(b []byte) (*hostinfo.LACP, error) {
	lacp := &hostinfo.LACP{}
	err := each(b, func(typ int, v []byte) {
		switch typ {
		case unix.IFLA_BOND_AD_INFO_AGGREGATOR:
			lacp.Aggregator = natural(v)
		case unix.IFLA_BOND_AD_INFO_NUM_PORTS:
			lacp.Ports = natural(v)
		case unix.IFLA_BOND_AD_INFO_PARTNER_MAC:
			lacp.PartnerMAC = rtnl.Spell(v)
		}
	})
	return lacp, err
}

func decodeBondPort(b []byte) (*hostinfo.BondPort, error) {
	port := &hostinfo.BondPort{}
	err := each(b, func(typ int, v []byte) {
		switch typ {
		case unix.IFLA_BOND_SLAVE_STATE:
			port.State = rtnl.PortState(number(v))
		case unix.IFLA_BOND_SLAVE_MII_STATUS:
			port.MIIStatus = rtnl.MIIStatus(number(v))
		case unix.IFLA_BOND_SLAVE_PERM_HWADDR:
			port.PermanentMAC = rtnl.MAC(v)
		case unix.IFLA_BOND_SLAVE_AD_AGGREGATOR_ID:
			port.Aggregator = natural(v)
		case unix.IFLA_BOND_SLAVE_AD_ACTOR_OPER_PORT_STATE:
			port.ActorState = natural(v)
		case unix.IFLA_BOND_SLAVE_AD_PARTNER_OPER_PORT_STATE:
			port.PartnerState = natural(v) // two bytes, unlike the actor's
		}
	})
	return port, err
}
