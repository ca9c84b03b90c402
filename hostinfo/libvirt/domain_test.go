package libvirt

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"migcheck/hostinfo"
)

func testdata(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What libvirt 9.0.0 printed of one running guest, with a NIC on a network
// that resolves to up0 and a NIC on up0 itself.
func TestViewsOfOneGuest(t *testing.T) {
	def := func(nics ...hostinfo.NIC) *hostinfo.Definition {
		return &hostinfo.Definition{Type: "qemu", Arch: "x86_64", Machine: "pc-i440fx-7.2", Memory: &hostinfo.GuestMemory{Max: 16384, Current: 16384}, NICs: nics}
	}
	for _, tc := range []struct {
		file string
		want Domain
	}{
		{"web1.live.xml", Domain{ID: 1, Definition: def(
			hostinfo.NIC{
				Type: "direct", Alias: "net0", Dev: "up0", Mode: "bridge", Network: "lan", Portgroup: "web",
				MAC: "52:54:00:aa:00:01", Model: "virtio", Target: "macvtap0",
			},
			hostinfo.NIC{
				Type: "direct", Alias: "net1", Dev: "up0", Mode: "bridge",
				MAC: "52:54:00:aa:00:02", Model: "virtio", Target: "macvtap1",
			},
		)}},
		{"web1.migratable.xml", Domain{Definition: def(
			hostinfo.NIC{Type: "network", Network: "lan", Portgroup: "web", MAC: "52:54:00:aa:00:01", Model: "virtio"},
			hostinfo.NIC{Type: "direct", Dev: "up0", Mode: "bridge", MAC: "52:54:00:aa:00:02", Model: "virtio"},
		)}},
	} {
		got, err := ParseDomain(testdata(t, tc.file))
		if err != nil {
			t.Fatal(err)
		}
		tc.want.Name, tc.want.UUID = "web1", "c7a5fdbd-edaf-4999-926b-0a0a0a0a0a0a"
		if diff := cmp.Diff(&tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.file, diff)
		}
		if !got.Definition.NICs[0].NetworkBacked() || !got.Definition.NICs[1].Direct() {
			t.Errorf("%s: the first NIC is the network's, the second the device's", tc.file)
		}
	}
}

