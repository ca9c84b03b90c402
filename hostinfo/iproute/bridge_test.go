package iproute_test

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"migcheck/hostinfo"
)

const bridged = `[{"ifindex":1,"ifname":"lo"},` +
	`{"ifindex":2,"ifname":"eth1","master":"br0"},` +
	`{"ifindex":3,"ifname":"vnet0","master":"br0"},` +
	`{"ifindex":4,"ifname":"br0","linkinfo":{"info_kind":"bridge","info_data":{"vlan_filtering":1,"vlan_default_pvid":7}}},` +
	`{"ifindex":5,"ifname":"br1","linkinfo":{"info_kind":"bridge","info_data":{"vlan_filtering":0,"vlan_default_pvid":1}}},` +
	`{"ifindex":6,"ifname":"eth2","master":"br1"}]`

// iproute2 prints a list of ports since 5.0, and printed an object before.
func TestPortVLANs(t *testing.T) {
	self := map[string][]hostinfo.VLANRange{"list": {{First: 7, Last: 7, PVID: true, Untagged: true}, {First: 100, Last: 199}}} // none in the object
	want := map[string]*hostinfo.BridgePort{
		"eth1":  {VLANs: []hostinfo.VLANRange{{First: 1, Last: 1, PVID: true, Untagged: true}, {First: 100, Last: 199}}},
		"vnet0": {},
		"eth2":  nil, // its bridge does not filter
		"br1":   nil,
	}
	for name, json := range map[string]string{
		"list": `[{"ifname":"eth1","vlans":[{"vlan":1,"flags":["PVID","Egress Untagged"]},{"vlan":100,"vlanEnd":199}]},` +
			`{"ifname":"eth2","vlans":[{"vlan":1,"flags":["PVID","Egress Untagged"]}]},{"ifname":"br0","vlans":[{"vlan":7,"flags":["PVID","Egress Untagged"]},{"vlan":100,"vlanEnd":199}]},{"ifname":"gone","vlans":[{"vlan":7}]}]`,
		"object": `{"eth1":[{"vlan":1,"flags":["PVID","Egress Untagged"]},{"vlan":100,"vlanEnd":199},{"vlan":0},{"vlan":9,"vlanEnd":5000},{"vlan":9,"vlanEnd":8}],"eth2":[{"vlan":1}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			h := decode(t, []byte(section("link", bridged, 0, "")+section("bvlan", json, 0, "")+done)).Host
			for port, vlans := range want {
				if diff := cmp.Diff(vlans, device(t, h, port).BridgePort); diff != "" {
					t.Errorf("%s: -want +got:\n%s", port, diff)
				}
			}
			if diff := cmp.Diff(&hostinfo.BridgePort{VLANs: self[name]}, device(t, h, "br0").BridgePort); diff != "" {
				t.Errorf("br0 itself: -want +got:\n%s", diff)
			}
			if b := device(t, h, "br0").Bridge; b == nil || *b != (hostinfo.Bridge{VLANFiltering: hostinfo.Yes, DefaultPVID: 7}) {
				t.Errorf("br0: %+v", b)
			}
			if g := h.Missing(hostinfo.FactBridgeVLANs, ""); g != nil {
				t.Errorf("gap %q", g.Reason)
			}
		})
	}
}

// What could not be read is unknown, and no port looks as if it had no VLAN.
func TestPortVLANsUnread(t *testing.T) {
	for name, c := range map[string]struct{ sections, reason string }{
		"no bridge command": {section("bvlan", "", 127, "sh: bridge: not found"), "bridge -compressvlans -json vlan show: exit status 127: sh: bridge: not found"},
		"old":               {section("bvlan", "port\tvlan ids\neth1\t 1 PVID Egress Untagged\n", 0, ""), `bridge -compressvlans -json vlan show printed JSON that can't be read: "port vlan ids eth1 1 PVID Egress Untagged"`},
		"cut":               {section("bvlan", `[{"ifname":"eth1","vlans":[{"vlan":1`, 0, ""), `bridge -compressvlans -json vlan show printed JSON that can't be read: "[{\"ifname\":\"eth1\",\"vlans\":[{\"vlan\":1"`},
		"not asked":         {"", "bridge -compressvlans -json vlan show: not asked"},
	} {
		t.Run(name, func(t *testing.T) {
			h := decode(t, []byte(section("link", bridged, 0, "")+c.sections+done)).Host
			if g := h.Missing(hostinfo.FactBridgeVLANs, "eth1"); g == nil || g.Reason != c.reason {
				t.Errorf("gap %+v", g)
			}
			for _, name := range []string{"eth1", "br0"} {
				if p := device(t, h, name).BridgePort; p != nil {
					t.Errorf("%s: %+v", name, p)
				}
			}
		})
	}
}

// A kernel that can't filter has no file that says so; one that was not asked
// says nothing either.
func TestBridgeInSys(t *testing.T) {
	for files, want := range map[string]*hostinfo.Bridge{
		"bridge/priority 32768\nbridge/vlan_filtering 1\nbridge/default_pvid 1\n": {VLANFiltering: hostinfo.Yes, DefaultPVID: 1},
		"bridge/priority 32768\n": {VLANFiltering: hostinfo.No, DefaultPVID: -1},
		"":                        nil,
	} {
		h := decode(t, []byte(section("sys", "@br0\nifindex 2\ndevtype bridge\n"+files+"has bridge\n", 0, "")+done)).Host
		if got := device(t, h, "br0").Bridge; !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v", files, got)
		}
	}
}
