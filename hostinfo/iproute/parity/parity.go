// Package parity compares what two ways of looking at one host found. It is
// for tests: it says which differences come from the ways and not from the
// host, so that everything else is a bug in one of them.
package parity

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"

	"migcheck/hostinfo"
)

// Diff compares the host as this machine's kernel showed it over netlink with
// the same host as iproute2 or /sys showed it (told.Via). It is empty if they
// agree in everything that the other way can see; otherwise "-" is the kernel
// and "+" the other way.
//
// The allowed differences:
//   - Name and Gathered, which are the caller's, and Via.
//   - Gaps, other than one that only one of them has for the devices as such,
//     and what a gap covers that only one of them has (see forgetMissing).
//   - iproute2 prints a permanent address only where it is not the current one.
//   - iproute2 reads the first of two bytes of the partner's port state, which
//     on a big-endian host is always 0.
//   - What guests and files use of the memory meanwhile.
//   - What /sys does not hold (see forgetUnseen) may be unknown, never wrong.
func Diff(kernel, told *hostinfo.Host) string {
	a, b := strip(kernel), strip(told)
	forgetMissing(a, b, kernel, told)
	agree(a.Devices, b.Devices, told.Via, kernel.Arch)
	for i := range a.Namespaces {
		if i < len(b.Namespaces) {
			agree(a.Namespaces[i].Devices, b.Namespaces[i].Devices, told.Via, kernel.Arch)
		}
	}
	diff := cmp.Diff(a, b)
	if x, y := kernel.Missing(hostinfo.FactDevices, ""), told.Missing(hostinfo.FactDevices, ""); (x == nil) != (y == nil) {
		diff += fmt.Sprintf("gaps for the devices: %v and %v\n", x, y)
	}
	return diff
}

// agree drops from the kernel's devices what the other way can't show of its.
func agree(kernel, told []hostinfo.Device, via, arch string) {
	for i := range kernel {
		d := &kernel[i]
		j := slices.IndexFunc(told, func(o hostinfo.Device) bool { return o.Index == d.Index })
		if j < 0 {
			continue
		}
		switch via {
		case "iproute2":
			if d.PermanentMAC == d.MAC {
				d.PermanentMAC = ""
			}
			if d.BondPort != nil && arch == "s390x" {
				d.BondPort.PartnerState = 0
			}
		case "sysfs":
			forgetUnseen(d, &told[j])
		}
	}
}

// forgetMissing drops from both what only one of them could read: /sys has no
// addresses, and others than root see less.
func forgetMissing(a, b, kernel, told *hostinfo.Host) {
	for _, g := range hostinfo.Unobserved("", "").Gaps {
		if (kernel.Missing(g.Fact, "") == nil) == (told.Missing(g.Fact, "") == nil) {
			continue
		}
		for _, h := range []*hostinfo.Host{a, b} {
			forgetFact(h, g.Fact)
		}
	}
}

func forgetFact(h *hostinfo.Host, fact hostinfo.Fact) {
	switch fact {
	case hostinfo.FactNamespaces:
		h.Namespaces = nil
	case hostinfo.FactShaping:
		h.Setup.Shaping, h.Setup.ShapingLacks = hostinfo.Unknown, nil
	case hostinfo.FactTaps:
		h.Setup.DevFS, h.Setup.StaleTaps = "", nil
	case hostinfo.FactLLDPAD:
		h.Setup.LLDPAD = hostinfo.Unknown
	case hostinfo.FactDaemon:
		h.Setup.DaemonElsewhere = hostinfo.Unknown
	case hostinfo.FactMemory:
		h.Memory = nil
	case hostinfo.FactConfigured:
		h.Setup.Managers, h.Setup.Configured = nil, nil
	case hostinfo.FactAddresses:
		h.Setup.DefaultRoutes = nil
	}
	for i := range h.Devices {
		switch d := &h.Devices[i]; fact {
		case hostinfo.FactAddresses:
			d.Addresses = nil
		case hostinfo.FactBridgeVLANs:
			d.BridgePort = nil
		case hostinfo.FactHardware:
			d.Speed, d.Duplex, d.VF, d.Functions, d.QETH = 0, "", nil, nil, nil
		}
	}
}

// strip copies h, as deep as Diff changes it, without what need not agree.
func strip(h *hostinfo.Host) *hostinfo.Host {
	c := *h
	c.Name, c.Via, c.Gathered, c.Gaps = "", "", time.Time{}, nil
	if c.Memory != nil {
		c.Memory = steady(c.Memory)
	}
	c.Devices = sorted(h.Devices)
	c.Namespaces = slices.Clone(h.Namespaces)
	for i := range c.Namespaces {
		c.Namespaces[i].Devices = sorted(c.Namespaces[i].Devices)
	}
	return &c
}

// steady is the memory as it is at any time.
func steady(m *hostinfo.Memory) *hostinfo.Memory {
	c := *m
	c.Available, c.Pools = 0, slices.Clone(m.Pools)
	for i := range c.Pools {
		c.Pools[i].Free = 0
	}
	return &c
}

// sorted copies devices, with their altnames in one order.
func sorted(devices []hostinfo.Device) []hostinfo.Device {
	out := slices.Clone(devices)
	for i := range out {
		d := &out[i]
		d.VLAN, d.Bond, d.BondPort, d.Bridge = clone(d.VLAN), clone(d.Bond), clone(d.BondPort), clone(d.Bridge)
		d.AltNames = slices.Sorted(slices.Values(d.AltNames))
	}
	return out
}

func clone[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}

// forgetUnseen drops from d what /sys never shows, and what it does not show
// of o: a carrier of a device that is down, why a device is promiscuous, kinds
// that leave no trace there, and what is root's alone.
func forgetUnseen(d, o *hostinfo.Device) {
	d.AltNames, d.MaxMTU, d.PermanentMAC, d.Promiscuity, d.Macvlan, d.Tunnel = nil, 0, "", 0, nil, nil
	forget(&d.LowerUp, o.LowerUp)
	forget(&d.Promiscuous, o.Promiscuous)
	forget(&d.AllMulticast, o.AllMulticast)
	forget(&d.Kind, o.Kind)
	if o.Kind == hostinfo.KindUnknown {
		forget(&d.Parent, o.Parent)
		forget(&d.ParentElsewhere, o.ParentElsewhere)
	}
	if o.SlaveKind == "" && d.SlaveKind != hostinfo.KindBond && d.SlaveKind != hostinfo.KindBridge {
		d.SlaveKind = ""
	}
	switch {
	case o.VLAN == nil:
		d.VLAN = nil
	case d.VLAN != nil:
		d.VLAN.Protocol, d.VLAN.LooseBinding = "", hostinfo.Unknown
	}
	if o.Bridge == nil {
		d.Bridge = nil
	}
	if d.Bond != nil && o.Bond != nil && o.Bond.LACP == nil {
		d.Bond.LACP = nil
	}
}

// forget makes what one way knows unknown if the other does not know it.
func forget[T comparable](known *T, other T) {
	var unknown T
	if other == unknown {
		*known = unknown
	}
}
