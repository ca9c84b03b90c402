package segment_test

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"migcheck/hostinfo"
	"migcheck/hostinfo/segment"
)

// The answer of lldpd 1.0.16 to a switch played by another lldpd.
func TestParse(t *testing.T) {
	lldp, err := os.ReadFile("testdata/lldp.json")
	if err != nil {
		t.Fatal(err)
	}
	const routes = `route default via 192.0.2.1 proto dhcp metric 100
route 192.0.2.0/24 proto kernel scope link src 192.0.2.7
route 198.51.100.0/24 via 192.0.2.9
route 203.0.113.0/24 via 192.0.2.10
route fe80::/64 proto kernel metric 256 pref medium
route default via fe80::1 proto ra metric 100
neigh 192.0.2.1 lladdr 00:00:5E:00:01:07 REACHABLE
neigh 192.0.2.9 lladdr 00:00:5e:00:01:09 FAILED
neigh 192.0.2.10 INCOMPLETE
neigh fe80::1 lladdr 00:00:5e:00:01:07 router STALE
neigh x
lldp
`
	want := hostinfo.Segment{
		Host: "hostA", Device: "eth1",
		Gateways:   []hostinfo.Gateway{{Network: "192.0.2.0/24", Address: "192.0.2.1", MAC: "00:00:5e:00:01:07"}},
		Neighbours: []hostinfo.Neighbour{{NIC: "eth1", Chassis: "", Name: "sw1", Port: "Eth1/7", VLANs: []int{623, 624}, Untagged: 623}},
	}
	got := segment.Parse("hostA", "eth1", routes+string(lldp))
	if len(got.Neighbours) == 1 {
		if got.Neighbours[0].Chassis == "" {
			t.Error("the switch has no id")
		}
		got.Neighbours[0].Chassis = ""
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A switch that names the untagged VLAN alone does not say what else it carries.
func TestOnlyUntagged(t *testing.T) {
	s := segment.Parse("hostA", "eth1", `lldp
{"lldp":[{"interface":[{"name":"eth1","vlan":[{"vlan-id":"1","pvid":true,"value":"default"}]}]}]}`)
	if len(s.Neighbours) != 1 || s.Neighbours[0].Untagged != 1 || s.Neighbours[0].Carries(623) != hostinfo.Unknown {
		t.Errorf("%+v", s)
	}
}

// FuzzParse: nothing that a host prints makes it panic, or grow without bounds.
func FuzzParse(f *testing.F) {
	f.Add("route default via 192.0.2.1\nneigh 192.0.2.1 lladdr 00:00:5e:00:01:07 STALE\nlldp\n{}")
	f.Add("lldp\n{\"lldp\":[{\"interface\":[{\"vlan\":[{\"vlan-id\":\"9\"}]}]}]}")
	f.Fuzz(func(t *testing.T, out string) {
		if s := segment.Parse("h", "d", out); len(s.Neighbours) > 64 || len(s.Gateways) > 4096 {
			t.Errorf("%d neighbours, %d gateways", len(s.Neighbours), len(s.Gateways))
		}
	})
}
