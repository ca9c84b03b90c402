package iproute

import (
	"bytes"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute/rtnl"
)

// linkInfo reads the member of that name. iproute2 prints a kind before the
// data that depends on it; data without a kind is passed over.
func linkInfo(s *scanner, d *hostinfo.Device, r *ref) {
	s.object(func(key []byte) {
		switch string(key) {
		case "info_kind":
			d.Kind = word(s.text())
		case "info_data":
			switch {
			case d.Kind == hostinfo.KindVLAN:
				d.VLAN = vlan(s)
			case d.Kind == hostinfo.KindBond:
				d.Bond = bond(s, r)
			case d.IsMacvlan():
				d.Macvlan = &hostinfo.Macvlan{}
				s.object(func(key []byte) {
					if string(key) == "mode" {
						d.Macvlan.Mode = macvlanMode(s.text())
					} else {
						s.skip()
					}
				})
			case d.Kind == hostinfo.KindBridge:
				d.Bridge = bridge(s)
			case d.IsTunnel():
				d.Tunnel = tunnel(s)
			default:
				s.skip()
			}
		case "info_slave_kind":
			d.SlaveKind = word(s.text())
		case "info_slave_data":
			if d.SlaveKind == hostinfo.KindBond {
				d.BondPort = bondPort(s)
			} else {
				s.skip()
			}
		default:
			s.skip()
		}
	})
}

func vlan(s *scanner) *hostinfo.VLAN {
	v := &hostinfo.VLAN{ID: -1}
	s.object(func(key []byte) {
		switch string(key) {
		case "id":
			v.ID = s.number()
		case "protocol":
			switch p := s.text(); { // 802.1q where an old kernel does not say
			case bytes.EqualFold(p, []byte("802.1Q")):
				v.Protocol = "802.1Q"
			case bytes.EqualFold(p, []byte("802.1ad")):
				v.Protocol = "802.1ad"
			}
		case "flags":
			v.LooseBinding = hostinfo.No
			s.array(func() {
				if string(s.text()) == "LOOSE_BINDING" {
					v.LooseBinding = hostinfo.Yes
				}
			})
		default:
			s.skip()
		}
	})
	if v.ID < 0 || v.ID > 4095 {
		return nil
	}
	return v
}

// tunnel is nil where the VNI is missing.
func tunnel(s *scanner) (t *hostinfo.Tunnel) {
	s.object(func(key []byte) {
		if string(key) != "id" {
			s.skip()
		} else if n := s.number(); n >= 0 && n <= rtnl.MaxVNI {
			t = &hostinfo.Tunnel{VNI: n}
		}
	})
	return t
}

func bond(s *scanner, r *ref) *hostinfo.Bond {
	b := &hostinfo.Bond{MIIMon: -1, ARPInterval: -1}
	s.object(func(key []byte) {
		switch string(key) {
		case "mode":
			b.Mode = rtnl.Known(string(s.text()), rtnl.BondMode)
		case "miimon":
			b.MIIMon = s.number()
		case "arp_interval":
			b.ARPInterval = s.number()
		case "arp_validate":
			b.ARPValidate = arpValidate(s)
		case "active_slave":
			r.active = name(s.text())
		case "fail_over_mac":
			b.FailOverMAC = rtnl.Known(string(s.text()), rtnl.FailOverMAC)
		case "min_links":
			b.MinLinks = s.natural()
		case "ad_info":
			b.LACP = lacp(s)
		default:
			s.skip()
		}
	})
	if b.Mode == "802.3ad" && b.LACP == nil {
		b.LACP = rtnl.NoLACP()
	}
	return b
}

// arpValidate reads what ip prints as null where it is none.
func arpValidate(s *scanner) string {
	if s.peek() == 'n' {
		s.skip()
		return rtnl.ARPValidate(0)
	}
	return rtnl.Known(string(s.text()), rtnl.ARPValidate)
}

func lacp(s *scanner) *hostinfo.LACP {
	l := &hostinfo.LACP{}
	s.object(func(key []byte) {
		switch string(key) {
		case "aggregator":
			l.Aggregator = s.natural()
		case "num_ports":
			l.Ports = s.natural()
		case "partner_mac":
			l.PartnerMAC = rtnl.SpellOf(s.text())
		default:
			s.skip()
		}
	})
	return l
}

func bondPort(s *scanner) *hostinfo.BondPort {
	p := &hostinfo.BondPort{}
	s.object(func(key []byte) {
		switch string(key) {
		case "state":
			p.State = rtnl.Known(string(s.text()), rtnl.PortState)
		case "mii_status":
			p.MIIStatus = rtnl.Known(string(s.text()), rtnl.MIIStatus)
		case "perm_hwaddr":
			p.PermanentMAC = rtnl.MACOf(s.text())
		case "ad_aggregator_id":
			p.Aggregator = s.natural()
		case "ad_actor_oper_port_state":
			p.ActorState = s.natural()
		case "ad_partner_oper_port_state":
			p.PartnerState = s.natural()
		default:
			s.skip()
		}
	})
	return p
}

func macvlanMode(b []byte) string {
	switch string(b) {
	case "bridge":
		return "bridge"
	case "vepa":
		return "vepa"
	}
	return rtnl.Known(string(b), rtnl.MacvlanMode)
}
