package preflight_test

import "migcheck/hostinfo"

// kinds makes a NIC one that does not stand on a device through MacVTap, now and
// then, and gives the guest devices beside its NICs.
func (w *world) kinds(d *hostinfo.Definition) {
	for i := range d.NICs {
		n := &d.NICs[i]
		n.Filter = mostly(w, n.Filter, "clean", "x\x1b; reboot", "")
		if w.next(4) != 3 {
			continue
		}
		n.Type = one(w, "hostdev", "vdpa", "ethernet", "vhostuser", "user", "null", "mcast", "x\x1b")
		n.TeamingType = one(w, "", "transient", "persistent", "odd")
		n.TargetManaged, n.Backend = one(w, "no", "", "yes"), one(w, "", "passt", "x\x1b")
		n.PCI = one(w, "0000:3b:02.0", "", "x\x1b")
	}
	for range mostly(w, 0, 1, 2) {
		d.PCIDevices = append(d.PCIDevices, hostinfo.PCIDevice{Address: one(w, "0000:3b:02.0", "", "$(reboot)"), TeamingType: one(w, "", "transient", "odd")})
	}
}

// lends makes a host's networks ones that hand PCI devices through, and gives it
// network filters.
func (w *world) lends(h *hostinfo.Host) {
	for i := range h.Networks {
		if n := &h.Networks[i]; w.next(4) == 3 {
			n.Forward, n.PF = "hostdev", w.name()
			n.Devices = append(n.Devices, hostinfo.NetworkDevice{PCI: one(w, "0000:3b:02.0", ""), Connections: w.next(3) - 1})
		}
	}
	for range w.next(3) {
		h.NWFilters = append(h.NWFilters, one(w, "clean", "", "x\x1b; reboot"))
	}
	if h.Libvirt != nil {
		h.Libvirt.Hypervisor = one(w, "7.2.0", "", "8.2.0", "x\x1b", "10")
	}
}
