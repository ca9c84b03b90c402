package libvirt

import (
	"strconv"

	"migcheck/hostinfo"
)

// FormatDomain prints a domain from nothing but its parsed form, so that what
// no field holds cannot be in it. ParseDomain reads the same Domain back.
// Snapshots that hide names are written this way.
func FormatDomain(d *Domain) []byte {
	var w writer
	w.open(d, "")
	for i := range d.Definition.NICs {
		w.nic(&d.Definition.NICs[i])
	}
	w.pciDevices(d.Definition.PCIDevices)
	w.end()
	return w.buf.Bytes()
}

func (w *writer) nic(n *hostinfo.NIC) {
	const indent = "      "
	w.tag("    ", "interface", false, "type", n.Type, "trustGuestRxFilters", n.TrustGuestRxFilters)
	leaf := func(name string, pairs ...string) {
		for i := 1; i < len(pairs); i += 2 {
			if pairs[i] != "" {
				w.tag(indent, name, true, pairs...)
				return
			}
		}
	}
	leaf("mac", "address", n.MAC, "currentAddress", n.CurrentMAC)
	w.source(indent, "pci", n.PCI, "network", n.Network, "portgroup", n.Portgroup, "dev", n.Dev, "mode", n.Mode, "bridge", n.Bridge)
	w.vlan(indent, n)
	leaf("virtualport", "type", n.VirtualPort)
	w.bandwidth(indent, n)
	leaf("backend", "type", n.Backend)
	leaf("target", "dev", n.Target, "managed", n.TargetManaged)
	leaf("model", "type", n.Model)
	leaf("driver", "name", n.DriverName, "queues", count(n.Queues), "iommu", n.IOMMU)
	leaf("filterref", "filter", n.Filter)
	leaf("teaming", "type", n.TeamingType, "persistent", n.TeamingPartner)
	leaf("link", "state", n.LinkState)
	leaf("mtu", "size", count(n.MTU))
	leaf("alias", "name", n.Alias)
	w.buf.WriteString("    </interface>\n")
}

func (w *writer) vlan(indent string, n *hostinfo.NIC) {
	if !n.VLANTrunk && len(n.VLANTags) == 0 {
		return
	}
	trunk := ""
	if n.VLANTrunk {
		trunk = "yes"
	}
	w.tag(indent, "vlan", false, "trunk", trunk)
	for _, id := range n.VLANTags {
		w.tag(indent+"  ", "tag", true, "id", strconv.Itoa(id))
	}
	w.buf.WriteString(indent + "</vlan>\n")
}

// bandwidth prints which way is limited, without the limits.
func (w *writer) bandwidth(indent string, n *hostinfo.NIC) {
	if !n.Bandwidth {
		return
	}
	w.tag(indent, "bandwidth", false)
	if n.Inbound {
		w.tag(indent+"  ", "inbound", true)
	}
	if n.Outbound {
		w.tag(indent+"  ", "outbound", true)
	}
	w.buf.WriteString(indent + "</bandwidth>\n")
}

func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
