package fleet

import (
	"testing"
	"time"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// TestVLANsOnABridge: two VLANs of one bridge differ in nothing but their number, and
// the bridge passes one of them only, be it that its uplink is not in the other or that
// the bridge itself is not.
func TestVLANsOnABridge(t *testing.T) {
	for _, shut := range []string{"eth5", "br2"} {
		f := &Fleet{Now: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)}
		for i := range 3 {
			h := called(form(), i)
			for n, id := range []int{650, 750} {
				h.Devices = append(h.Devices, hostinfo.Device{
					Index: 901 + n, Name: []string{"inside", "outside"}[n], Kind: hostinfo.KindVLAN, LinkType: "ether",
					Up: hostinfo.Yes, LowerUp: hostinfo.Yes, MTU: 1500, MAC: "02:00:00:00:00:01", Parent: device(h, "br2").Index,
					VLAN: &hostinfo.VLAN{ID: id, Protocol: "802.1Q", LooseBinding: hostinfo.No},
				})
			}
			for _, name := range []string{"eth5", "br2"} {
				if p := device(h, name).BridgePort; i == 0 || name != shut { // where the guests are, both get through
					p.VLANs = append(p.VLANs, hostinfo.VLANRange{First: 750, Last: 750})
				}
			}
			f.Hosts = append(f.Hosts, Host{View: preflight.NewView(h)})
		}
		two(t, f, "inside", "outside")
	}
}

// TestVLANOfTheBridgeItself: a bridge puts untagged frames into a VLAN of its own, whose
// number a guest's device has on another host.
func TestVLANOfTheBridgeItself(t *testing.T) {
	f := &Fleet{Now: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)}
	for i := range 3 {
		h := called(form(), i)
		for n, name := range []string{"same", "other"} {
			if i == 0 {
				h.Devices = append(h.Devices, hostinfo.Device{
					Index: 901 + n, Name: name, Kind: hostinfo.KindVLAN, LinkType: "ether",
					Up: hostinfo.Yes, LowerUp: hostinfo.Yes, MTU: 1500, MAC: "02:00:00:00:00:01", Parent: device(h, "eth3").Index,
					VLAN: &hostinfo.VLAN{ID: 650 + n, Protocol: "802.1Q", LooseBinding: hostinfo.No},
				})
			}
		}
		if br := device(h, "br2"); i > 0 {
			br.BridgePort.VLANs = []hostinfo.VLANRange{{First: 650, Last: 650, PVID: true, Untagged: true}}
			br.AltNames = []string{"same", "other"}
		}
		f.Hosts = append(f.Hosts, Host{View: preflight.NewView(h)})
	}
	two(t, f, "same", "other")
}

// two judges guests of the first host with a NIC on one of two devices each, of which the
// second leads nowhere, or elsewhere, on the two other hosts.
func two(t *testing.T, f *Fleet, devices ...string) {
	t.Helper()
	for i, dev := range devices {
		def := &hostinfo.Definition{Type: "kvm", Arch: "x86_64", NICs: []hostinfo.NIC{{Type: "direct", Dev: dev, Mode: "bridge", MAC: mac("guest", i, 0), Model: "virtio"}}}
		f.Guests = append(f.Guests, Guest{&hostinfo.Guest{Name: dev, UUID: dev, State: hostinfo.StateRunning, Live: def, Migratable: def, Inactive: def}, 0})
	}
	counts := checked(t, f)
	if counts[preflight.Blocked] != 2 || counts[preflight.Ready]+counts[preflight.Note]+counts[preflight.Warning] != 2 {
		t.Errorf("the verdicts are %v, want two blocked and two that pass", counts)
	}
}
