//go:build linux

package netlink

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute/rtnl"
)

const (
	// dumpTries bounds how often a dump is taken that other changes interrupt.
	dumpTries = 5
	// skipStats is RTEXT_FILTER_SKIP_STATS of linux/rtnetlink.h: counters are
	// half of a link message, and nothing here reads them.
	skipStats = 1 << 3
	// maxDevices bounds what one namespace may hold.
	maxDevices = 100_000
)

// readDevices fills in Host.Devices from one RTM_GETLINK dump.
func readDevices(ctx context.Context, h *hostinfo.Host) {
	err := dump(ctx, func() *nl.NetlinkRequest {
		req := nl.NewNetlinkRequest(unix.RTM_GETLINK, unix.NLM_F_DUMP)
		req.AddData(nl.NewIfInfomsg(unix.AF_UNSPEC))
		req.AddData(nl.NewRtAttr(unix.IFLA_EXT_MASK, nl.Uint32Attr(skipStats|nl.RTEXT_FILTER_VF)))
		h.Devices = h.Devices[:0]
		return req
	}, unix.RTM_NEWLINK, func(msg []byte) error {
		if len(h.Devices) == maxDevices {
			return fmt.Errorf("more than %d devices", maxDevices)
		}
		d, err := decodeLink(msg)
		if err == nil {
			h.Devices = append(h.Devices, d)
		}
		return err
	})
	if err != nil {
		h.AddGap(hostinfo.FactDevices, "", fmt.Sprintf("RTM_GETLINK dump: %v", err))
	}
	if len(h.Devices) > 0 {
		h.Via = "netlink"
	}
	slices.SortFunc(h.Devices, func(a, b hostinfo.Device) int { return cmp.Compare(a.Index, b.Index) })
	for i := range h.Devices {
		noteUnread(h, &h.Devices[i])
	}
}

// noteUnread adds the gaps of a device whose message lacked what its kind
// always has.
func noteUnread(h *hostinfo.Host, d *hostinfo.Device) {
	if d.Kind == hostinfo.KindVLAN && d.VLAN == nil ||
		d.Kind == hostinfo.KindBond && d.Bond == nil ||
		d.IsMacvlan() && d.Macvlan == nil ||
		d.Kind == hostinfo.KindBridge && d.Bridge == nil ||
		d.IsTunnel() && d.Tunnel == nil ||
		d.SlaveKind == hostinfo.KindBond && d.BondPort == nil {
		h.AddGap(hostinfo.FactDetails, d.Name, "the kernel's link message does not hold it")
	}
}

// readHeld fills in Device.Held from one AF_BRIDGE dump of the neighbours,
// which a bridge's learned addresses may dominate: they are dropped as they
// come.
func readHeld(ctx context.Context, h *hostinfo.Host) {
	var held *rtnl.Held
	err := dump(ctx, func() *nl.NetlinkRequest {
		req := nl.NewNetlinkRequest(unix.RTM_GETNEIGH, unix.NLM_F_DUMP)
		ndm := make([]byte, unix.SizeofNdMsg)
		ndm[0] = unix.AF_BRIDGE
		req.AddRawData(ndm)
		held = rtnl.NewHeld(h)
		return req
	}, unix.RTM_NEWNEIGH, func(msg []byte) error {
		if index, mac, ok := decodeHeld(msg); ok {
			held.Add(index, mac)
		}
		return nil
	})
	if err != nil {
		h.AddGap(hostinfo.FactForwarding, "", fmt.Sprintf("RTM_GETNEIGH dump: %v", err))
		return
	}
	held.Finish()
}

// decodeHeld reads an RTM_NEWNEIGH message of family AF_BRIDGE. It is not ok
// for anything but a permanent entry of the device itself.
func decodeHeld(msg []byte) (index int, mac [6]byte, ok bool) {
	if len(msg) < unix.SizeofNdMsg || msg[0] != unix.AF_BRIDGE {
		return 0, mac, false
	}
	state, flags := native.Uint16(msg[8:]), msg[10]
	if flags&unix.NTF_SELF == 0 || state&unix.NUD_PERMANENT == 0 {
		return 0, mac, false
	}
	err := each(msg[unix.SizeofNdMsg:], func(typ int, v []byte) {
		if typ == unix.NDA_LLADDR && len(v) == len(mac) {
			mac, ok = [6]byte(v), true
		}
	})
	return int(int32(native.Uint32(msg[4:]))), mac, ok && err == nil
}

// dump sends the request that ask makes and passes every message of that type
// to each, all over again if the kernel says that the dump was interrupted by
// a change. It returns each's error, ctx's, or the kernel's.
func dump(ctx context.Context, ask func() *nl.NetlinkRequest, typ uint16, each func([]byte) error) error {
	for range dumpTries {
		var refused error
		err := ask().ExecuteIter(unix.NETLINK_ROUTE, typ, func(msg []byte) bool {
			if refused = ctx.Err(); refused == nil {
				refused = each(msg)
			}
			return refused == nil
		})
		if refused != nil {
			return refused
		}
		if !errors.Is(err, nl.ErrDumpInterrupted) {
			return err
		}
	}
	return fmt.Errorf("interrupted by changes %d times", dumpTries)
}
