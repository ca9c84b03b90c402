package hostinfo

// Network is one libvirt network of a host (net-dumpxml).
type Network struct {
	Name   string `json:"name"`
	UUID   string `json:"uuid,omitempty"`
	Active Tri    `json:"active,omitzero"`
	// Forward is forward/@mode: "bridge", "private", "vepa", "passthrough",
	// "nat", "route", "open", "hostdev". Empty is an isolated network.
	Forward string `json:"forward,omitempty"`
	// Bridge is bridge/@name; empty if there is none.
	Bridge string `json:"bridge,omitempty"`
	// Devices are forward/interface/@dev: the pool that guests' macvtaps are put
	// on. Empty for a network without one.
	Devices []NetworkDevice `json:"devices,omitempty"`
	// PF is forward/pf/@dev: the SR-IOV physical function whose VFs are the pool.
	PF string `json:"pf,omitempty"`
	// Portgroups are portgroup elements, in document order.
	Portgroups []Portgroup `json:"portgroups,omitempty"`
	// TrustGuestRxFilters is network/@trustGuestRxFilters.
	TrustGuestRxFilters string `json:"trust_guest_rx_filters,omitempty"`
	VirtualPort         string `json:"virtual_port,omitempty"` // virtualport/@type
	VLANTags            []int  `json:"vlan_tags,omitempty"`    // vlan/tag/@id
}

// NetworkDevice is one device of a network's pool.
type NetworkDevice struct {
	Dev string `json:"dev"`
	// PCI is forward/address, of a VF that is no network device of the host
	// ("0000:3b:02.0"); then Dev is empty.
	PCI string `json:"pci,omitempty"`
	// Connections is interface/@connections, how many guests of this network use
	// it now; -1 if the daemon did not say (the network is not active).
	Connections int `json:"connections"`
}

// Portgroup is one portgroup of a network.
type Portgroup struct {
	Name                string `json:"name"`
	Default             bool   `json:"default,omitempty"`
	TrustGuestRxFilters string `json:"trust_guest_rx_filters,omitempty"`
	VirtualPort         string `json:"virtual_port,omitempty"`
	VLANTags            []int  `json:"vlan_tags,omitempty"`
}

// DirectMode is the macvtap mode that the network's guests get ("bridge",
// "private", "vepa", "passthrough"), or "" if its guests do not stand on a
// host device through MacVTap.
func (n *Network) DirectMode() string {
	switch n.Forward {
	case "private", "vepa", "passthrough":
		return n.Forward
	case "bridge":
		if n.Bridge == "" {
			return n.Forward
		}
	}
	return ""
}

// OfOneHost says whether the network is one that libvirt makes by itself and that
// ends at its host: "nat", "route", "open", or isolated.
func (n *Network) OfOneHost() bool {
	switch n.Forward {
	case "", "nat", "route", "open":
		return true
	}
	return false
}

// Free are the devices of the pool that no guest of this network uses.
func (n *Network) Free() []NetworkDevice {
	var out []NetworkDevice
	for _, d := range n.Devices {
		if d.Connections <= 0 {
			out = append(out, d)
		}
	}
	return out
}

// Portgroup returns the portgroup that a NIC naming it (or none: the default
// one) gets, or nil.
func (n *Network) Portgroup(name string) *Portgroup {
	for i := range n.Portgroups {
		p := &n.Portgroups[i]
		if p.Name == name || name == "" && p.Default {
			return p
		}
	}
	return nil
}

// Network returns the network of that name, or nil.
func (h *Host) Network(name string) *Network {
	for i := range h.Networks {
		if h.Networks[i].Name == name {
			return &h.Networks[i]
		}
	}
	return nil
}
