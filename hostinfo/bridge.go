package hostinfo

import (
	"fmt"
	"net/netip"
	"strings"
)

// KindOpenVSwitch is the kind of Open vSwitch's own devices: its datapath
// ("ovs-system"), its bridges' local ports and other internal ports.
const KindOpenVSwitch = "openvswitch"

// Bridge is what IFLA_INFO_DATA says of a link of kind bridge.
type Bridge struct {
	// VLANFiltering is IFLA_BR_VLAN_FILTERING: frames pass a port only in the VLANs
	// that it is a member of.
	VLANFiltering Tri `json:"vlan_filtering,omitzero"`
	// DefaultPVID is IFLA_BR_VLAN_DEFAULT_PVID, the VLAN that a new port becomes an
	// untagged member of; 0 none, -1 unknown.
	DefaultPVID int `json:"default_pvid"`
}

// BridgePort is what a VLAN-filtering bridge says of one of its ports, or of
// itself as the host's own port (bridge vlan show dev BRIDGE).
type BridgePort struct {
	// VLANs are those that the port is a member of (IFLA_BRIDGE_VLAN_INFO), in
	// ascending order; nil if there are none.
	VLANs []VLANRange `json:"vlans,omitempty"`
}

// VLANRange is a run of VLANs that a port is in the same way in.
type VLANRange struct {
	First int `json:"first"` // 1 to 4094
	Last  int `json:"last"`  // the same for a single one
	// PVID is set where the port's untagged frames come into this VLAN.
	PVID bool `json:"pvid,omitempty"`
	// Untagged is set where frames leave by the port without their tag.
	Untagged bool `json:"untagged,omitempty"`
}

// PVID is the VLAN that the port's untagged frames come into; 0 if they are
// dropped.
func (p *BridgePort) PVID() int {
	for _, r := range p.VLANs {
		if r.PVID {
			return r.First
		}
	}
	return 0
}

// Member is the range that holds the VLAN, or nil if the port is no member.
func (p *BridgePort) Member(vlan int) *VLANRange {
	for i := range p.VLANs {
		if r := &p.VLANs[i]; r.First <= vlan && vlan <= r.Last {
			return r
		}
	}
	return nil
}

// Filters says whether the device is a bridge that may filter by VLAN: one that
// does, or of which it could not be read.
func (d *Device) Filters() bool {
	return d.Kind == KindBridge && (d.Bridge == nil || d.Bridge.VLANFiltering != No)
}

// portVLANWords are a port's VLANs, or a bridge's own; "" for what has none.
func portVLANWords(p *BridgePort) string {
	if p == nil {
		return ""
	}
	return p.String()
}

// String is the port's VLANs for people: "1 (pvid, untagged), 100-199".
func (p *BridgePort) String() string {
	var out []string
	for _, r := range p.VLANs {
		out = append(out, r.String())
	}
	return strings.Join(out, ", ")
}

// String is the range for people: "100-199" or "1 (pvid, untagged)".
func (r VLANRange) String() string {
	s := fmt.Sprint(r.First)
	if r.Last != r.First {
		s += fmt.Sprintf("-%d", r.Last)
	}
	switch {
	case r.PVID && r.Untagged:
		return s + " (pvid, untagged)"
	case r.PVID:
		return s + " (pvid)"
	case r.Untagged:
		return s + " (untagged)"
	}
	return s
}

// Uplinks are the ports of a bridge, or of Open vSwitch where d is its, that can
// lead out of the host. The rest are guests and containers. Which of Open
// vSwitch's bridges a port belongs to the kernel does not know: they are those
// of all of them.
func (l *Links) Uplinks(d *Device) []*Device {
	var out []*Device
	for _, p := range l.SwitchPorts(d) {
		if p.LeadsOut() {
			out = append(out, p)
		}
	}
	return out
}

// SwitchPorts are a bridge's ports, or all of Open vSwitch's.
func (l *Links) SwitchPorts(d *Device) []*Device {
	if d.Kind != KindOpenVSwitch {
		return l.Ports(d)
	}
	if path := l.ByName("ovs-system"); path != nil && path.Kind == KindOpenVSwitch {
		return l.Ports(path)
	}
	return nil
}

// LeadsOut says whether a bridge's port of that kind can lead out of the host.
func (d *Device) LeadsOut() bool {
	switch d.Kind {
	case KindHardware, KindVLAN, KindBond, KindTeam, KindMacvlan,
		KindVXLAN, KindGeneve, "gretap", "ip6gretap", "macsec":
		return true
	}
	return false
}

// Has says whether a port is certainly the bridge's. A bridge of the kernel has all
// of its ports. Of Open vSwitch's many it is the one whose address the bridge has,
// if no other port has it: a bridge is given the lowest of its ports' that is not
// locally administered, a bridge of a VLAN within it is not (find_local_hw_addr in
// ovs-vswitchd; seen with 3.1). Where the bridge is the only device of Open vSwitch's
// own, it has them all.
func (l *Links) Has(bridge, port *Device) bool {
	if bridge.Kind != KindOpenVSwitch || l.switches == 1 {
		return true
	}
	for _, other := range l.SwitchPorts(bridge) {
		if other != port && other.MAC == bridge.MAC {
			return false
		}
	}
	return bridge.MAC != "" && port.MAC == bridge.MAC
}

// Subnets are those of the device's addresses; nil if it has none, or they were
// not read.
func (d *Device) Subnets() []netip.Prefix {
	var out []netip.Prefix
	for _, a := range d.Addresses {
		if p, err := netip.ParsePrefix(a); err == nil {
			out = append(out, p.Masked())
		}
	}
	return out
}
