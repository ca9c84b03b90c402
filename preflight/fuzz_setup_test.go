package preflight_test

import "migcheck/hostinfo"

// setup gives a host what else it may have: hardware and addresses of its
// devices, other network namespaces, and what is installed.
func (w *world) setup(h *hostinfo.Host) {
	for i := range h.Devices {
		w.hardware(&h.Devices[i])
	}
	h.Setup = hostinfo.Setup{
		DevFS: mostly(w, "devtmpfs", "", "tmpfs"), LLDPAD: w.tri(), DaemonElsewhere: mostly(w, hostinfo.No, hostinfo.Yes, hostinfo.Unknown),
		Shaping: w.tri(),
	}
	if w.next(4) == 3 {
		h.Setup.StaleTaps, h.Setup.DefaultRoutes = []int{w.next(20) - 1, 1 << 30}, []string{w.name()}
	}
	for range mostly(w, 0, 1, 3) {
		n := hostinfo.Namespace{Name: one(w, "web", "pid 12 (sh)", "pid", "", "a;reboot", "x\x1b")}
		for range w.next(3) {
			d := w.device(w.next(2000), w.name(), one(w, "macvtap", "macvlan", "hardware", "veth", "vlan"), w.index(), 0)
			d.ParentElsewhere = w.next(4) != 3
			n.Devices = append(n.Devices, d)
		}
		h.Namespaces = append(h.Namespaces, n)
	}
}

func (w *world) hardware(d *hostinfo.Device) {
	switch mostly(w, 0, 1, 2, 3, 4) {
	case 1:
		d.VF = &hostinfo.VF{Parent: w.name(), Number: w.next(3) - 1}
	case 2:
		d.Functions = []hostinfo.Function{{Number: w.next(3) - 1, MAC: w.mac(), VLAN: w.some(623), Trust: w.tri(), SpoofCheck: w.tri()}}
	case 3:
		d.QETH = &hostinfo.QETH{
			Layer2: w.tri(), CardType: one(w, "OSD_10GIG", "", "OSM", "HiperSockets"), CHPID: one(w, "A0", ""),
			Isolation: one(w, "none", "", "drop"), BridgeRole: one(w, "none", "", "primary"), Takeover: w.tri(),
		}
	case 4:
		d.Addresses = []string{one(w, "10.0.0.1/24", "", "odd")}
	}
}

// settings gives a NIC what else its element may say.
func (w *world) settings(n *hostinfo.NIC) {
	n.VirtualPort, n.Queues = mostly(w, "", "802.1Qbg", "802.1Qbh", "odd"), mostly(w, 0, 4, -1)
	n.VLANTrunk, n.TeamingType = w.next(8) == 7, mostly(w, "", "transient")
	for range mostly(w, 0, 1, 2) {
		n.VLANTags = append(n.VLANTags, w.some(623))
	}
}
