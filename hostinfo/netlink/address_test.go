//go:build linux

package netlink

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"migcheck/hostinfo"
)

// addr is an RTM_NEWADDR message.
func addr(family, bits, scope uint8, index uint32, attrs ...[]byte) []byte {
	b := []byte{family, bits, 0, scope, 0, 0, 0, 0}
	native.PutUint32(b[4:], index)
	return append(b, slices.Concat(attrs...)...)
}

func TestAddressMessages(t *testing.T) {
	one, two := []byte{10, 0, 0, 1}, []byte{10, 0, 0, 2}
	six := append([]byte{0x20, 1, 0xd, 0xb8}, append(make([]byte, 11), 1)...)
	for _, c := range []struct {
		name string
		msg  []byte
		want string
	}{
		{"IPv4", addr(unix.AF_INET, 24, 0, 7, attr(unix.IFA_ADDRESS, one), attr(unix.IFA_LOCAL, one), str(unix.IFA_LABEL, "eth0")), "10.0.0.1/24"},
		{"with a peer", addr(unix.AF_INET, 32, 0, 7, attr(unix.IFA_ADDRESS, two), attr(unix.IFA_LOCAL, one)), "10.0.0.1/32"},
		{"IPv6", addr(unix.AF_INET6, 64, 0, 7, attr(unix.IFA_ADDRESS, six)), "2001:db8::1/64"},
		{"link-local", addr(unix.AF_INET6, 64, 253, 7, attr(unix.IFA_ADDRESS, six)), ""},
		{"a length that can't be", addr(unix.AF_INET, 33, 0, 7, attr(unix.IFA_LOCAL, one)), ""},
		{"five bytes", addr(unix.AF_INET, 24, 0, 7, attr(unix.IFA_LOCAL, append(one, 9))), ""},
		{"none", addr(unix.AF_INET, 24, 0, 7), ""},
		{"cut", addr(unix.AF_INET, 24, 0, 7, attr(unix.IFA_LOCAL, one), []byte{200, 0, 0, 0}), ""},
		{"short", []byte{2, 24}, ""},
	} {
		index, got := decodeAddress(c.msg)
		if got != c.want || got != "" && index != 7 {
			t.Errorf("%s: %q on %d, want %q", c.name, got, index, c.want)
		}
	}
}

// vf is the struct of that attribute: a VF's number and its setting.
func vf(typ int, n, setting uint32) []byte {
	return attr(typ, native.AppendUint32(native.AppendUint32(nil, n), setting))
}

func TestFunctionMessages(t *testing.T) {
	address := func(n uint32, mac []byte) []byte {
		return attr(nl.IFLA_VF_MAC, append(native.AppendUint32(nil, n), append(slices.Clone(mac), make([]byte, 32-len(mac))...)...))
	}
	vlan := func(n, id uint32) []byte {
		return attr(nl.IFLA_VF_VLAN, native.AppendUint32(native.AppendUint32(native.AppendUint32(nil, n), id), 3))
	}
	msg := message(unix.ARPHRD_ETHER, 2, 0, str(unix.IFLA_IFNAME, "ens1f0"), nest(unix.IFLA_VFINFO_LIST,
		nest(nl.IFLA_VF_INFO, address(0, make([]byte, 6)), vlan(0, 0), vf(nl.IFLA_VF_SPOOFCHK, 0, 1), vf(nl.IFLA_VF_TRUST, 0, 0)),
		nest(nl.IFLA_VF_INFO, address(1, mac), vlan(1, 623), vf(nl.IFLA_VF_SPOOFCHK, 1, 0), vf(nl.IFLA_VF_TRUST, 1, 1),
			nest(nl.IFLA_VF_VLAN_LIST, attr(nl.IFLA_VF_VLAN_INFO, make([]byte, 16)))),
		nest(nl.IFLA_VF_INFO, address(2, mac), vlan(2, 0), vf(nl.IFLA_VF_SPOOFCHK, 2, 1<<32-1), vf(nl.IFLA_VF_TRUST, 2, 1<<32-1)),
		nest(nl.IFLA_VF_INFO, vlan(3, 5))))
	d, err := decodeLink(msg)
	want := []hostinfo.Function{
		{Number: 0, SpoofCheck: hostinfo.Yes, Trust: hostinfo.No},
		{Number: 1, MAC: "52:54:00:aa:00:01", VLAN: 623, SpoofCheck: hostinfo.No, Trust: hostinfo.Yes},
		{Number: 2, MAC: "52:54:00:aa:00:01"}, // a driver that does not know
	}
	if diff := cmp.Diff(want, d.Functions); diff != "" || err != nil {
		t.Errorf("%v: %s", err, diff)
	}
	bad := message(unix.ARPHRD_ETHER, 2, 0, str(unix.IFLA_IFNAME, "ens1f0"), nest(unix.IFLA_VFINFO_LIST, nest(nl.IFLA_VF_INFO, []byte{1, 0, 0, 0})))
	if _, err := decodeLink(bad); err == nil || !strings.Contains(err.Error(), "beyond its message") {
		t.Errorf("error %v", err)
	}
}

func FuzzAddressMessage(f *testing.F) {
	f.Add(addr(unix.AF_INET, 24, 0, 7, attr(unix.IFA_LOCAL, []byte{10, 0, 0, 1})))
	f.Add(addr(unix.AF_INET6, 64, 0, 7, attr(unix.IFA_ADDRESS, make([]byte, 16))))
	f.Fuzz(func(t *testing.T, msg []byte) {
		if _, a := decodeAddress(msg); len(a) > 49 {
			t.Errorf("address %q", a)
		}
	})
}
