//go:build linux

package netlink

import (
	"fmt"

	"golang.org/x/sys/unix"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute/rtnl"
)

// linkInfo is what IFLA_LINKINFO says, whose parts are decoded once all of
// them are known: nothing promises that a kind stands before its data.
type linkInfo struct {
	kind, slaveKind string
	data, slaveData []byte
}

// decodeLink reads one RTM_NEWLINK message without its netlink header. An
// error means that the message is not what a kernel sends.
func decodeLink(msg []byte) (hostinfo.Device, error) {
	var d hostinfo.Device
	if len(msg) < unix.SizeofIfInfomsg {
		return d, fmt.Errorf("a link message of %d bytes", len(msg))
	}
	d.Index = int(int32(native.Uint32(msg[4:])))
	d.LinkType = rtnl.LinkType(int(native.Uint16(msg[2:])))
	flags := native.Uint32(msg[8:])
	d.Up = hostinfo.TriOf(flags&unix.IFF_UP != 0)
	d.LowerUp = hostinfo.TriOf(flags&unix.IFF_LOWER_UP != 0)
	d.Promiscuous = hostinfo.TriOf(flags&unix.IFF_PROMISC != 0)
	d.AllMulticast = hostinfo.TriOf(flags&unix.IFF_ALLMULTI != 0)

	var info linkInfo
	var vfs []byte
	var inner error
	err := each(msg[unix.SizeofIfInfomsg:], func(typ int, v []byte) {
		switch typ {
		case unix.IFLA_IFNAME:
			d.Name = text(v)
		case unix.IFLA_PROP_LIST:
			inner = first(inner, altNames(v, &d))
		case unix.IFLA_OPERSTATE:
			d.OperState = rtnl.OperState(number(v))
		case unix.IFLA_MTU:
			d.MTU = natural(v)
		case unix.IFLA_MAX_MTU:
			d.MaxMTU = natural(v)
		case unix.IFLA_ADDRESS:
			d.MAC = rtnl.MAC(v)
		case unix.IFLA_PERM_ADDRESS:
			d.PermanentMAC = rtnl.MAC(v)
		case unix.IFLA_LINK:
			d.Parent = natural(v)
		case unix.IFLA_LINK_NETNSID:
			d.ParentElsewhere = true
		case unix.IFLA_MASTER:
			d.Master = natural(v)
		case unix.IFLA_PROMISCUITY:
			d.Promiscuity = natural(v)
		case unix.IFLA_LINKINFO:
			inner = first(inner, info.decode(v))
		case unix.IFLA_VFINFO_LIST:
			vfs = v
		}
	})
	var vfErr error
	d.Functions, vfErr = decodeFunctions(vfs, d.LinkType)
	if err = first(err, inner, info.describe(&d), vfErr); err != nil {
		return d, fmt.Errorf("the link message of index %d: %w", d.Index, err)
	}
	if d.Index <= 0 || d.Name == "" || len(d.Name) >= unix.IFNAMSIZ {
		return d, fmt.Errorf("a link message with index %d and the name %.40q", d.Index, d.Name)
	}
	if rtnl.LinkIsPeer(d.Kind) || d.Parent == d.Index && !d.ParentElsewhere || d.Parent == 0 {
		d.Parent, d.ParentElsewhere = 0, false
	}
	return d, nil
}

func altNames(v []byte, d *hostinfo.Device) error {
	return each(v, func(typ int, v []byte) {
		if typ == unix.IFLA_ALT_IFNAME {
			d.AltNames = append(d.AltNames, text(v))
		}
	})
}

func (l *linkInfo) decode(v []byte) error {
	return each(v, func(typ int, v []byte) {
		switch typ {
		case unix.IFLA_INFO_KIND:
			l.kind = text(v)
		case unix.IFLA_INFO_DATA:
			l.data = v
		case unix.IFLA_INFO_SLAVE_KIND:
			l.slaveKind = text(v)
		case unix.IFLA_INFO_SLAVE_DATA:
			l.slaveData = v
		}
	})
}

// describe fills in what depends on the kinds of the device and of its master.
func (l *linkInfo) describe(d *hostinfo.Device) (err error) {
	d.Kind = l.kind
	if d.Kind == "" {
		d.Kind = hostinfo.KindHardware
	}
	d.SlaveKind = l.slaveKind
	switch {
	case l.data == nil:
	case l.kind == hostinfo.KindVLAN:
		d.VLAN, err = decodeVLAN(l.data)
	case l.kind == hostinfo.KindBond:
		d.Bond, err = decodeBond(l.data)
	case d.IsMacvlan():
		d.Macvlan, err = decodeMacvlan(l.data)
	case l.kind == hostinfo.KindBridge:
		d.Bridge, err = decodeBridge(l.data)
	case d.IsTunnel():
		d.Tunnel, err = decodeTunnel(l.data)
	}
	if l.slaveData != nil && l.slaveKind == hostinfo.KindBond {
		port, portErr := decodeBondPort(l.slaveData)
		d.BondPort, err = port, first(err, portErr)
	}
	return err
}

func decodeVLAN(b []byte) (*hostinfo.VLAN, error) {
	v := &hostinfo.VLAN{ID: -1}
	err := each(b, func(typ int, x []byte) {
		switch typ {
		case unix.IFLA_VLAN_ID:
			v.ID = number(x)
		case unix.IFLA_VLAN_PROTOCOL:
			if len(x) == 2 { // network order
				v.Protocol = rtnl.VLANProtocol(int(x[0])<<8 | int(x[1]))
			}
		case unix.IFLA_VLAN_FLAGS:
			const looseBinding = 0x4 // VLAN_FLAG_LOOSE_BINDING of linux/if_vlan.h
			if n := len(x); n >= 4 { // struct ifla_vlan_flags: flags, mask
				v.LooseBinding = hostinfo.TriOf(native.Uint32(x)&looseBinding != 0)
			}
		}
	})
	if v.ID < 0 || v.ID > 4095 {
		return nil, err // without its ID the details say nothing
	}
	return v, err
}

// decodeTunnel is nil where the VNI is missing.
func decodeTunnel(b []byte) (t *hostinfo.Tunnel, err error) {
	const id = unix.IFLA_VXLAN_ID // and IFLA_GENEVE_ID
	err = each(b, func(typ int, v []byte) {
		if n := number(v); typ == id && n >= 0 && n <= rtnl.MaxVNI {
			t = &hostinfo.Tunnel{VNI: n}
		}
	})
	return t, err
}

func decodeMacvlan(b []byte) (*hostinfo.Macvlan, error) {
	m := &hostinfo.Macvlan{}
	err := each(b, func(typ int, v []byte) {
		if typ == unix.IFLA_MACVLAN_MODE {
			m.Mode = rtnl.MacvlanMode(number(v))
		}
	})
	return m, err
}

// first is the first error that is one.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
