// Package synth makes fleets that nobody has, for tests, benchmarks and
// demonstrations: bonds with VLANs on them, guests on those, and a few percent
// of the hosts not quite like the others. The same size and seed make the same
// fleet.
package synth

import (
	"fmt"
	"math/rand/v2"
	"time"

	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

// Size is how large a fleet is.
type Size struct {
	Hosts   int
	Devices int // on each host, at least; 0: what is needed
	Guests  int
	NICs    int // of each guest
	VLANs   int // that the fleet's guests use; 0: 40
	Odd     int // one host in so many is unlike the others; 0: 20
}

// Fleet makes a fleet as of the first of November 2026.
func Fleet(s Size, seed uint64) *fleet.Fleet {
	if s.VLANs == 0 {
		s.VLANs = 40
	}
	if s.Odd == 0 {
		s.Odd = 20
	}
	m := &maker{Size: s, r: rand.New(rand.NewPCG(seed, 1)), taps: make([][]hostinfo.Device, s.Hosts), domains: make([][]hostinfo.Domain, s.Hosts)}
	f := &fleet.Fleet{Now: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)}
	for i := range s.Guests {
		f.Guests = append(f.Guests, m.guest(i, i*s.Hosts/max(1, s.Guests)))
	}
	for i := range s.Hosts {
		h := m.host(i)
		m.drift(h)
		f.Hosts = append(f.Hosts, fleet.Host{View: preflight.NewView(h)})
	}
	return f
}

type maker struct {
	Size
	r       *rand.Rand
	taps    [][]hostinfo.Device // by host
	domains [][]hostinfo.Domain
}

// The devices of every host: lo, two ports, one for management, the bond and a
// bridge, and then the VLANs.
const (
	firstPort = 2
	bondIndex = 5
	firstVLAN = 7
)

func (m *maker) vlan(i int) (id int, name string) {
	return 600 + i, fmt.Sprintf("bond0.%d", 600+i)
}

func address(kind byte, a, b int) string {
	return fmt.Sprintf("02:%02x:%02x:%02x:%02x:%02x", kind, byte(a>>16), byte(a>>8), byte(a), byte(b))
}

func (m *maker) host(i int) *hostinfo.Host {
	h := &hostinfo.Host{
		Name: fmt.Sprintf("host%05d", i), Hostname: fmt.Sprintf("host%05d.example.net", i),
		UUID: fmt.Sprintf("a0000000-0000-4000-8000-%012x", i), BootID: fmt.Sprintf("b0000000-0000-4000-8000-%012x", i),
		Arch: "x86_64", Kernel: "6.1.0-40-amd64", Via: "iproute2", User: "root",
		MacvtapModule: hostinfo.Yes, VhostNet: hostinfo.Yes, Domains: m.domains[i],
		Libvirt: &hostinfo.Libvirt{URI: "qemu:///system", Version: "10.0.0", Hypervisor: "8.2.0"},
		Memory: &hostinfo.Memory{
			Total: 256 << 20, Available: (32 + i%5*16) << 20, DefaultPage: 2048,
			Pools: []hostinfo.Pool{{Size: 2048, Pages: 16 << 10, Free: i % 3 * 4096}},
		},
		Setup: hostinfo.Setup{
			Shaping: hostinfo.Yes, DevFS: "devtmpfs", LLDPAD: hostinfo.No, DaemonElsewhere: hostinfo.No,
			DefaultRoutes: []string{"br0"}, Managers: []string{"systemd-networkd"}, Configured: []string{"bond0", "bond0.*", "br0"},
		},
		Networks: []hostinfo.Network{{
			Name: "lan", UUID: fmt.Sprintf("c0000000-0000-4000-8000-%012x", i), Active: hostinfo.Yes, Forward: "bridge",
			Devices: []hostinfo.NetworkDevice{{Dev: "bond0.600", Connections: i % 7}},
		}},
	}
	h.Devices = m.devices(i)
	return h
}

func (m *maker) devices(i int) []hostinfo.Device {
	taps := m.taps[i]
	n := firstVLAN - 1 + m.VLANs + len(taps)
	out := make([]hostinfo.Device, 0, max(n, m.Devices))
	add := func(name, kind string, parent, master int) *hostinfo.Device {
		out = append(out, hostinfo.Device{
			Index: len(out) + 1, Name: name, Kind: kind, LinkType: "ether", Up: hostinfo.Yes, LowerUp: hostinfo.Yes, OperState: "up",
			MTU: 9000, MAC: address(1, i, 0), Parent: parent, Master: master,
		})
		return &out[len(out)-1]
	}
	lo := add("lo", hostinfo.KindHardware, 0, 0)
	lo.LinkType, lo.MTU, lo.MAC, lo.OperState = "loopback", 65536, "00:00:00:00:00:00", "unknown"
	held := make([]string, 0, len(taps))
	for k := range taps {
		held = append(held, taps[k].MAC)
	}
	for p := range 2 {
		d := add([]string{"ens1f", "enp65s0f"}[i%2]+fmt.Sprint(p), hostinfo.KindHardware, 0, bondIndex)
		d.SlaveKind, d.Speed, d.Duplex, d.Held = hostinfo.KindBond, 25000, "full", held
		d.BondPort = &hostinfo.BondPort{State: "ACTIVE", MIIStatus: "UP", Aggregator: 1 + i%3, ActorState: 0x3d, PartnerState: 0x3d}
		d.PermanentMAC = address(1, i, p)
	}
	d := add("eno1", hostinfo.KindHardware, 0, 6)
	d.MTU, d.Speed, d.Duplex, d.SlaveKind, d.MAC = 1500, 1000, "full", hostinfo.KindBridge, address(2, i, 0)
	d = add("bond0", hostinfo.KindBond, 0, 0)
	d.Bond = &hostinfo.Bond{Mode: "802.3ad", MIIMon: 100, FailOverMAC: "none", LACP: &hostinfo.LACP{Aggregator: 1 + i%3, Ports: 2, PartnerMAC: address(3, i, 0)}}
	d.Held = held
	d = add("br0", hostinfo.KindBridge, 0, 0)
	d.MTU, d.MAC, d.Addresses = 1500, address(2, i, 0), []string{fmt.Sprintf("10.%d.%d.%d/8", byte(i>>16), byte(i>>8), byte(i))}
	for v := range m.VLANs {
		id, name := m.vlan(v)
		add(name, hostinfo.KindVLAN, bondIndex, 0).VLAN = &hostinfo.VLAN{ID: id, Protocol: "802.1Q", LooseBinding: hostinfo.No}
	}
	for _, t := range taps {
		t.Index = len(out) + 1
		out = append(out, t)
	}
	for len(out) < m.Devices { // guests on a bridge, which are nobody's concern here
		d := add(fmt.Sprintf("vnet%d", len(out)), hostinfo.KindTun, 0, 6)
		d.MTU, d.SlaveKind, d.MAC = 1500, hostinfo.KindBridge, address(4, i, len(out))
	}
	return out
}
