package iproute_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"migcheck/hostinfo"
)

// What iproute2 printed before it escaped names as JSON wants it.
func TestNamesOfOldIproute2(t *testing.T) {
	for json, want := range map[string]string{
		`it\'s`:        `it's`,   // before 6.1
		`it's`:         `it's`,   // since
		`a\nb`:         `a\b`,    // before 5.3: a backslash
		`a\\b`:         `a\b`,    // since
		"a\x01b":       "a\x01b", // before 7.1, as it is
		`a\u0001b`:     "a\x01b", // since
		"\xff\xfe":     "\xff\xfe",
		`q\"uote`:      `q"uote`,
		`p\u00fcx`:     "p\u00fcx",
		`a;reboot`:     `a;reboot`,
		`$(reboot)`:    `$(reboot)`,
		`if5`:          `if5`,
		`\ud83d\ude00`: "\U0001f600",
	} {
		h := decode(t, links(`[{"ifindex":7,"ifname":"`+json+`"},{"ifindex":8,"ifname":"m","link":"`+json+`"}]`)).Host
		if len(h.Devices) != 2 || h.Devices[0].Name != want || h.Devices[1].Parent != 7 {
			t.Errorf("%s: %+v", json, h)
		}
	}
	for _, json := range []string{``, `.`, `..`, `a/b`, `a b`, `a:b`, `sixteen-bytes-xx`, `a\u0000`, `a\tb`} {
		h := decode(t, links(`[{"ifindex":7,"ifname":"`+json+`"},{"ifindex":8,"ifname":"ok"}]`)).Host
		if len(h.Devices) != 1 || h.Missing(hostinfo.FactDevices, "") == nil {
			t.Errorf("%s: %+v", json, h)
		}
	}
}

// Names stand for ifindexes only where they can mean one device.
func TestReferences(t *testing.T) {
	for _, c := range []struct {
		what, json     string
		parent, master int
		elsewhere, gap bool
	}{
		{"by name", `{"ifindex":9,"ifname":"x","link":"a","master":"b","linkinfo":{"info_kind":"vlan","info_data":{"id":5}}}`, 1, 2, false, false},
		{"a veth's peer", `{"ifindex":9,"ifname":"x","link":"a","linkinfo":{"info_kind":"veth"}}`, 0, 0, false, false},
		{"a veth's peer elsewhere", `{"ifindex":9,"ifname":"x","link_index":1,"link_netnsid":0,"linkinfo":{"info_kind":"veth"}}`, 0, 0, false, false},
		{"elsewhere", `{"ifindex":9,"ifname":"x","link_index":1,"link_netnsid":0}`, 1, 0, true, false},
		{"elsewhere, with no id", `{"ifindex":9,"ifname":"x","link_index":1,"link_netnsid":-1}`, 1, 0, true, false},
		{"itself", `{"ifindex":9,"ifname":"x","link":"x"}`, 0, 0, false, false},
		{"none", `{"ifindex":9,"ifname":"x","link":null}`, 0, 0, false, false},
		{"by index", `{"ifindex":9,"ifname":"x","link":"if2"}`, 2, 0, false, false},
		{"a name of nobody", `{"ifindex":9,"ifname":"x","link":"gone"}`, 0, 0, false, true},
		{"a master of nobody", `{"ifindex":9,"ifname":"x","master":"gone"}`, 0, 0, false, true},
		{"a name of two", `{"ifindex":9,"ifname":"x","link":"twice"}`, 0, 0, false, true},
		{"no name", `{"ifindex":9,"ifname":"x","link":""}`, 0, 0, false, true},
	} {
		h := decode(t, links(`[{"ifindex":1,"ifname":"a"},{"ifindex":2,"ifname":"b"},{"ifindex":3,"ifname":"twice"},{"ifindex":4,"ifname":"twice"},`+c.json+`]`)).Host
		d := device(t, h, "x")
		if d.Parent != c.parent || d.Master != c.master || d.ParentElsewhere != c.elsewhere || (h.Missing(hostinfo.FactDetails, "x") != nil) != c.gap {
			t.Errorf("%s: %+v with gaps %+v", c.what, *d, h.Gaps)
		}
	}
}

