package hostinfo

import "slices"

// Segment is what was seen of the network that a device leads to, short of
// sending frames. It is looked at only when asked for, and never recorded.
type Segment struct {
	Host   string `json:"host"`
	Device string `json:"device"` // by its own name
	// Neighbours are the switches that announce themselves to the NICs below the
	// device (lldpcli -f json0 show neighbors); nil if lldpd does not run.
	Neighbours []Neighbour `json:"neighbours,omitempty"`
	// Gateways are the routers of the device's own IP networks whose address the
	// host has seen there (ip route, ip neigh).
	Gateways []Gateway `json:"gateways,omitempty"`
	// Unseen is why nothing could be looked at; empty if it was.
	Unseen string `json:"unseen,omitempty"`
}

// Neighbour is a switch as it announces itself by LLDP. What it does not say is
// empty.
type Neighbour struct {
	NIC     string `json:"nic"`               // the host's own, that it was heard on
	Chassis string `json:"chassis,omitempty"` // its id, mostly a MAC address
	Name    string `json:"name,omitempty"`    // what it calls itself
	Port    string `json:"port,omitempty"`    // the port's id
	// VLANs are those that the port says it carries, and Untagged the one that it
	// puts untagged frames into (the PVID); 0 if it does not say.
	VLANs    []int `json:"vlans,omitempty"`
	Untagged int   `json:"untagged,omitempty"`
}

// Gateway is a router of an IP network, seen on a device.
type Gateway struct {
	Network string `json:"network"` // "192.0.2.0/24"
	Address string `json:"address"` // the router's, in that network
	MAC     string `json:"mac"`     // as the host's kernel has learned it there
}

// Carries says whether the neighbour's port carries a VLAN; Unknown where it does
// not say which it carries.
func (n *Neighbour) Carries(vlan int) Tri {
	if len(n.VLANs) == 0 {
		return Unknown
	}
	return TriOf(slices.Contains(n.VLANs, vlan))
}

// Called is the neighbour's name, or its id where it has none.
func (n *Neighbour) Called() string {
	if n.Name != "" {
		return n.Name
	}
	return n.Chassis
}
