package rtnl

import (
	"bytes"
	"fmt"
	"slices"

	"migcheck/hostinfo"
)

// MaxHeld is how many addresses Device.Held keeps. A device with more gets a
// Gap for FactForwarding instead: a part of them would look like all of them.
const MaxHeld = 1024

// Held gathers Device.Held from a stream of forwarding entries. Entries of
// devices that can't carry a macvlan cost a look-up and no memory.
type Held struct {
	host  *hostinfo.Host
	slots map[int]*slot
}

type slot struct {
	device *hostinfo.Device
	own    [6]byte
	macs   [][6]byte
}

// NewHeld prepares for the devices that h has; they must not move until
// Finish.
func NewHeld(h *hostinfo.Host) *Held {
	l := &Held{host: h, slots: make(map[int]*slot, len(h.Devices))}
	for i := range h.Devices {
		d := &h.Devices[i]
		if !mayCarryMacvlan(d) {
			continue
		}
		s := &slot{device: d}
		copy(s.own[:], ParseMAC([]byte(d.MAC)))
		l.slots[d.Index] = s
	}
	return l
}

// mayCarryMacvlan leaves out what macvlan_port_create refuses (anything but
// Ethernet), and VXLANs, whose permanent entries are remote endpoints.
func mayCarryMacvlan(d *hostinfo.Device) bool {
	return d.LinkType == "ether" && d.Kind != "vxlan"
}

// Add notes one NTF_SELF permanent entry. Multicast addresses, the device's
// own one and those of other devices are dropped.
func (l *Held) Add(index int, mac [6]byte) {
	s := l.slots[index]
	if s == nil || mac[0]&1 != 0 || mac == s.own || mac == [6]byte{} || len(s.macs) > MaxHeld {
		return
	}
	if !slices.Contains(s.macs[max(0, len(s.macs)-4):], mac) { // one entry a VLAN
		s.macs = append(s.macs, mac)
	}
}

// Finish writes the addresses, sorted, into the devices.
func (l *Held) Finish() {
	for i := range l.host.Devices {
		s := l.slots[l.host.Devices[i].Index]
		if s == nil || len(s.macs) == 0 || s.device != &l.host.Devices[i] {
			continue
		}
		slices.SortFunc(s.macs, func(a, b [6]byte) int { return bytes.Compare(a[:], b[:]) })
		s.macs = slices.Compact(s.macs)
		if len(s.macs) > MaxHeld {
			l.host.AddGap(hostinfo.FactForwarding, s.device.Name,
				fmt.Sprintf("more than %d addresses stand on it", MaxHeld))
			continue
		}
		held := make([]string, len(s.macs))
		for j := range s.macs {
			held[j] = Spell(s.macs[j][:])
		}
		s.device.Held = held
	}
}
