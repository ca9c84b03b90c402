package fleet

import (
	"testing"
	"time"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// TestVLANsOnABridge: two VLANs of one bridge differ in nothing but their number, and
// the bridge passes one of them only.
func TestVLANsOnABridge(t *testing.T) {
	f := &Fleet{Now: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)}
	for i := range 3 {
		h := called(form(), i)
		bridge := device(h, "br2").Index
		for n, id := range []int{650, 750} {
			h.Devices = append(h.Devices, hostinfo.Device{
				Index: 901 + n, Name: []string{"inside", "outside"}[n], Kind: hostinfo.KindVLAN, LinkType: "ether",
				Up: hostinfo.Yes, LowerUp: hostinfo.Yes, MTU: 1500, MAC: "02:00:00:00:00:01", Parent: bridge,
				VLAN: &hostinfo.VLAN{ID: id, Protocol: "802.1Q", LooseBinding: hostinfo.No},
			})
		}
		if i == 0 { // where the guests are, both get through
			trunk := device(h, "eth5").BridgePort
			trunk.VLANs = append(trunk.VLANs, hostinfo.VLANRange{First: 750, Last: 750})
		}
		f.Hosts = append(f.Hosts, Host{View: preflight.NewView(h)})
	}
	for i, dev := range []string{"inside", "outside"} {
		def := &hostinfo.Definition{Type: "kvm", Arch: "x86_64", NICs: []hostinfo.NIC{{Type: "direct", Dev: dev, Mode: "bridge", MAC: mac("guest", i, 0), Model: "virtio"}}}
		f.Guests = append(f.Guests, Guest{&hostinfo.Guest{Name: dev, UUID: dev, State: hostinfo.StateRunning, Live: def, Migratable: def, Inactive: def}, 0})
	}
	counts := checked(t, f)
	if counts[preflight.Blocked] != 2 || counts[preflight.Ready]+counts[preflight.Note]+counts[preflight.Warning] != 2 {
		t.Errorf("the verdicts are %v, want two blocked and two that pass", counts)
	}
}
