//go:build linux

package netlink

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute/rtnl"
)

// readAddresses fills in Device.Addresses from one RTM_GETADDR dump. The
// devices must be in the order of their ifindex.
func readAddresses(ctx context.Context, h *hostinfo.Host) {
	var more []string // devices with too many
	err := dump(ctx, func() *nl.NetlinkRequest {
		for i := range h.Devices {
			h.Devices[i].Addresses = nil
		}
		more = nil
		req := nl.NewNetlinkRequest(unix.RTM_GETADDR, unix.NLM_F_DUMP)
		req.AddData(nl.NewIfAddrmsg(unix.AF_UNSPEC))
		return req
	}, unix.RTM_NEWADDR, func(msg []byte) error {
		index, addr := decodeAddress(msg)
		i, ok := slices.BinarySearchFunc(h.Devices, index, func(d hostinfo.Device, index int) int { return cmp.Compare(d.Index, index) })
		if !ok || addr == "" {
			return nil
		}
		switch d := &h.Devices[i]; {
		case d.LinkType == "loopback":
		case len(d.Addresses) == rtnl.MaxAddresses:
			if !slices.Contains(more, d.Name) {
				more = append(more, d.Name)
			}
		default:
			d.Addresses = append(d.Addresses, addr)
		}
		return nil
	})
	if err != nil {
		h.AddGap(hostinfo.FactAddresses, "", fmt.Sprintf("RTM_GETADDR dump: %v", err))
	}
	for _, name := range more {
		h.AddGap(hostinfo.FactAddresses, name, fmt.Sprintf("it has more than %d addresses", rtnl.MaxAddresses))
	}
}

// decodeAddress reads an RTM_NEWADDR message: the ifindex and the address with
// its prefix length. The address is empty if it is link-local, or if the
// message is not what a kernel sends.
func decodeAddress(msg []byte) (index int, address string) {
	if len(msg) < unix.SizeofIfAddrmsg || msg[3] == rtnl.ScopeLink {
		return 0, ""
	}
	var local, addr netip.Addr
	err := each(msg[unix.SizeofIfAddrmsg:], func(typ int, v []byte) {
		switch typ {
		case unix.IFA_LOCAL:
			local, _ = netip.AddrFromSlice(v)
		case unix.IFA_ADDRESS: // the peer's, where IFA_LOCAL is there
			addr, _ = netip.AddrFromSlice(v)
		}
	})
	if err != nil {
		return 0, ""
	}
	if !local.IsValid() {
		local = addr
	}
	return int(int32(native.Uint32(msg[4:]))), rtnl.Address(local, int(msg[1]))
}
