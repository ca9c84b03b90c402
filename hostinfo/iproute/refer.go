package iproute

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute/rtnl"
)

// complete notes what a device's kind should have shown.
func (t *table) complete(d *hostinfo.Device) {
	if d.Kind == hostinfo.KindVLAN && d.VLAN == nil ||
		d.Kind == hostinfo.KindBond && d.Bond == nil ||
		d.IsMacvlan() && d.Macvlan == nil ||
		d.Kind == hostinfo.KindBridge && d.Bridge == nil ||
		d.IsTunnel() && d.Tunnel == nil ||
		d.SlaveKind == hostinfo.KindBond && d.BondPort == nil {
		t.gap(hostinfo.FactDetails, d.Name, linkCommand+" does not show it")
	}
}

// refer turns the names that devices call each other by into ifindexes, once
// all of them are known.
func (t *table) refer() {
	index := make(map[string]int, len(t.devices))
	for i := range t.devices {
		d := &t.devices[i]
		if _, twice := index[d.Name]; twice {
			index[d.Name] = -1 // a device was renamed during the dump: it may mean either
			continue
		}
		index[d.Name] = d.Index
	}
	for i := range t.devices {
		d, r := &t.devices[i], &t.refs[i]
		if rtnl.LinkIsPeer(d.Kind) {
			d.Parent, d.ParentElsewhere, r.link = 0, false, nil
		}
		if d.Parent == 0 {
			d.ParentElsewhere = false
		}
		if r.link != nil && d.Parent == 0 {
			if d.Parent = t.find(index, d, "link", r.link); d.Parent == d.Index {
				d.Parent = 0
			}
		}
		if r.master != nil {
			d.Master = t.find(index, d, "master", r.master)
		}
		if r.active != nil {
			d.Bond.ActiveSlave = t.find(index, d, "active_slave", r.active)
		}
	}
}

// find is the ifindex of the device called name, or 0 and a gap.
func (t *table) find(index map[string]int, d *hostinfo.Device, what string, name []byte) int {
	n, ok := index[string(name)]
	if !ok {
		n = unnamed(name)
	}
	if n <= 0 {
		t.gap(hostinfo.FactDetails, d.Name, fmt.Sprintf("%s: no single device is called %q, its %s", linkCommand, quiet(name), what))
		return 0
	}
	return n
}
