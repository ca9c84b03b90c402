package rtnl

import (
	"testing"

	"migcheck/hostinfo"
)

func TestAddresses(t *testing.T) {
	for in, want := range map[string]string{
		"52:54:00:AA:bb:01":       "52:54:00:aa:bb:01",
		"00:00:00:00:00:00":       "",
		"52:54:00:aa:bb":          "",
		"52:54:00:aa:bb:0":        "",
		"52:54:00:aa:bb:01:":      "",
		"52-54-00-aa-bb-01":       "",
		"g2:54:00:aa:bb:01":       "",
		"":                        "",
		"10.0.0.1":                "",
		"::":                      "",
		"02:00:00:00:00:00:00:01": "02:00:00:00:00:00:00:01",
		"80:00:00:48:fe:80:00:00:00:00:00:00:00:02:c9:03:00:00:00:01": "80:00:00:48:fe:80:00:00:00:00:00:00:00:02:c9:03:00:00:00:01",
	} {
		if got := MACOf([]byte(in)); got != want {
			t.Errorf("%q is spelled %q, want %q", in, got, want)
		}
	}
	if got := SpellOf([]byte("00:00:00:00:00:00")); got != "00:00:00:00:00:00" {
		t.Errorf("zeros are spelled %q", got)
	}
	if MAC([]byte{10, 0, 0, 1}) != "" || MAC(nil) != "" {
		t.Error("an IP address is spelled as a hardware address")
	}
}

func TestWords(t *testing.T) {
	for got, want := range map[string]string{
		LinkType(1): "ether", LinkType(772): "loopback", LinkType(0xfffe): "none", LinkType(4242): "[4242]",
		OperState(6): "up", OperState(7): "", OperState(-1): "",
		BondMode(4): "802.3ad", BondMode(9): "", MacvlanMode(8): "passthru", MacvlanMode(3): "",
		VLANProtocol(0x8100): "802.1Q", VLANProtocol(0x0081): "",
		Known("passthru", MacvlanMode): "passthru", Known("UNKNOWN", BondMode): "", Known("", OperState): "",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// An address comes once for each VLAN; however often, the device holds what it
// holds, and one more than the cap is a gap and not a part.
func TestHeldCap(t *testing.T) {
	for _, c := range []struct {
		addresses, times int
		full             bool
	}{{1, 10000, false}, {MaxHeld, 20, false}, {MaxHeld + 1, 1, true}, {MaxHeld + 1, 20, true}, {10 * MaxHeld, 1, true}} {
		h := &hostinfo.Host{Devices: []hostinfo.Device{{Index: 2, Name: "eth0", LinkType: "ether", MAC: "52:54:00:00:00:01"}, {Index: 9, Name: "lo"}}}
		held := NewHeld(h)
		for range c.times {
			for i := range c.addresses {
				held.Add(2, [6]byte{2, 0, 0, 1, byte(i >> 8), byte(i)})
				held.Add(9, [6]byte{2, 0, 0, 1, byte(i >> 8), byte(i)})
				held.Add(3, [6]byte{2, 0, 0, 1, byte(i >> 8), byte(i)})
			}
		}
		held.Add(2, [6]byte{0x52, 0x54, 0, 0, 0, 1})
		held.Add(2, [6]byte{0x33, 0x33, 0, 0, 0, 1})
		held.Finish()
		d := h.Devices[0]
		gap := h.Missing(hostinfo.FactForwarding, "eth0") != nil
		if gap != c.full || c.full && d.Held != nil || !c.full && len(d.Held) != c.addresses || h.Devices[1].Held != nil {
			t.Errorf("%d addresses %d times: %d held, gap %v", c.addresses, c.times, len(d.Held), gap)
		}
	}
}