func TestDetailsThatAreMissing(t *testing.T) {
	h := decode(t, links(`[{"ifindex":1,"ifname":"v","linkinfo":{"info_kind":"vlan"}},
		{"ifindex":2,"ifname":"b","linkinfo":{"info_kind":"bond","info_data":{"mode":"802.3ad"}}},
		{"ifindex":3,"ifname":"p","linkinfo":{"info_slave_kind":"bond"}},
		{"ifindex":4,"ifname":"w","linkinfo":{"info_kind":"vlan","info_data":{"id":5000}}},
		{"ifindex":5,"ifname":"m","linkinfo":{"info_kind":"macvtap"}},
		{"ifindex":6,"ifname":"h","linkinfo":{}},
		{"ifindex":7,"ifname":"x","linkinfo":{"info_kind":"vxlan","info_data":{"port":4789}}},
		{"ifindex":8,"ifname":"y","linkinfo":{"info_kind":"vxlan","info_data":{"id":16777216}}},
		{"ifindex":9,"ifname":"z","linkinfo":{"info_kind":"geneve","info_data":{"remote":"10.0.0.1","id":0}}}]`)).Host
	for name, gap := range map[string]bool{"v": true, "b": false, "p": true, "w": true, "m": true, "h": false, "x": true, "y": true, "z": false} {
		if got := h.Missing(hostinfo.FactDetails, name) != nil; got != gap {
			t.Errorf("%s: gap %v, want %v", name, got, gap)
		}
	}
	want := &hostinfo.Bond{Mode: "802.3ad", MIIMon: -1, ARPInterval: -1, LACP: &hostinfo.LACP{PartnerMAC: "00:00:00:00:00:00"}}
	if diff := cmp.Diff(want, device(t, h, "b").Bond); diff != "" {
		t.Error(diff)
	}
	if tunnel := device(t, h, "z").Tunnel; tunnel == nil || tunnel.VNI != 0 {
		t.Errorf("z is %+v", tunnel)
	}
	if device(t, h, "h").Kind != hostinfo.KindHardware {
		t.Error("a device without a kind is not hardware")
	}
}

func TestOddJSON(t *testing.T) {
	for _, c := range []struct {
		json    string
		devices int
		gap     string // of FactDevices
	}{
		{`[]`, 0, "no device was shown"},
		{`[{},{},{"ifindex":3,"ifname":"a"}]`, 1, ""},
		{` [ { "ifindex" : 3 , "ifname" : "a" , "x" : { "y" : [ 1 , -2.5e3 , true , null , "]}" ] } } ] `, 1, ""},
		{`[{"ifindex":3,"ifname":"a"},{"ifindex":3,"ifname":"b"}]`, 1, "no ifindex of its own"},
		{`[{"ifindex":4,"ifname":"a"},{"ifindex":3,"ifname":"b"},{"ifindex":4,"ifname":"c"}]`, 2, "no ifindex of its own"},
		{`[{"ifindex":-3,"ifname":"a"}]`, 0, "no ifindex of its own"},
		{`[{"ifindex":99999999999,"ifname":"a"}]`, 0, "no ifindex of its own"},
		{`[{"ifindex":3.5,"ifname":"a"}]`, 0, "no ifindex of its own"},
		{`[{"ifindex":3,"ifname":null}]`, 0, "no name"},
		{`[{"ifindex":3,"ifname":"a"},{"ifindex":4,"ifna`, 1, "beyond its 1. device"},
		{`[{"ifindex":3,"ifname":"a"} {"ifindex":4,"ifname":"b"}]`, 1, "beyond"},
		{`1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536`, 0, "printed no JSON"},
		{``, 0, "printed no JSON"},
		{`[{"ifindex":3,"ifname":"a","linkinfo":[],"flags":{},"altnames":3,"mtu":"x","link_type":7}]`, 1, ""},
		{strings.Repeat("[", 100000), 0, "beyond"},
		{`[{"a":` + strings.Repeat(`{"a":`, 100000), 0, "beyond"},
	} {
		h := decode(t, links(c.json)).Host
		gap := h.Missing(hostinfo.FactDevices, "")
		if len(h.Devices) != c.devices || (gap == nil) != (c.gap == "") || gap != nil && !strings.Contains(gap.Reason, c.gap) {
			t.Errorf("%.60s: %d devices, gap %+v", c.json, len(h.Devices), gap)
		}
	}
}

func TestAltNamesOfOldIproute2(t *testing.T) {
	const plain = `[{"ifindex":1,"ifname":"lo","mtu":1}]`
	for _, c := range []struct {
		kernel, json string
		gap          bool
	}{
		{"6.1.0-56-amd64", plain, true},
		{"", plain, true},
		{"4.9.0-8-amd64", plain, false},
		{"5.4.0-1", plain, false},
		{"5.5.0", plain, true},
		{"4.18.0-477.el8.x86_64", plain, true},
		{"6.1.0", `[{"ifindex":1,"ifname":"lo","allmulti":0}]`, false},
		{"6.1.0", `[{"ifindex":1,"ifname":"lo","altnames":["a","b"]}]`, false},
	} {
		output := section("facts", "kernel "+c.kernel, 0, "") + string(links(c.json))
		if got := decode(t, []byte(output)).Host.Missing(hostinfo.FactAltNames, "") != nil; got != c.gap {
			t.Errorf("kernel %q, %s: gap %v", c.kernel, c.json, got)
		}
	}
}
