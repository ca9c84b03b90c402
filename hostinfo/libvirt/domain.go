package libvirt

import (
	"fmt"
	"strings"

	"migcheck/hostinfo"
)

// maxNICs is how many interfaces a domain may have.
const maxNICs = 4096

// Domain is what a domain's XML says of it (virDomainGetXMLDesc).
type Domain struct {
	// Name is domain/name, never empty.
	Name string
	// UUID is domain/uuid in lower case with hyphens; empty in XML that nobody
	// has defined yet.
	UUID string
	// ID is domain/@id, which only live XML has; 0 otherwise.
	ID int
	// Definition is the part that migcheck judges, never nil.
	Definition *hostinfo.Definition
}

// ParseDomain reads a domain's XML in any of its views. It keeps of every
// interface what hostinfo.NIC has a field for, with MAC addresses in lower
// case, and says in its error on which line of the document what is wrong. It
// tolerates what it does not know, and refuses what it knows and cannot read.
func ParseDomain(xml []byte) (*Domain, error) {
	root, err := domainTree(xml)
	if err != nil {
		return nil, err
	}
	return domainOf(root)
}

// domainTree keeps exactly what ReduceDomain keeps.
func domainTree(xml []byte) (*element, error) {
	return parseTree(xml, "domain", func(path string) bool {
		switch path {
		case "name", "uuid", "memory", "currentMemory", "memoryBacking", "memoryBacking/hugepages", "memoryBacking/hugepages/page",
			"os", "os/type", "devices", "devices/interface", "launchSecurity",
			"devices/hostdev", "devices/hostdev/source", "devices/hostdev/source/address", "devices/hostdev/teaming":
			return true
		}
		return strings.HasPrefix(path, "devices/interface/")
	})
}

func domainOf(root *element) (*Domain, error) {
	d := &Domain{Name: root.child("name").content()}
	if d.Name == "" {
		return nil, fmt.Errorf("domain XML has no name")
	}
	var err error
	if d.UUID, err = optionalUUID(root.child("uuid").content()); err != nil {
		return nil, fmt.Errorf("domain XML: %w", err)
	}
	if d.ID, err = root.number("id", maxInt); err != nil {
		return nil, fmt.Errorf("domain XML: %w", err)
	}
	osType := root.child("os").child("type")
	d.Definition = &hostinfo.Definition{
		Type:           root.attr("type"),
		Arch:           osType.attr("arch"),
		Machine:        osType.attr("machine"),
		LaunchSecurity: root.child("launchSecurity").attr("type"),
	}
	if d.Definition.Memory, err = memoryOf(root); err != nil {
		return nil, fmt.Errorf("domain XML: %w", err)
	}
	for i, e := range interfaces(root) {
		if i == maxNICs {
			return nil, fmt.Errorf("domain XML: more than %d interfaces", maxNICs)
		}
		nic, err := nicOf(e)
		if err != nil {
			return nil, fmt.Errorf("domain XML: interface %d: %w", i+1, err)
		}
		d.Definition.NICs = append(d.Definition.NICs, nic)
	}
	if d.Definition.PCIDevices, err = pciDevices(root); err != nil {
		return nil, fmt.Errorf("domain XML: %w", err)
	}
	return d, nil
}

// interfaces are the devices/interface elements in document order.
func interfaces(root *element) []*element { return devicesCalled(root, "interface") }

// devicesCalled are the elements of that name below devices, in document order.
func devicesCalled(root *element, name string) []*element {
	var all []*element
	for _, devices := range root.children {
		if devices.name != "devices" {
			continue
		}
		for _, e := range devices.children {
			if e.name == name {
				all = append(all, e)
			}
		}
	}
	return all
}
