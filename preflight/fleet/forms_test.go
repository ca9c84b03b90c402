package fleet

import (
	"fmt"
	"reflect"
	"slices"

	"migcheck/hostinfo"
)

// form is a host with some of everything, in good health.
func form() *hostinfo.Host {
	yes := hostinfo.Yes
	dev := func(i int, name, kind string, parent, master int) hostinfo.Device {
		d := hostinfo.Device{
			Index: i, Name: name, Kind: kind, LinkType: "ether", Up: yes, LowerUp: yes, OperState: "up",
			MTU: 1500, MAC: "02:00:00:00:00:01", Parent: parent, Master: master,
		}
		if kind == hostinfo.KindHardware {
			d.Speed, d.Duplex = 10000, "full"
		}
		return d
	}
	lo := hostinfo.Device{Index: 1, Name: "lo", Kind: hostinfo.KindHardware, LinkType: "loopback", Up: yes, LowerUp: yes, MTU: 65536}
	vlan := func(d hostinfo.Device, id int) hostinfo.Device {
		d.VLAN = &hostinfo.VLAN{ID: id, Protocol: "802.1Q", LooseBinding: hostinfo.No}
		return d
	}
	port := func(d hostinfo.Device) hostinfo.Device {
		d.SlaveKind = "bond"
		d.BondPort = &hostinfo.BondPort{State: "ACTIVE", MIIStatus: "UP", Aggregator: 1, ActorState: 0x3d, PartnerState: 0x3d}
		return d
	}
	bond := dev(4, "bond0", hostinfo.KindBond, 0, 0)
	bond.Bond = &hostinfo.Bond{Mode: "active-backup", MIIMon: 100, ActiveSlave: 2, FailOverMAC: "none"}
	lacp := dev(15, "bond1", hostinfo.KindBond, 0, 0)
	lacp.Bond = &hostinfo.Bond{Mode: "802.3ad", MIIMon: 100, LACP: &hostinfo.LACP{Aggregator: 1, Ports: 1, PartnerMAC: "00:1b:21:00:00:01"}}
	vf := dev(9, "vf0", hostinfo.KindHardware, 0, 0)
	vf.VF = &hostinfo.VF{Parent: "pf0"}
	pf := dev(8, "pf0", hostinfo.KindHardware, 0, 0)
	pf.Functions = []hostinfo.Function{{Number: 0, Trust: yes, SpoofCheck: hostinfo.No}}
	osa := dev(10, "enc1000", hostinfo.KindHardware, 0, 0)
	osa.QETH = &hostinfo.QETH{Layer2: yes, CardType: "OSD_10GIG", CHPID: "A0", State: "UP (LAN ONLINE)", Isolation: "none", BridgeRole: "none", Takeover: hostinfo.No}
	macv := dev(13, "macv0", hostinfo.KindMacvlan, 7, 0)
	macv.Macvlan = &hostinfo.Macvlan{Mode: "bridge"}
	uplink := vlan(dev(11, "bond0.700", hostinfo.KindVLAN, 4, 12), 700)
	uplink.SlaveKind = "bridge"
	filter, trunk, ovsPort := dev(20, "br2", hostinfo.KindBridge, 0, 0), dev(21, "eth5", hostinfo.KindHardware, 0, 20), dev(24, "eth6", hostinfo.KindHardware, 0, 22)
	filter.Bridge = &hostinfo.Bridge{VLANFiltering: yes, DefaultPVID: 1}
	trunk.SlaveKind, trunk.BridgePort = "bridge", &hostinfo.BridgePort{VLANs: []hostinfo.VLANRange{{First: 1, Last: 1, PVID: true, Untagged: true}, {First: 600, Last: 699}}}
	filter.BridgePort = &hostinfo.BridgePort{VLANs: slices.Clone(trunk.BridgePort.VLANs)}
	ovsPort.SlaveKind = "openvswitch"
	tunnel := dev(25, "vx100", hostinfo.KindVXLAN, 0, 0)
	tunnel.Tunnel = &hostinfo.Tunnel{VNI: 100}
	alt := vlan(dev(6, "bond0.624", hostinfo.KindVLAN, 4, 0), 624)
	alt.AltNames = []string{"dmz", "a name of twenty bytes"}
	h := &hostinfo.Host{
		Arch: "x86_64", Kernel: "6.1.0", Via: "netlink", User: "root", MacvtapModule: yes, VhostNet: yes,
		Devices: []hostinfo.Device{
			lo, port(dev(2, "eth1", hostinfo.KindHardware, 0, 4)), port(dev(3, "eth2", hostinfo.KindHardware, 0, 4)), bond,
			vlan(dev(5, "bond0.623", hostinfo.KindVLAN, 4, 0), 623), alt, dev(7, "eth3", hostinfo.KindHardware, 0, 0), pf, vf, osa,
			uplink, dev(12, "br0", hostinfo.KindBridge, 0, 0), macv, port(dev(14, "eth4", hostinfo.KindHardware, 0, 15)), lacp,
			vlan(dev(16, "bond0.623.7", hostinfo.KindVLAN, 5, 0), 7), dev(17, "pool0", hostinfo.KindHardware, 0, 0),
			dev(18, "pool1", hostinfo.KindHardware, 0, 0), dev(19, "br1", hostinfo.KindBridge, 0, 0),
			filter, trunk, dev(22, "ovs-system", hostinfo.KindOpenVSwitch, 0, 0), dev(23, "ovs0", hostinfo.KindOpenVSwitch, 0, 0), ovsPort,
			tunnel, vlan(dev(26, "br2.650", hostinfo.KindVLAN, 20, 0), 650),
		},
		Setup: hostinfo.Setup{
			Shaping: yes, DevFS: "devtmpfs", LLDPAD: hostinfo.No, DaemonElsewhere: hostinfo.No,
			DefaultRoutes: []string{"br1"}, Managers: []string{"ifupdown"}, Configured: []string{"bond0*", "br*", "eth*"},
		},
		Namespaces: []hostinfo.Namespace{{Name: "netns0", Devices: []hostinfo.Device{{Index: 4, Name: "nowhere", Kind: "veth", LinkType: "ether", Up: yes, MAC: "02:00:00:ff:ff:01"}}}},
		Libvirt:    &hostinfo.Libvirt{URI: "qemu:///system", Version: "11.3.0", Hypervisor: "10.0.0"},
		Networks: []hostinfo.Network{
			{Name: "lan", Active: yes, Forward: "bridge", Devices: []hostinfo.NetworkDevice{{Dev: "bond0.623", Connections: 1}}, Portgroups: []hostinfo.Portgroup{{Name: "web", TrustGuestRxFilters: "yes"}, {Name: "db", Default: true}}},
			{Name: "two", Active: yes, Forward: "private", Devices: []hostinfo.NetworkDevice{{Dev: "bond0.623"}, {Dev: "bond0.624"}}},
			{Name: "pool", Active: yes, Forward: "passthrough", Devices: []hostinfo.NetworkDevice{{Dev: "pool0"}, {Dev: "pool1"}}},
			{Name: "nat", Active: yes, Forward: "nat", Bridge: "br1"},
			{Name: "vfs", Active: yes, Forward: "hostdev", PF: "pf0", Devices: []hostinfo.NetworkDevice{{PCI: "0000:05:10.0"}, {PCI: "0000:05:10.2", Connections: 1}}},
			{Name: "bridged", Active: yes, Forward: "bridge", Bridge: "br2"},
		},
		NWFilters: []string{"clean", "clean-traffic"},
	}
	for i := range h.Devices {
		if d := &h.Devices[i]; d.Kind == hostinfo.KindBridge && d.Bridge == nil {
			d.Bridge = &hostinfo.Bridge{VLANFiltering: hostinfo.No, DefaultPVID: 1}
		}
	}
	return h
}

