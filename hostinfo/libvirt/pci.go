package libvirt

import (
	"fmt"
	"strconv"
	"strings"

	"migcheck/hostinfo"
)

// maxPCIDevices is how many a domain, or a network's pool, may have.
const maxPCIDevices = 4096

// pciAddress reads an address element of a PCI device as the kernel writes it:
// "0000:3b:02.0". Empty if the element is not there or of another type; those
// below a hostdev's source have no type.
func (e *element) pciAddress() (string, error) {
	if e == nil || e.attr("type") != "pci" && e.attr("type") != "" || e.attr("bus") == "" {
		return "", nil
	}
	var n [4]uint64
	for i, part := range []struct {
		name string
		most uint64
	}{{"domain", 1<<32 - 1}, {"bus", 0xff}, {"slot", 0x1f}, {"function", 7}} {
		s := e.attr(part.name)
		if s == "" {
			continue // 0, as libvirt reads it
		}
		v, err := strconv.ParseUint(s, 0, 32)
		if err != nil || v > part.most || strings.Contains(s, "_") {
			return "", fmt.Errorf("line %d: %s %.40q is none of a PCI device", e.line, part.name, s)
		}
		n[i] = v
	}
	return fmt.Sprintf("%04x:%02x:%02x.%x", n[0], n[1], n[2], n[3]), nil
}

// pciDevices are the PCI devices that a domain has by hostdev elements.
func pciDevices(root *element) ([]hostinfo.PCIDevice, error) {
	var out []hostinfo.PCIDevice
	for _, e := range devicesCalled(root, "hostdev") {
		// libvirt takes an element without a mode for one of the subsystem.
		if e.attr("type") != "pci" || e.attr("mode") != "subsystem" && e.attr("mode") != "" {
			continue
		}
		if len(out) == maxPCIDevices {
			return nil, fmt.Errorf("more than %d PCI devices", maxPCIDevices)
		}
		address, err := e.child("source").child("address").pciAddress()
		if err != nil {
			return nil, err
		}
		teaming := e.child("teaming")
		out = append(out, hostinfo.PCIDevice{
			Address: address, TeamingType: teaming.attr("type"), TeamingPartner: teaming.attr("persistent"),
		})
	}
	return out, nil
}

// pciDevices prints what pciDevices reads, and nothing else of the elements.
func (w *writer) pciDevices(all []hostinfo.PCIDevice) {
	for _, d := range all {
		w.tag("    ", "hostdev", false, "mode", "subsystem", "type", "pci")
		w.source("      ", "", d.Address)
		if d.TeamingType != "" || d.TeamingPartner != "" {
			w.tag("      ", "teaming", true, "type", d.TeamingType, "persistent", d.TeamingPartner)
		}
		w.buf.WriteString("    </hostdev>\n")
	}
}

// source prints a source element with a PCI device's address in it, if there is
// anything to print. pairs are its attributes; a type is the address's own.
func (w *writer) source(indent, addressType, pci string, pairs ...string) {
	some := false
	for i := 1; i < len(pairs); i += 2 {
		some = some || pairs[i] != ""
	}
	if pci == "" {
		if some {
			w.tag(indent, "source", true, pairs...)
		}
		return
	}
	w.tag(indent, "source", false, pairs...)
	domain, rest, _ := strings.Cut(pci, ":")
	bus, rest, _ := strings.Cut(rest, ":")
	slot, function, _ := strings.Cut(rest, ".")
	w.tag(indent+"  ", "address", true, "type", addressType, "domain", "0x"+domain, "bus", "0x"+bus, "slot", "0x"+slot, "function", "0x"+function)
	w.buf.WriteString(indent + "</source>\n")
}
