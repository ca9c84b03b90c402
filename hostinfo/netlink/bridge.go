//go:build linux

package netlink

import (
	"context"
	"fmt"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute/rtnl"
)

// Of linux/if_bridge.h: the attribute of IFLA_AF_SPEC, and the flags of a
// struct bridge_vlan_info.
const (
	vlanInfo      = 2 // IFLA_BRIDGE_VLAN_INFO
	flagPVID      = 1 << 1
	flagUntagged  = 1 << 2
	flagFirst     = 1 << 3 // BRIDGE_VLAN_INFO_RANGE_BEGIN
	flagLast      = 1 << 4
	compressVLANs = 1 << 2 // RTEXT_FILTER_BRVLAN_COMPRESSED of linux/rtnetlink.h
)

func decodeBridge(b []byte) (*hostinfo.Bridge, error) {
	bridge := &hostinfo.Bridge{DefaultPVID: -1}
	err := each(b, func(typ int, v []byte) {
		switch typ {
		case unix.IFLA_BR_VLAN_FILTERING:
			bridge.VLANFiltering = hostinfo.TriOf(number(v) == 1)
		case unix.IFLA_BR_VLAN_DEFAULT_PVID:
			bridge.DefaultPVID = number(v)
		}
	})
	return bridge, err
}

// readPortVLANs fills in Device.BridgePort from one AF_BRIDGE dump of the links,
// where a bridge filters by VLAN. The bridge's own message holds its own VLANs
// (br_getlink).
func readPortVLANs(ctx context.Context, h *hostinfo.Host) {
	ports := rtnl.NewPortVLANs(h)
	if ports.None() {
		return
	}
	err := dump(ctx, func() *nl.NetlinkRequest {
		req := nl.NewNetlinkRequest(unix.RTM_GETLINK, unix.NLM_F_DUMP)
		req.AddData(nl.NewIfInfomsg(unix.AF_BRIDGE))
		req.AddData(nl.NewRtAttr(unix.IFLA_EXT_MASK, nl.Uint32Attr(compressVLANs)))
		ports = rtnl.NewPortVLANs(h)
		return req
	}, unix.RTM_NEWLINK, func(msg []byte) error { return decodePortVLANs(msg, ports) })
	if err != nil {
		ports.Fail(fmt.Sprintf("RTM_GETLINK dump of bridge ports: %v", err))
		return
	}
	ports.Finish()
}

// decodePortVLANs reads an RTM_NEWLINK message of family AF_BRIDGE.
func decodePortVLANs(msg []byte, ports *rtnl.PortVLANs) error {
	if len(msg) < unix.SizeofIfInfomsg || msg[0] != unix.AF_BRIDGE {
		return nil
	}
	index := int(int32(native.Uint32(msg[4:])))
	var inner error
	err := each(msg[unix.SizeofIfInfomsg:], func(typ int, v []byte) {
		if typ == unix.IFLA_AF_SPEC {
			inner = vlansOf(v, func(r hostinfo.VLANRange) { ports.Add(index, r) })
		}
	})
	return first(err, inner)
}

// vlansOf calls add for each run of VLANs in an IFLA_AF_SPEC.
func vlansOf(b []byte, add func(hostinfo.VLANRange)) error {
	start := 0
	return each(b, func(typ int, v []byte) {
		if typ != vlanInfo || len(v) != 4 {
			return
		}
		flags, id := int(native.Uint16(v)), int(native.Uint16(v[2:]))
		r := hostinfo.VLANRange{First: id, Last: id, PVID: flags&flagPVID != 0, Untagged: flags&flagUntagged != 0}
		switch {
		case flags&flagFirst != 0:
			start = id
			return
		case flags&flagLast != 0:
			r.First = start
		}
		add(r)
	})
}
