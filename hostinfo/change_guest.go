package hostinfo

import "strconv"

// CompareNICs says what is other in a guest's interfaces than it was, as far as
// the same view of it was read both times. What libvirt chooses anew at each
// start is left out.
func CompareNICs(before, after *Guest) []Change {
	a, b := sameView(before, after)
	if a == nil {
		return nil
	}
	var out []Change
	if len(a.NICs) != len(b.NICs) {
		out = append(out, Change{What: "number of NICs", Before: strconv.Itoa(len(a.NICs)), After: strconv.Itoa(len(b.NICs))})
	}
	for i := range min(len(a.NICs), len(b.NICs)) {
		for _, t := range nicTraits {
			if was, is := t.of(&a.NICs[i]), t.of(&b.NICs[i]); was != is {
				out = append(out, Change{What: "nic " + strconv.Itoa(i) + " " + t.what, Before: short(was), After: short(is)})
			}
		}
	}
	return out
}

// sameView gives a definition of both that was read in the same way: what is
// sent reads otherwise than what runs.
func sameView(a, b *Guest) (*Definition, *Definition) {
	for _, v := range [][2]*Definition{{a.Migratable, b.Migratable}, {a.Live, b.Live}, {a.Inactive, b.Inactive}} {
		if v[0] != nil && v[1] != nil {
			return v[0], v[1]
		}
	}
	return nil, nil
}

var nicTraits = []trait[*NIC]{
	{what: "type", of: func(n *NIC) string {
		if n.NetworkBacked() {
			return "network"
		}
		return n.Type
	}},
	{what: "device", of: func(n *NIC) string {
		if n.NetworkBacked() {
			return ""
		}
		return n.Dev
	}},
	{what: "mode", of: func(n *NIC) string {
		if n.NetworkBacked() {
			return ""
		}
		return n.Mode
	}},
	{what: "network", of: func(n *NIC) string { return n.Network }},
	{what: "port group", of: func(n *NIC) string { return n.Portgroup }},
	{what: "bridge", of: func(n *NIC) string {
		if n.NetworkBacked() {
			return ""
		}
		return n.Bridge
	}},
	{what: "pci device", of: func(n *NIC) string {
		if n.NetworkBacked() {
			return ""
		}
		return n.PCI
	}},
	{what: "backend", of: func(n *NIC) string { return n.Backend }},
	{what: "target is managed", of: func(n *NIC) string { return n.TargetManaged }},
	{what: "mac", of: (*NIC).EffectiveMAC},
	{what: "model", of: func(n *NIC) string { return n.Model }},
	{what: "trustGuestRxFilters", of: func(n *NIC) string { return n.TrustGuestRxFilters }},
	{what: "mtu", of: func(n *NIC) string { return positive(n.MTU) }},
	{what: "driver", of: func(n *NIC) string { return n.DriverName }},
	{what: "queues", of: func(n *NIC) string { return positive(n.Queues) }},
	{what: "iommu", of: func(n *NIC) string { return n.IOMMU }},
	{what: "virtual port", of: func(n *NIC) string { return n.VirtualPort }},
	{what: "vlan tags", of: func(n *NIC) string { return counted(n.VLANTags) }},
	{what: "vlan trunk", of: func(n *NIC) string { return known(TriOf(n.VLANTrunk)) }},
	{what: "filter", of: func(n *NIC) string { return n.Filter }},
	{what: "link", of: func(n *NIC) string { return n.LinkState }},
	{what: "teaming", of: func(n *NIC) string { return n.TeamingType }},
	{what: "teaming partner", of: func(n *NIC) string { return n.TeamingPartner }},
	{what: "bandwidth limits", of: func(n *NIC) string {
		words := ""
		for _, w := range []struct {
			set  bool
			word string
		}{{n.Bandwidth, "set"}, {n.Inbound, "inbound"}, {n.Outbound, "outbound"}} {
			if w.set {
				words += " " + w.word
			}
		}
		return words
	}},
}
