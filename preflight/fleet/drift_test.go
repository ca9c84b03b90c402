package fleet

import "migcheck/hostinfo"

// drift does to a host what happens to hosts.
func (w *world) drift(h *hostinfo.Host) {
	if len(h.Devices) == 0 {
		return
	}
	find := func(names ...string) *hostinfo.Device {
		name := one(w, names...)
		for i := range h.Devices {
			if h.Devices[i].Name == name {
				return &h.Devices[i]
			}
		}
		return &h.Devices[w.next(len(h.Devices))]
	}
	stack := []string{"bond0.623", "bond0.624", "bond0", "eth1", "eth2", "eth3", "vf0", "pf0", "enc1000", "br0", "bond1", "bond0.700"}
	d := find(stack...)
	switch w.next(35) {
	case 0, 1:
		d.MTU = one(w, 1400, 9000)
	case 2, 3:
		d.Up = one(w, hostinfo.No, hostinfo.Unknown)
	case 4, 5:
		d.LowerUp = one(w, hostinfo.No, hostinfo.Unknown)
	case 6:
		d.Addresses = []string{"10.0.0.1/24"}
	case 7:
		d = find("eth1", "eth2", "eth3")
		d.Speed, d.Duplex = one(w, 1000, 100), one(w, "full", "half")
	case 8:
		w.bond(find("bond0", "bond1"))
	case 9, 10:
		w.bond(find("bond0", "bond1"))
	case 11:
		if d = find("eth1", "eth2", "eth4"); d.BondPort != nil {
			d.BondPort.MIIStatus = one(w, "DOWN", "GOING_DOWN", "UP")
			d.BondPort.ActorState, d.BondPort.Aggregator = one(w, 0x3d, 0x45, 0), 1+w.next(2)
		}
	case 12, 13:
		if d = find("bond0.623", "bond0.624", "bond0.700"); d.VLAN != nil {
			d.VLAN.ID = one(w, 623, 624, 700, 1)
			d.VLAN.LooseBinding = one(w, hostinfo.No, hostinfo.Yes)
		}
	case 14:
		d.Name += "x"
		if other := find(stack...); w.once(3) && other.Name != d.Name { // and another one has it now
			other.Name = d.Name[:len(d.Name)-1]
		}
	case 34: // moved to another network namespace from under its macvtaps
		for i := range h.Devices {
			if c := &h.Devices[i]; c.Kind == hostinfo.KindMacvtap && c.Parent == d.Index {
				c.Parent, c.ParentElsewhere = 77, true
			}
		}
	case 15, 16:
		w.osa(find("enc1000"))
	case 17, 18:
		if d = find("pf0"); len(d.Functions) > 0 {
			d.Functions[0] = hostinfo.Function{
				MAC: one(w, "", mac("guest", w.next(10), w.next(3)), "02:00:00:00:00:99", noMAC), VLAN: one(w, 0, 5),
				Trust: hostinfo.Tri(w.next(3)), SpoofCheck: hostinfo.Tri(w.next(3)),
			}
		}
		d.Up = hostinfo.Tri(w.next(3))
	case 19:
		h.Setup.Shaping, h.Setup.ShapingLacks = hostinfo.Tri(w.next(3)), []string{one(w, "tc", "sch_htb", "act_police")}
	case 20:
		h.VhostNet, h.MacvtapModule = hostinfo.Tri(w.next(3)), hostinfo.Tri(w.next(3))
	case 21:
		h.Setup.StaleTaps, h.Setup.LLDPAD = []int{one(w, 3, 900)}, hostinfo.Tri(w.next(3))
	case 22:
		for i := range h.Networks {
			for j := range h.Networks[i].Devices {
				h.Networks[i].Devices[j].Connections = w.next(3) - 1
			}
		}
	case 23:
		d.AltNames = append(d.AltNames, deviceName(w))
	case 24: // a port of something, or under something that takes its frames
		d.Master = one(w, 12, 4, 0)
	case 25:
		h.Devices = append(h.Devices, hostinfo.Device{Index: 300, Name: "taker", Kind: one(w, "ipvlan", "macsec", "veth", "macvtap"), Parent: d.Index, LinkType: "ether", MAC: "02:00:00:00:77:77", Up: hostinfo.Yes, Macvlan: &hostinfo.Macvlan{Mode: one(w, "vepa", "passthru", "bridge")}})
	case 26:
		h.Setup.DaemonElsewhere = hostinfo.Tri(w.next(3))
	case 28: // a container's macvtap, near in number or far
		h.Namespaces = append(h.Namespaces, hostinfo.Namespace{Name: "web", Devices: []hostinfo.Device{{
			Index: one(w, 3, 400, 9000), Name: "eth0", Kind: hostinfo.KindMacvtap, MAC: "02:00:00:00:66:66", LinkType: "ether", Parent: d.Index, ParentElsewhere: true,
		}}})
	case 29: // lent to a container
		name := d.Name
		d.Name = "lent"
		h.Namespaces = append(h.Namespaces, hostinfo.Namespace{Name: "lab", Devices: []hostinfo.Device{{
			Index: 6, Name: name, Kind: one(w, "hardware", "vlan", "veth"), LinkType: one(w, "ether", "loopback"), MAC: "02:00:00:00:66:67",
		}}})
	case 30: // something stands on it that is not to be seen
		d = find("vf0", "eth3", "pool0", "enc1000")
		d.Held = append(d.Held, "02:00:00:00:66:68")
	case 31:
		h.Setup.DefaultRoutes = []string{one(w, "vf0", "eth3", "pool0")}
	case 32:
		find("vf0", "eth3", "pool0", "bond0.623").Addresses = []string{"10.0.0.2/24"}
	case 33:
		find("eth3", "bond0.623").Master = one(w, 12, 999, 400)
		h.Devices = append(h.Devices, hostinfo.Device{Index: 400, Name: "red", Kind: "vrf", LinkType: "ether", Up: hostinfo.Yes, MAC: "02:00:00:00:66:69"})
	case 27:
		h.Libvirt = &hostinfo.Libvirt{Version: one(w, "9.0.0", "6.6.0", "10.1.0", "")}
	}
}

func (w *world) bond(d *hostinfo.Device) {
	if d.Bond == nil {
		return
	}
	switch w.next(5) {
	case 0:
		d.Bond.Mode = one(w, "802.3ad", "balance-alb", "balance-rr", "active-backup", "balance-tlb")
	case 1:
		d.Bond.MIIMon, d.Bond.ARPInterval = one(w, 0, 100), one(w, 0, 1000)
	case 2:
		d.Bond.ActiveSlave = one(w, 0, 2, 3, 99)
	case 3:
		d.Bond.FailOverMAC = one(w, "active", "none", "follow")
	case 4:
		d.Bond.LACP = &hostinfo.LACP{Aggregator: 1 + w.next(2), PartnerMAC: one(w, "", noMAC, "00:1b:21:00:00:02")}
	}
}

func (w *world) osa(d *hostinfo.Device) {
	if d.QETH == nil {
		return
	}
	switch w.next(5) {
	case 0:
		d.QETH.Layer2 = hostinfo.Tri(w.next(3))
	case 1:
		d.QETH.CardType = one(w, "OSM", "HiperSockets", "OSD_10GIG")
	case 2:
		d.QETH.Isolation = one(w, "drop", "forward", "")
	case 3:
		d.QETH.CHPID, d.QETH.Takeover = one(w, "A1", ""), hostinfo.Tri(w.next(3))
	case 4:
		d.QETH.BridgeRole = one(w, "primary", "")
	}
}
