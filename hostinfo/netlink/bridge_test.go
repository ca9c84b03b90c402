//go:build linux

package netlink

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute/rtnl"
)

// vlan is a struct bridge_vlan_info.
func vlan(flags, id uint16) []byte {
	return attr(vlanInfo, native.AppendUint16(native.AppendUint16(nil, flags), id))
}

func bridgeMessage(index int32, attrs ...[]byte) []byte {
	m := message(unix.ARPHRD_ETHER, index, 0, attrs...)
	m[0] = unix.AF_BRIDGE
	return m
}

// filtering is a host with a bridge that filters by VLAN and a port of it.
func filtering() *hostinfo.Host {
	return &hostinfo.Host{Devices: []hostinfo.Device{
		{Index: 2, Name: "eth1", Master: 4},
		{Index: 3, Name: "eth2"},
		{Index: 4, Name: "br0", Kind: hostinfo.KindBridge, Bridge: &hostinfo.Bridge{VLANFiltering: hostinfo.Yes, DefaultPVID: 1}},
	}}
}

func TestPortVLANs(t *testing.T) {
	h := filtering()
	ports := rtnl.NewPortVLANs(h)
	for _, msg := range [][]byte{
		bridgeMessage(2, u32(unix.IFLA_MASTER, 4), nest(unix.IFLA_AF_SPEC,
			attr(0, make([]byte, 2)), vlan(flagPVID|flagUntagged, 1), vlan(flagFirst, 100), vlan(flagLast, 199), vlan(0, 300))),
		bridgeMessage(3, nest(unix.IFLA_AF_SPEC, vlan(0, 5))),
		bridgeMessage(4, nest(unix.IFLA_AF_SPEC, vlan(flagPVID, 1))),
		message(unix.ARPHRD_ETHER, 2, 0, nest(unix.IFLA_AF_SPEC, vlan(0, 9))), // of another family
	} {
		if err := decodePortVLANs(msg, ports); err != nil {
			t.Fatal(err)
		}
	}
	ports.Finish()
	self := &hostinfo.BridgePort{VLANs: []hostinfo.VLANRange{{First: 1, Last: 1, PVID: true}}}
	want := &hostinfo.BridgePort{VLANs: []hostinfo.VLANRange{
		{First: 1, Last: 1, PVID: true, Untagged: true}, {First: 100, Last: 199}, {First: 300, Last: 300},
	}}
	if diff := cmp.Diff(want, h.Devices[0].BridgePort) + cmp.Diff(self, h.Devices[2].BridgePort); diff != "" || h.Devices[1].BridgePort != nil {
		t.Errorf("%+v; -want +got:\n%s", h.Devices, diff)
	}
	if err := decodePortVLANs(bridgeMessage(2, []byte{9, 0, 26, 0}), ports); err == nil {
		t.Error("an attribute that is cut is no error")
	}
}

// A port with more VLANs than are kept is one of which none is known.
func TestPortVLANsCap(t *testing.T) {
	h := filtering()
	ports := rtnl.NewPortVLANs(h)
	var runs [][]byte
	for id := uint16(1); id < 4094; id += 2 {
		runs = append(runs, vlan(0, id))
	}
	if err := decodePortVLANs(bridgeMessage(2, nest(unix.IFLA_AF_SPEC, slices.Concat(runs...))), ports); err != nil {
		t.Fatal(err)
	}
	ports.Finish()
	if h.Devices[0].BridgePort != nil || h.Missing(hostinfo.FactBridgeVLANs, "eth1") == nil || h.Missing(hostinfo.FactBridgeVLANs, "eth2") != nil {
		t.Errorf("%+v, gaps %+v", h.Devices[0].BridgePort, h.Gaps)
	}
}