// guest is a guest of one of a few forms.
func (w *world) guest(i int) *hostinfo.Guest {
	g := &hostinfo.Guest{
		Name: fmt.Sprintf("guest%d", i), UUID: fmt.Sprintf("guest-uuid-%d", i), ID: i + 1, Persistent: hostinfo.Yes,
		State: one(w, hostinfo.StateRunning, hostinfo.StateRunning, hostinfo.StateRunning, hostinfo.StateRunning, hostinfo.StatePaused, hostinfo.StateShutoff),
	}
	live := &hostinfo.Definition{Type: "kvm", Arch: "x86_64", Machine: "pc-i440fx-7.2"}
	for n := range w.next(4) {
		live.NICs = append(live.NICs, w.nic(i, n))
	}
	if len(live.NICs) == 0 && !w.once(6) {
		live.NICs = append(live.NICs, w.nic(i, 0))
	}
	g.Live, g.Inactive = live, copied(live)
	for k := range g.Inactive.NICs {
		if n := &g.Inactive.NICs[k]; n.Network != "" {
			n.Type, n.Dev, n.Mode = "network", "", ""
		}
	}
	if !w.once(3) {
		g.Migratable = copied(g.Inactive)
	}
	switch {
	case w.calm:
		g.State = hostinfo.StateRunning
	case w.once(16):
		g.Live, g.Migratable = nil, nil
		g.Gaps = append(g.Gaps, hostinfo.Gap{Fact: hostinfo.FactLive, Reason: "denied"})
	case w.once(8):
		g.Inactive = nil
		g.Gaps = append(g.Gaps, hostinfo.Gap{Fact: hostinfo.FactInactive, Reason: "denied"})
	case !g.State.Active():
		g.Live, g.Migratable = nil, nil
	}
	return g
}

