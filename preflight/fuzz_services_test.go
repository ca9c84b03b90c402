package preflight_test

import "migcheck/hostinfo"

// services gives a host what serves and outlives its guests: vhost, what tc may
// lack, link speeds, and a network configuration.
func (w *world) services(h *hostinfo.Host) {
	h.VhostNet, h.Arch = w.tri(), one(w, "x86_64", "s390x")
	if w.next(4) == 3 {
		h.Setup.ShapingLacks = []string{one(w, "tc", "sch_htb", "act_police", ""), one(w, "", "cls_u32")}
	}
	for range w.next(3) {
		h.Setup.Managers = append(h.Setup.Managers, one(w, "ifupdown", "NetworkManager", "systemd-networkd", "netplan", "ifcfg", "odd"))
		h.Setup.Configured = append(h.Setup.Configured, one(w, "bond0*", "[", "eth[!2-", "", w.name()))
	}
	for i := range h.Devices {
		d := &h.Devices[i]
		d.Speed, d.Duplex = one(w, 0, 1000, 10000, -1), one(w, "", "full", "half")
		if d.Bond != nil {
			d.Bond.FailOverMAC = mostly(w, "none", "", "active", "follow")
		}
		if w.next(8) == 7 {
			d.Addresses = []string{"10.0.0.1/24", "", "x\x1b"}[:w.next(4)]
		}
	}
}

// asks gives a NIC what it may ask of a host.
func (w *world) asks(n *hostinfo.NIC) {
	n.Filter, n.LinkState = mostly(w, "", "clean-traffic", "x\x1b"), mostly(w, "", "down", "up")
	n.Bandwidth, n.Inbound, n.Outbound = w.next(4) == 3, w.next(2) == 1, w.next(2) == 1
	n.DriverName = mostly(w, "", "vhost", "qemu")
	if w.next(8) == 7 {
		n.TeamingType = "persistent"
	}
	if w.next(4) == 3 {
		n.Target = one(w, "macvtap0", "vnet1", w.name())
	}
}
