package libvirt

import (
	"fmt"
	"strings"

	"migcheck/hostinfo"
)

// ParseNetwork reads a network's XML (virNetworkGetXMLDesc). Whether it is
// active does not stand there: Active stays unknown, and Connections is -1
// where the XML has no count, which for an active network means that nobody
// uses the device.
func ParseNetwork(xml []byte) (*hostinfo.Network, error) {
	root, err := parseTree(xml, "network", ofNetwork)
	if err != nil {
		return nil, err
	}
	return networkOf(root)
}

// ofNetwork says which elements of a network's XML are kept.
func ofNetwork(path string) bool {
	top, _, _ := strings.Cut(path, "/")
	switch top {
	case "name", "uuid", "forward", "bridge", "portgroup", "virtualport", "vlan":
		return true
	}
	return false
}

func networkOf(root *element) (*hostinfo.Network, error) {
	var err error
	n := &hostinfo.Network{
		Name:                root.child("name").content(),
		Bridge:              root.child("bridge").attr("name"),
		TrustGuestRxFilters: root.attr("trustGuestRxFilters"),
		VirtualPort:         root.child("virtualport").attr("type"),
	}
	if n.Name == "" {
		return nil, fmt.Errorf("network XML has no name")
	}
	if n.UUID, err = optionalUUID(root.child("uuid").content()); err != nil {
		return nil, fmt.Errorf("network XML: %w", err)
	}
	if n.VLANTags, err = root.child("vlan").vlanTags(); err != nil {
		return nil, fmt.Errorf("network XML: %w", err)
	}
	if err := readForward(n, root.child("forward")); err != nil {
		return nil, fmt.Errorf("network XML: %w", err)
	}
	for _, e := range root.children {
		if e.name != "portgroup" {
			continue
		}
		p, err := portgroupOf(e)
		if err != nil {
			return nil, fmt.Errorf("network XML: %w", err)
		}
		n.Portgroups = append(n.Portgroups, p)
	}
	return n, nil
}

// readForward fills the mode and the pool. A forward element without a mode is
// nat (virNetworkForwardDefParseXML).
func readForward(n *hostinfo.Network, e *element) error {
	if e == nil {
		return nil
	}
	if n.Forward = e.attr("mode"); n.Forward == "" {
		n.Forward = "nat"
	}
	n.PF = e.child("pf").attr("dev")
	for _, c := range e.children {
		d := hostinfo.NetworkDevice{Connections: -1}
		var err error
		switch c.name {
		case "interface":
			d.Dev = c.attr("dev")
		case "address":
			if d.PCI, err = c.pciAddress(); err != nil {
				return err
			}
		}
		if d.Dev == "" && d.PCI == "" {
			continue
		}
		if c.attr("connections") != "" {
			if d.Connections, err = c.number("connections", maxInt); err != nil {
				return err
			}
		}
		n.Devices = append(n.Devices, d)
	}
	// forward/@dev is the short way to write a pool of one.
	if dev := e.attr("dev"); dev != "" && len(n.Devices) == 0 {
		n.Devices = []hostinfo.NetworkDevice{{Dev: dev, Connections: -1}}
	}
	return nil
}

func portgroupOf(e *element) (hostinfo.Portgroup, error) {
	tags, err := e.child("vlan").vlanTags()
	return hostinfo.Portgroup{
		Name:                e.attr("name"),
		Default:             e.attr("default") == "yes",
		TrustGuestRxFilters: e.attr("trustGuestRxFilters"),
		VirtualPort:         e.child("virtualport").attr("type"),
		VLANTags:            tags,
	}, err
}
