package libvirt

import (
	"errors"
	"strings"

	"migcheck/hostinfo"
)

// ParseNetworkStatus reads the file that libvirt keeps of an active network
// while it runs (/run/libvirt/network/NAME.xml, readable to root). Active is Yes;
// Connections are -1, since they do not stand there: the network's ports tell.
func ParseNetworkStatus(xml []byte) (*hostinfo.Network, error) {
	root, err := parseTree(xml, "networkstatus", func(path string) bool {
		below, ok := strings.CutPrefix(path, "network/")
		return path == "network" || ok && ofNetwork(below)
	})
	if err != nil {
		return nil, err
	}
	e := root.child("network")
	if e == nil {
		return nil, errors.New("networkstatus XML has no network")
	}
	n, err := networkOf(e)
	if err != nil {
		return nil, err
	}
	n.Active = hostinfo.Yes
	return n, nil
}

// ParseNetworkPort reads the file that libvirt (5.5 and newer) keeps of a
// guest's NIC on a network (/run/libvirt/network/NAME/ports/UUID.xml). It returns
// the device that the network lent it, or the address of the PCI device; empty for
// a NIC on no host device.
func ParseNetworkPort(xml []byte) (dev string, err error) {
	root, err := parseTree(xml, "networkport", func(path string) bool { return path == "plug" || path == "plug/address" })
	if err != nil {
		return "", err
	}
	switch plug := root.child("plug"); plug.attr("type") {
	case "direct":
		return plug.attr("dev"), nil
	case "hostdev-pci":
		return plug.child("address").pciAddress()
	}
	return "", nil
}