func TestEveryField(t *testing.T) {
	want := &Domain{
		Name: "a <b> & 'c'", UUID: "c7a5fdbd-edaf-4999-926b-0b0b0b0b0b0b", ID: 17,
		Definition: &hostinfo.Definition{
			Type: "kvm", Arch: "s390x", Machine: "s390-ccw-virtio-7.2", LaunchSecurity: "sev",
			Memory: &hostinfo.GuestMemory{Max: 8 << 20, Current: 6 << 20, HugePages: []int{2048, 1 << 20}},
			NICs: []hostinfo.NIC{
				{
					Type: "network", Alias: "ua-net", Dev: "bond0.623", Mode: "passthrough", Network: "lan",
					Portgroup: "web", Bridge: "br0", MAC: "52:54:00:aa:00:0a", CurrentMAC: "52:54:00:aa:00:0b",
					Model: "virtio", Target: "web-nic", TrustGuestRxFilters: "yes", MTU: 9000,
					DriverName: "vhost", Queues: 4, IOMMU: "on", VirtualPort: "802.1Qbh",
					VLANTags: []int{0, 4095}, VLANTrunk: true, Filter: "clean-traffic", LinkState: "down",
					TeamingType: "persistent", Bandwidth: true, Inbound: true,
				},
				{Type: "from-the-future", TeamingType: "transient", TeamingPartner: "ua-net"},
				{},
				{Type: "hostdev", PCI: "0000:3b:02.1", Backend: "passt", Target: "tap-web", TargetManaged: "no"},
				{Type: "user"},
			},
			PCIDevices: []hostinfo.PCIDevice{
				{Address: "10000:ff:1f.7", TeamingType: "transient", TeamingPartner: "ua-net"},
				{Address: "0000:3b:00.0"},
			},
		},
	}
	got, err := ParseDomain(testdata(t, "everything.xml"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReduceDomain(t *testing.T) {
	for _, file := range []string{"web1.live.xml", "web1.migratable.xml", "everything.xml"} {
		doc := testdata(t, file)
		reduced, err := ReduceDomain(doc)
		if err != nil {
			t.Fatal(err)
		}
		checkReduced(t, doc, reduced)
		for _, word := range []string{"secret", "s3cret", "memtune", "nosharepages", "graphics", "listen", "disk", "loader", "nested", "usb", "capabilities", "emulator", "seclabel", "<?", "<!"} {
			if bytes.Contains(reduced, []byte(word)) {
				t.Errorf("%s: %q is left:\n%s", file, word, reduced)
			}
		}
		again, err := ReduceDomain(reduced)
		if err != nil || !bytes.Equal(again, reduced) {
			t.Errorf("%s: reduced twice (%v):\n%s\nonce:\n%s", file, err, again, reduced)
		}
	}
	// What no field holds stays in the interfaces.
	reduced, err := ReduceDomain(testdata(t, "web1.live.xml"))
	if err != nil {
		t.Fatal(err)
	}
	const raw = "<source network='lan' portgroup='web' portid='271e2945-6628-4e5c-9c50-8042b24540b3' dev='up0' mode='bridge'/>"
	if !bytes.Contains(reduced, []byte(raw)) {
		t.Errorf("%s is gone:\n%s", raw, reduced)
	}
}

// checkReduced holds the property that both recorded forms live by.
func checkReduced(t *testing.T, doc, reduced []byte) {
	t.Helper()
	want, err := ParseDomain(doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, recorded := range [][]byte{reduced, FormatDomain(want)} {
		got, err := ParseDomain(recorded)
		if err != nil {
			t.Fatalf("%v\n%q", err, recorded)
		}
		if !reflect.DeepEqual(want, got) {
			t.Fatalf("reads differently (-full +recorded):\n%s\n%s", cmp.Diff(want, got), recorded)
		}
	}
}

func TestRefusedDomains(t *testing.T) {
	nic := func(inner string) string {
		return "<domain><name>g</name><devices>\n<interface/><interface>\n" + inner + "</interface></devices></domain>"
	}
	for _, tc := range []struct{ doc, want string }{
		{"", "domain XML is empty"},
		{"   \n", "domain XML is empty"},
		{"<network><name>g</name></network>", `line 1: the root element is "network", not "domain"`},
		{"<domain xmlns='urn:x'><name>g</name></domain>", `the root element is "domain"`},
		{"<domain></domain>", "has no name"},
		{"<domain><name>g</name>", "unexpected EOF"},
		{"<domain><name>g</domain>", "line 1"},
		{"<domain><name>g</name></domain><domain/>", "a second root element"},
		{"<domain><name>g</name></domain>x", "text outside the root element"},
		{"<domain><name>&hostile;</name></domain>", "invalid character entity"},
		{"<?xml version='1.0' encoding='UTF-16'?><domain/>", "encoding"},
		{"<domain id='-1'><name>g</name></domain>", `line 1: domain id "-1" is not a number up to 2147483647`},
		{"<domain><name>g</name><uuid>zz</uuid></domain>", `"zz" is not a UUID`},
		{"<domain xmlns:p=''><name>g</name></domain>", `namespace prefix "p" stands for nothing`},
		{"<domain><name>g</name>\n<memory unit='GiB'>x</memory></domain>", `line 2: memory "x" "GiB" is no size of memory`},
		{"<domain><name>g</name><memory unit='PiB'>9</memory></domain>", `memory "9" "PiB" is no size`},
		{"<domain><name>g</name><memory unit='stone'>9</memory></domain>", `memory "9" "stone" is no size`},
		{"<domain><name>g</name><memory>9</memory><currentMemory>-1</currentMemory></domain>", `currentMemory "-1" "" is no size`},
		{"<domain><name>g</name><memory>9</memory><memoryBacking><hugepages><page size='0'/></hugepages></memoryBacking></domain>", "a page of no size"},
		{nic("<mac address='52:54:00:aa:00'/>"), `interface 2: line 3: address "52:54:00:aa:00" is not a MAC address`},
		{nic("<mac address='52:54:00:aa:00:001'/>"), `interface 2: line 3: address`},
		{nic("<mac address='52:54:00:aa:00:+1'/>"), `interface 2: line 3: address`},
		{nic("<mac currentAddress='x'/>"), `interface 2: line 3: currentAddress "x"`},
		{nic("<mtu size='1e3'/>"), `interface 2: line 3: mtu size "1e3" is not a number`},
		{nic("<driver queues='99999999999'/>"), `driver queues "99999999999" is not a number`},
		{nic("<vlan><tag id='4096'/></vlan>"), `tag id "4096" is not a number up to 4095`},
		{nic("<vlan><tag/></vlan>"), "a VLAN tag has no id"},
		{nic("<vlan>" + strings.Repeat("<tag id='1'/>", 4097) + "</vlan>"), "more than 4095 VLAN tags"},
		{strings.Repeat("<domain>", 300), "elements are nested deeper than 256"},
		{"<domain><name>g</name><devices>" + strings.Repeat("<interface/>", 4097) + "</devices></domain>", "more than 4096 interfaces"},
		{"<domain><name>g</name><devices>" + strings.Repeat("<hostdev type='pci'/>", 4097) + "</devices></domain>", "more than 4096 PCI devices"},
		{"<domain><name>g</name><devices><hostdev type='pci'><source><address bus='0x100'/></source></hostdev></devices></domain>", `line 1: bus "0x100" is none of a PCI device`},
		{nic("<source><address type='pci' bus='0' function='8'/></source>"), `function "8" is none of a PCI device`},
		{nic("<source><address type='pci' bus='1_0'/></source>"), `bus "1_0" is none of a PCI device`},
		{nic(strings.Repeat("<a/>", maxKept)), "more than 131072 elements that matter"},
		{"<domain>" + strings.Repeat(" ", MaxXML), "more than 8388608"},
	} {
		_, err := ParseDomain([]byte(tc.doc))
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%.60q: error %v does not say %q", tc.doc, err, tc.want)
		}
		if _, reduceErr := ReduceDomain([]byte(tc.doc)); reduceErr == nil || reduceErr.Error() != err.Error() {
			t.Errorf("%.60q: ReduceDomain says %v, ParseDomain %v", tc.doc, reduceErr, err)
		}
	}
}

func FuzzDomain(f *testing.F) {
	for _, file := range []string{"web1.live.xml", "web1.migratable.xml", "everything.xml", "network.xml"} {
		f.Add(testdata(f, file))
	}
	f.Add([]byte("<domain xmlns:p='u'><p:name>x</p:name><name>\r\n&#x0a;</name><devices xmlns='y'><interface xmlns=''/></devices></domain>"))
	f.Add([]byte("<domain type=\"'\" xmlns:interface='u'><name>]]&gt;</name><devices><interface><![CDATA[<interface/>]]></interface></devices></domain>"))
	f.Fuzz(func(t *testing.T, doc []byte) {
		_, err := ParseDomain(doc)
		reduced, reduceErr := ReduceDomain(doc)
		if (err == nil) != (reduceErr == nil) {
			t.Fatalf("ParseDomain says %v, ReduceDomain %v", err, reduceErr)
		}
		if err == nil {
			checkReduced(t, doc, reduced)
		}
	})
}