// nic is a NIC of one of the fleet's few forms.
func (w *world) nic(guest, n int) hostinfo.NIC {
	if len(w.forms) == 0 {
		for range 1 + w.next(4) {
			w.forms = append(w.forms, w.nicForm())
		}
	}
	nic := copied(one(w, w.forms...))
	nic.MAC = mac("guest", guest, n)
	if nic.Target == "" {
		nic.Target = fmt.Sprintf("macvtap%d", guest*3+n)
	}
	if w.once(8) && !w.calm {
		w.mutate(reflect.ValueOf(&nic).Elem(), "NIC")
	}
	return nic
}

func (w *world) nicForm() hostinfo.NIC {
	nic := hostinfo.NIC{Type: "direct", Mode: "bridge", Model: "virtio"}
	switch w.next(13) {
	case 10, 11, 12:
		return w.bridgedForm()
	case 0, 1, 2:
		nic.Dev = one(w, "bond0.623", "bond0.624", "dmz")
	case 3:
		nic.Dev, nic.Mode = one(w, "vf0", "eth3", "pool0", "enc1000"), "passthrough"
	case 4:
		nic.Network, nic.Dev = one(w, "lan", "two"), "bond0.623"
		nic.Portgroup = one(w, "", "web", "none")
	case 5:
		nic.Network, nic.Dev, nic.Mode = "pool", one(w, "pool0", "pool1"), "passthrough"
	case 6:
		if w.once(3) {
			nic = hostinfo.NIC{Type: one(w, "bridge", "user", "hostdev", "network", "vdpa", "ethernet", "null"), Network: one(w, "nat", "vfs"), Bridge: "br0"}
			nic.TargetManaged, nic.Filter = one(w, "", "no"), one(w, "", "clean", "other")
			if nic.Type != "network" {
				nic.Network = ""
			}
			return nic
		}
		nic.Dev = one(w, "vf0", "br0", "bond1", "enc1000", "bond0.623.7")
	default:
		nic.Dev = deviceName(w)
	}
	if w.once(8) {
		nic.Target = one(w, "wan7", "fixed0")
	}
	for range w.busy(w.next(4) - 1) {
		w.ask(&nic)
	}
	return nic
}

// bridgedForm is a NIC on a bridge: the kernel's, Open vSwitch's, or a network's.
func (w *world) bridgedForm() hostinfo.NIC {
	nic := hostinfo.NIC{Type: "bridge", Bridge: one(w, "br0", "br2", "br2", "br1", "ovs0", deviceName(w)), Model: "virtio", Target: one(w, "", "vnet7")}
	if nic.Bridge == "ovs0" || w.once(8) {
		nic.VirtualPort = "openvswitch"
	}
	if w.once(3) {
		nic.Network, nic.Bridge = one(w, "bridged", "nat", "bridged"), one(w, "br2", "br0")
	}
	for range w.busy(w.next(4) - 1) {
		w.ask(&nic)
	}
	return nic
}

// ask gives a NIC one thing that it asks of a host.
func (w *world) ask(n *hostinfo.NIC) {
	switch w.next(14) {
	case 0:
		n.Bandwidth, n.Inbound, n.Outbound = true, w.once(2), w.once(2)
	case 1:
		n.DriverName = one(w, "vhost", "qemu")
	case 2:
		n.LinkState = "down"
	case 3:
		n.Queues = 4
	case 4:
		n.IOMMU = "on"
	case 5:
		n.VirtualPort = one(w, "802.1Qbg", "802.1Qbh")
	case 6:
		n.VLANTags = []int{one(w, 5, 6)}
	case 7:
		n.Filter = "clean-traffic"
	case 8:
		n.TeamingType = one(w, "persistent", "transient")
	case 9:
		n.TrustGuestRxFilters = one(w, "yes", "no")
	case 10:
		n.Model = one(w, "e1000e", "")
	case 11:
		n.MTU = one(w, 1400, 9000)
	case 12:
		n.Mode = one(w, "vepa", "private", "", "passthrough")
	default:
		w.mutate(reflect.ValueOf(n).Elem(), "NIC")
	}
}
