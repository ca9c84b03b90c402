package libvirt

import "migcheck/hostinfo"

// nicOf reads one interface element. Type, device and network are kept side by
// side as printed: live XML says type='direct' of a NIC whose source also
// names a network.
func nicOf(e *element) (hostinfo.NIC, error) {
	source, driver, vlan := e.child("source"), e.child("driver"), e.child("vlan")
	teaming, bandwidth := e.child("teaming"), e.child("bandwidth")
	n := hostinfo.NIC{
		Type:                e.attr("type"),
		Alias:               e.child("alias").attr("name"),
		Dev:                 source.attr("dev"),
		Mode:                source.attr("mode"),
		Network:             source.attr("network"),
		Portgroup:           source.attr("portgroup"),
		Bridge:              source.attr("bridge"),
		Backend:             e.child("backend").attr("type"),
		Model:               e.child("model").attr("type"),
		Target:              e.child("target").attr("dev"),
		TargetManaged:       e.child("target").attr("managed"),
		TrustGuestRxFilters: e.attr("trustGuestRxFilters"),
		DriverName:          driver.attr("name"),
		IOMMU:               driver.attr("iommu"),
		VirtualPort:         e.child("virtualport").attr("type"),
		VLANTrunk:           vlan.attr("trunk") == "yes",
		Filter:              e.child("filterref").attr("filter"),
		LinkState:           e.child("link").attr("state"),
		TeamingType:         teaming.attr("type"),
		TeamingPartner:      teaming.attr("persistent"),
		Bandwidth:           bandwidth != nil,
		Inbound:             bandwidth.child("inbound") != nil,
		Outbound:            bandwidth.child("outbound") != nil,
	}
	var err error
	if n.MAC, err = e.child("mac").macAddress("address"); err != nil {
		return n, err
	}
	if n.CurrentMAC, err = e.child("mac").macAddress("currentAddress"); err != nil {
		return n, err
	}
	if n.MTU, err = e.child("mtu").number("size", maxInt); err != nil {
		return n, err
	}
	if n.Queues, err = driver.number("queues", maxInt); err != nil {
		return n, err
	}
	if n.PCI, err = source.child("address").pciAddress(); err != nil {
		return n, err
	}
	n.VLANTags, err = vlan.vlanTags()
	return n, err
}
