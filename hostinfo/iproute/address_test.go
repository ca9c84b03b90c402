package iproute_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"migcheck/hostinfo"
)

func TestAddresses(t *testing.T) {
	h := decode(t, links(`[{"ifindex":1,"ifname":"lo","link_type":"loopback","addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8,"scope":"host"},{"family":"inet","local":"10.9.9.9","prefixlen":32,"scope":"global"}]},
		{"ifindex":2,"ifname":"eth0","link_type":"ether","addr_info":[{},
			{"family":"inet","local":"10.0.0.1","prefixlen":24,"broadcast":"10.0.0.255","scope":"global","label":"eth0:1","valid_life_time":4294967295},
			{"family":"inet","local":"10.0.0.2","address":"10.0.0.3","prefixlen":32,"scope":"global"},
			{"family":"inet","local":"169.254.0.1","prefixlen":16,"scope":"link"},
			{"family":"inet6","local":"2001:db8:0:0::1","prefixlen":64,"scope":"global","deprecated":true},
			{"family":"inet6","local":"fe80::1","prefixlen":64,"scope":"link"},
			{"family":"inet","local":"10.0.0.4","prefixlen":33,"scope":"global"},
			{"family":"inet","local":"ten","prefixlen":8,"scope":"global"}]},
		{"ifindex":3,"ifname":"eth1","link_type":"ether","addr_info":[]}]`)).Host
	if diff := cmp.Diff([]string{"10.0.0.1/24", "10.0.0.2/32", "2001:db8::1/64"}, device(t, h, "eth0").Addresses); diff != "" {
		t.Error(diff)
	}
	if got := append(device(t, h, "lo").Addresses, device(t, h, "eth1").Addresses...); got != nil {
		t.Errorf("lo and eth1 have %v", got)
	}

	many := strings.Repeat(`{"local":"10.0.0.1","prefixlen":24,"scope":"global"},`, 257)
	h = decode(t, links(`[{"ifindex":2,"ifname":"ipvs","link_type":"ether","addr_info":[`+many+`{}]}]`)).Host
	gaps := slices.DeleteFunc(h.Gaps, func(g hostinfo.Gap) bool { return g.Device == "" })
	if len(device(t, h, "ipvs").Addresses) != 256 || len(gaps) != 1 || gaps[0].Fact != hostinfo.FactAddresses {
		t.Errorf("more than the cap: gaps %+v", gaps)
	}
}

// What ip, or busybox's, prints without -json.
func TestAddressesInText(t *testing.T) {
	sys := section("sys", "@lo\nifindex 1\ntype 772\n@eth0\nifindex 2\ntype 1\n@a.b\nifindex 30\ntype 1\n", 0, "")
	text := `1: lo    inet 127.0.0.1/8 scope host lo\       valid_lft forever preferred_lft forever
2: eth0    inet 10.0.0.1/24 brd 10.0.0.255 scope global eth0\       valid_lft forever preferred_lft forever
2: eth0    inet 10.0.0.2 peer 10.0.0.3/32 scope global eth0
2: eth0    inet6 fe80::1/64 scope link \       valid_lft forever preferred_lft forever
30: a.b    inet6 2001:db8::1/64 scope global
31: gone    inet 10.0.0.9/24 scope global
nonsense
2: eth0    inet
`
	h := decode(t, []byte(section("link", "", 255, "no -json")+sys+section("addr", text, 0, "")+section("proc", "", 2, "")+done)).Host
	if got := fmt.Sprint(device(t, h, "eth0").Addresses, device(t, h, "a.b").Addresses, device(t, h, "lo").Addresses); got != "[10.0.0.1/24 10.0.0.2/32] [2001:db8::1/64] []" {
		t.Errorf("got %s", got)
	}
	if g := h.Missing(hostinfo.FactAddresses, ""); g != nil {
		t.Errorf("gap %q", g.Reason)
	}
	h = decode(t, []byte(section("link", "", 255, "no -json")+sys+section("addr", "", 127, "ip: not found")+done)).Host
	if g := h.Missing(hostinfo.FactAddresses, ""); g == nil || !strings.Contains(g.Reason, "ip -o address show: exit status 127: ip: not found") {
		t.Errorf("gap %+v", g)
	}
}

// A PF's VFs in the words of iproute2 6.1 and of 4.18.
func TestFunctions(t *testing.T) {
	h := decode(t, links(`[{"ifindex":2,"ifname":"ens1f0","vfinfo_list":[
		{"vf":0,"link_type":"ether","address":"00:00:00:00:00:00","broadcast":"ff:ff:ff:ff:ff:ff","vlan_list":[{}],"rate":{"max_tx":0,"min_tx":0},"spoofchk":true,"link_state":"auto","trust":false,"query_rss_en":false},
		{"vf":1,"mac":"52:54:00:AA:00:01","vlan_list":[{"vlan":623,"qos":3}],"spoofchk":false,"trust":true},
		{"vf":2,"address":"52:54:00:aa:00:02","vlan":7},
		{"address":"52:54:00:aa:00:03"}]}]`)).Host
	want := []hostinfo.Function{
		{Number: 0, SpoofCheck: hostinfo.Yes, Trust: hostinfo.No},
		{Number: 1, MAC: "52:54:00:aa:00:01", VLAN: 623, SpoofCheck: hostinfo.No, Trust: hostinfo.Yes},
		{Number: 2, MAC: "52:54:00:aa:00:02", VLAN: 7},
	}
	if diff := cmp.Diff(want, device(t, h, "ens1f0").Functions); diff != "" {
		t.Error(diff)
	}
	h = decode(t, []byte(section("link", `[{"ifindex":2,"ifname":"p","vfinfo_list":[{"vf":0}]}]`, 0, "Truncated VF list: p")+section("hardware", "all lo p", 0, "")+done)).Host
	if g := h.Missing(hostinfo.FactHardware, ""); g == nil || !strings.Contains(g.Reason, "Truncated VF list") {
		t.Errorf("gap %+v", g)
	}
}
