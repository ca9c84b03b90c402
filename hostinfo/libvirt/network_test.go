package libvirt

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"migcheck/hostinfo"
)

func TestParseNetwork(t *testing.T) {
	want := &hostinfo.Network{
		Name: "lan", UUID: "2cb16044-3c19-4a83-b269-a49ef4c8e7af", Forward: "bridge",
		Devices:             []hostinfo.NetworkDevice{{Dev: "bond0.623", Connections: 2}, {Dev: "bond1.623", Connections: -1}},
		TrustGuestRxFilters: "no", VirtualPort: "802.1Qbg", VLANTags: []int{5, 6},
		Portgroups: []hostinfo.Portgroup{
			{Name: "web", Default: true, TrustGuestRxFilters: "yes", VirtualPort: "802.1Qbh", VLANTags: []int{7}},
			{Name: "db"},
		},
	}
	got, err := ParseNetwork(testdata(t, "network.xml"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNetworkForwarding(t *testing.T) {
	for _, tc := range []struct{ inner, forward, direct, bridge string }{
		{"", "", "", ""},
		{"<forward/>", "nat", "", ""},
		{"<forward mode='bridge'/><bridge name='br0'/>", "bridge", "", "br0"},
		{"<forward dev='eth0' mode='passthrough'/>", "passthrough", "passthrough", ""},
		{"<forward mode='hostdev'><address type='pci'/></forward>", "hostdev", "", ""},
	} {
		n, err := ParseNetwork([]byte("<network><name>n</name>" + tc.inner + "</network>"))
		if err != nil {
			t.Errorf("%s: %v", tc.inner, err)
			continue
		}
		if n.Forward != tc.forward || n.DirectMode() != tc.direct || n.Bridge != tc.bridge {
			t.Errorf("%s: forward %q, direct %q, bridge %q", tc.inner, n.Forward, n.DirectMode(), n.Bridge)
		}
		if strings.Contains(tc.inner, "eth0") && (len(n.Devices) != 1 || n.Devices[0].Dev != "eth0") {
			t.Errorf("%s: the pool is %v", tc.inner, n.Devices)
		}
	}
}

// What libvirt prints of an active network of VFs, by its documentation: never seen
// on a real card.
func TestNetworkOfVFs(t *testing.T) {
	got, err := ParseNetwork([]byte(`<network connections='1'><name>vfs</name>
		<forward mode='hostdev' managed='yes'>
			<driver name='vfio'/>
			<pf dev='eth3'/>
			<address type='pci' domain='0x0000' bus='0x3b' slot='0x02' function='0x0' connections='1'/>
			<address type='pci' domain='0x0000' bus='0x3b' slot='0x02' function='0x1'/>
		</forward></network>`))
	if err != nil {
		t.Fatal(err)
	}
	want := &hostinfo.Network{
		Name: "vfs", Forward: "hostdev", PF: "eth3",
		Devices: []hostinfo.NetworkDevice{{PCI: "0000:3b:02.0", Connections: 1}, {PCI: "0000:3b:02.1", Connections: -1}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	port := "<networkport><plug type='hostdev-pci' managed='yes'><driver name='vfio'/><address domain='0x0000' bus='0x3b' slot='0x02' function='0x1'/></plug></networkport>"
	if dev, err := ParseNetworkPort([]byte(port)); dev != "0000:3b:02.1" || err != nil {
		t.Errorf("the port's device is %q, %v", dev, err)
	}
}

// What libvirt 9.0.0 kept in /run/libvirt/network of a running network, and of a
// guest's NIC on a pool.
func TestNetworkStatus(t *testing.T) {
	got, err := ParseNetworkStatus(testdata(t, "lan.status.xml"))
	if err != nil {
		t.Fatal(err)
	}
	want := &hostinfo.Network{
		Name: "lan", UUID: "2cb16044-3c19-4a83-b269-a49ef4c8e7af", Active: hostinfo.Yes, Forward: "bridge",
		Devices:    []hostinfo.NetworkDevice{{Dev: "up0", Connections: -1}},
		Portgroups: []hostinfo.Portgroup{{Name: "web", Default: true, TrustGuestRxFilters: "yes"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if dev, err := ParseNetworkPort(testdata(t, "pool.port.xml")); dev != "sw0" || err != nil {
		t.Errorf("the port's device is %q, %v", dev, err)
	}
	bridged := "<networkport><plug type='bridge' bridge='virbr0'/></networkport>"
	if dev, err := ParseNetworkPort([]byte(bridged)); dev != "" || err != nil {
		t.Errorf("a bridged port's device is %q, %v", dev, err)
	}
	for _, doc := range []string{"<network><name>n</name></network>", "<networkstatus/>", "<networkstatus><network/></networkstatus>", ""} {
		if _, err := ParseNetworkStatus([]byte(doc)); err == nil {
			t.Errorf("%q is no network's status", doc)
		}
	}
	if _, err := ParseNetworkPort([]byte("<network/>")); err == nil {
		t.Error("a network is no port")
	}
}

func TestRefusedNetworks(t *testing.T) {
	for _, tc := range []struct{ doc, want string }{
		{"<domain/>", `the root element is "domain", not "network"`},
		{"<network/>", "network XML has no name"},
		{"<network><name>n</name><uuid>1</uuid></network>", "is not a UUID"},
		{"<network><name>n</name>\n<vlan><tag id='x'/></vlan></network>", `line 2: tag id "x"`},
		{"<network><name>n</name>\n<portgroup><vlan><tag id='x'/></vlan></portgroup></network>", `line 2: tag id "x"`},
		{"<network><name>n</name>\n<forward><interface dev='d' connections='-2'/></forward></network>", `line 2: interface connections "-2"`},
	} {
		if _, err := ParseNetwork([]byte(tc.doc)); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error %v does not say %q", tc.doc, err, tc.want)
		}
	}
}

func TestParseHostUUID(t *testing.T) {
	got, err := ParseHostUUID(testdata(t, "capabilities.xml"))
	if got != "6a1b3a52-0d55-4f43-9a5f-8c8d1c0a5b11" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := ParseHostUUID([]byte("<capabilities><host/></capabilities>")); !errors.Is(err, ErrNoHostUUID) {
		t.Error(err)
	}
	if _, err := ParseHostUUID([]byte("<capabilities><host><uuid>7</uuid></host></capabilities>")); err == nil {
		t.Error("7 is taken for a UUID")
	}
}

func TestParseUUID(t *testing.T) {
	const want = "c7a5fdbd-edaf-4999-926b-0a0a0a0a0a0a"
	for _, s := range []string{want, strings.ToUpper(want), " " + want + "\n", "c7a5fdbdedaf4999926b0a0a0a0a0a0a"} {
		if got, err := ParseUUID(s); got != want || err != nil {
			t.Errorf("%q: %q, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "7", want + "0", want[1:], "g" + want[1:], strings.Repeat("-", 200)} {
		if got, err := ParseUUID(s); err == nil {
			t.Errorf("%q: %q", s, got)
		}
	}
}

func FuzzNetwork(f *testing.F) {
	f.Add(testdata(f, "network.xml"))
	f.Add(testdata(f, "capabilities.xml"))
	f.Fuzz(func(t *testing.T, doc []byte) {
		n, err := ParseNetwork(doc)
		if err == nil && n.Name == "" {
			t.Fatal("a network without a name")
		}
		if uuid, err := ParseHostUUID(doc); err == nil && len(uuid) != 36 {
			t.Fatalf("host UUID %q", uuid)
		}
	})
}
