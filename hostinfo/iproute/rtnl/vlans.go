package rtnl

import (
	"fmt"
	"slices"

	"migcheck/hostinfo"
)

// MaxVLANRanges is how many runs of VLANs of a bridge's port are kept. A port
// with more gets a Gap for FactBridgeVLANs: a part would look like all of them.
const MaxVLANRanges = 512

// MaxVNI is the highest that a tunnel can have: it has 24 bits.
const MaxVNI = 1<<24 - 1

// PortVLANs gathers Device.BridgePort, of ports and of the bridges themselves. Bridges
// that do not filter by VLAN are left out, and their ports: what they are members of
// means nothing.
type PortVLANs struct {
	host  *hostinfo.Host
	ports map[int]*hostinfo.Device // by ifindex
	over  []*hostinfo.Device       // those with more ranges than are kept
}

// NewPortVLANs prepares for the devices that h has, which must not move until
// Finish. It forgets what an earlier one gathered.
func NewPortVLANs(h *hostinfo.Host) *PortVLANs {
	p := &PortVLANs{host: h, ports: map[int]*hostinfo.Device{}}
	filters := map[int]bool{}
	for i := range h.Devices {
		if h.Devices[i].Filters() {
			filters[h.Devices[i].Index] = true
		}
	}
	for i := range h.Devices {
		if d := &h.Devices[i]; filters[d.Master] || filters[d.Index] {
			d.BridgePort = &hostinfo.BridgePort{}
			p.ports[d.Index] = d
		}
	}
	return p
}

// None says that nobody's VLANs are of interest.
func (p *PortVLANs) None() bool { return len(p.ports) == 0 }

// Add notes one run of VLANs of the port, or of the bridge, with that ifindex.
func (p *PortVLANs) Add(index int, r hostinfo.VLANRange) {
	d := p.ports[index]
	if d == nil || r.First < 1 || r.Last > 4094 || r.Last < r.First {
		return
	}
	if len(d.BridgePort.VLANs) == MaxVLANRanges {
		if !slices.Contains(p.over, d) {
			p.over = append(p.over, d)
		}
		return
	}
	d.BridgePort.VLANs = append(d.BridgePort.VLANs, r)
}

// Finish drops what is not all of a port's.
func (p *PortVLANs) Finish() {
	for _, d := range p.over {
		d.BridgePort = nil
		p.host.AddGap(hostinfo.FactBridgeVLANs, d.Name, fmt.Sprintf("more than %d runs of VLANs", MaxVLANRanges))
	}
}

// Fail drops everything, for the given reason.
func (p *PortVLANs) Fail(reason string) {
	for _, d := range p.ports {
		d.BridgePort = nil
	}
	if !p.None() {
		p.host.AddGap(hostinfo.FactBridgeVLANs, "", reason)
	}
}
