package synth

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight/fleet"
)

// sizes are the memories that guests have; one in seven is backed by hugepages.
var sizes = []hostinfo.GuestMemory{
	{Max: 4 << 20, Current: 4 << 20},
	{Max: 16 << 20, Current: 8 << 20},
	{Max: 2 << 20, Current: 2 << 20},
	{Max: 8 << 20, Current: 8 << 20, HugePages: []int{0}},
	{Max: 4 << 20, Current: 4 << 20},
	{Max: 32 << 20, Current: 32 << 20},
	{Max: 1 << 20, Current: 1 << 20},
}

// guest makes a guest, and its macvtaps on the host where it lives.
func (m *maker) guest(i, host int) fleet.Guest {
	g := &hostinfo.Guest{
		Name: fmt.Sprintf("guest%06d", i), UUID: fmt.Sprintf("d0000000-0000-4000-8000-%012x", i), ID: i%1000 + 1,
		State: hostinfo.StateRunning, Persistent: hostinfo.Yes,
	}
	switch m.r.IntN(50) {
	case 0:
		g.State = hostinfo.StatePaused
	case 1, 2:
		g.State, g.ID = hostinfo.StateShutoff, 0
	}
	memory := &sizes[i%len(sizes)]
	live := &hostinfo.Definition{Memory: memory, Type: "kvm", Arch: "x86_64", Machine: "pc-q35-8.2", NICs: make([]hostinfo.NIC, 0, m.NICs)}
	inactive := &hostinfo.Definition{Memory: memory, Type: "kvm", Arch: "x86_64", Machine: "pc-q35-8.2", NICs: make([]hostinfo.NIC, 0, m.NICs)}
	dom := hostinfo.Domain{Name: g.Name, UUID: g.UUID, State: g.State, Memory: memory}
	model := "virtio"
	if m.r.IntN(33) == 0 {
		model = "e1000e"
	}
	for n := range m.NICs {
		nic := m.nic(i, n, model)
		dom.MACs = append(dom.MACs, nic.MAC)
		if g.State.Active() {
			m.tap(host, &nic, g.State)
		}
		live.NICs = append(live.NICs, nic)
		nic.Target, nic.Alias = "", ""
		if nic.Network != "" {
			nic.Type, nic.Dev, nic.Mode = "network", "", ""
		}
		if n == 0 && m.r.IntN(100) == 0 { // edited for the next boot
			_, nic.Dev = m.vlan(m.r.IntN(m.VLANs))
		}
		inactive.NICs = append(inactive.NICs, nic)
	}
	g.Inactive = inactive
	if g.State.Active() {
		g.Live = live
	}
	m.domains[host] = append(m.domains[host], dom)
	return fleet.Guest{Guest: g, Host: host}
}

func (m *maker) nic(guest, n int, model string) hostinfo.NIC {
	_, dev := m.vlan(m.r.IntN(m.VLANs))
	nic := hostinfo.NIC{
		Type: "direct", Alias: fmt.Sprintf("net%d", n), Dev: dev, Mode: "bridge",
		MAC:   fmt.Sprintf("52:54:%02x:%02x:%02x:%02x", byte(guest>>16), byte(guest>>8), byte(guest), n),
		Model: model, Target: fmt.Sprintf("macvtap%d", guest%1000*m.NICs+n),
	}
	switch m.r.IntN(20) {
	case 0:
		nic.Network, nic.Dev = "lan", "bond0.600"
	case 1:
		nic.Mode = "vepa"
	case 2:
		nic.TrustGuestRxFilters = "yes"
	}
	return nic
}

func (m *maker) tap(host int, nic *hostinfo.NIC, state hostinfo.DomainState) {
	id := 0
	_, _ = fmt.Sscanf(nic.Dev, "bond0.%d", &id)
	m.taps[host] = append(m.taps[host], hostinfo.Device{
		Name: nic.Target, Kind: hostinfo.KindMacvtap, LinkType: "ether", MAC: nic.MAC, MTU: 9000, Parent: firstVLAN + id - 600,
		Up: hostinfo.TriOf(state == hostinfo.StateRunning), LowerUp: hostinfo.TriOf(state == hostinfo.StateRunning), OperState: "up",
		Macvlan: &hostinfo.Macvlan{Mode: nic.Mode},
	})
}
