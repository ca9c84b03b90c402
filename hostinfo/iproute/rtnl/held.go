package rtnl

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"

	"migcheck/hostinfo"
)

// MaxHeld is how many addresses Device.Held keeps. A device with more gets a
// Gap for FactForwarding instead: a part of them would look like all of them.
const MaxHeld = 1024

// Held gathers Device.Held from a stream of forwarding entries. Entries of
// devices that can't carry a macvlan cost a look-up and no memory.
type Held struct {
	host *hostinfo.Host
	held map[int]*entries // by ifindex, those that have any
	last *entries         // entries come device by device
	not  int              // the last ifindex that wants none
}

type entries struct {
	device *hostinfo.Device
	own    [6]byte
	macs   [][6]byte
	full   bool // there are more than MaxHeld
}

// NewHeld prepares for the devices that h has, which are in the order of their
// ifindex and must not move until Finish.
func NewHeld(h *hostinfo.Host) *Held { return &Held{host: h, held: map[int]*entries{}} }

// mayCarryMacvlan leaves out what macvlan_port_create refuses (anything but
// Ethernet), and VXLANs, whose permanent entries are remote endpoints.
func mayCarryMacvlan(d *hostinfo.Device) bool {
	return d.LinkType == "ether" && d.Kind != hostinfo.KindVXLAN
}

// Add notes one NTF_SELF permanent entry. Multicast addresses, the device's
// own one and those of other devices are dropped.
func (l *Held) Add(index int, mac [6]byte) {
	if mac[0]&1 != 0 || mac == [6]byte{} || index == l.not {
		return
	}
	e := l.of(index)
	if e == nil || mac == e.own || e.full {
		return
	}
	e.macs = append(e.macs, mac)
	if len(e.macs) == 4*MaxHeld { // an address may come once more for each VLAN
		e.compact()
	}
}

// compact sorts the addresses and drops those that came twice.
func (e *entries) compact() {
	slices.SortFunc(e.macs, func(a, b [6]byte) int { return bytes.Compare(a[:], b[:]) })
	e.macs = slices.Compact(e.macs)
	e.full = len(e.macs) > MaxHeld
}

// of is where the entries of that device go, or nil.
func (l *Held) of(index int) *entries {
	if l.last != nil && l.last.device.Index == index {
		return l.last
	}
	if e := l.held[index]; e != nil {
		l.last = e
		return e
	}
	at, ok := slices.BinarySearchFunc(l.host.Devices, index, func(d hostinfo.Device, index int) int {
		return cmp.Compare(d.Index, index)
	})
	if !ok || !mayCarryMacvlan(&l.host.Devices[at]) {
		l.not = index
		return nil
	}
	e := &entries{device: &l.host.Devices[at]}
	own, _ := ParseMAC([]byte(e.device.MAC))
	copy(e.own[:], own[:])
	l.held[index], l.last = e, e
	return e
}

// Finish writes the addresses, sorted, into the devices.
func (l *Held) Finish() {
	for _, index := range slices.Sorted(maps.Keys(l.held)) {
		e := l.held[index]
		e.compact()
		if e.full {
			l.host.AddGap(hostinfo.FactForwarding, e.device.Name,
				fmt.Sprintf("more than %d addresses stand on it", MaxHeld))
			continue
		}
		for i := range e.macs {
			e.device.Held = append(e.device.Held, Spell(e.macs[i][:]))
		}
	}
}
