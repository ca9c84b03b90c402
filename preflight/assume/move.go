package assume

import (
	"fmt"
	"slices"
	"strings"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// Arrive is a plan's destination as it would be once the guest is there: known
// to libvirt and, unless it is stopped, with a macvtap for each NIC on the
// device that libvirt would choose.
func Arrive(p *preflight.Plan) *hostinfo.Host {
	m := &model{copied(p.To.Host)}
	m.host.Live = false // no migration is cleared by what was assumed
	m.host.Domains = append(m.without(p.Guest), brief(p.Guest))
	if p.Guest.State.Active() {
		last := -1
		for _, r := range p.Requirements() {
			switch {
			case r.Index == last: // the first of a pool's is libvirt's choice
			case r.Destination.Bridged:
				m.plug(p.Guest, r)
			default:
				m.attach(p.Guest, r)
			}
			last = r.Index
		}
	}
	m.nameUnknown(p.To.Host)
	return m.host
}

// Depart is a plan's source as it would be once the guest has left, with its
// definition.
func Depart(p *preflight.Plan) *hostinfo.Host {
	m := &model{copied(p.From.Host)}
	m.host.Live = false
	m.host.Domains = m.without(p.Guest)
	hidden := heldForHidden(p.From.Host)
	last := -1
	for _, r := range p.Requirements() {
		switch {
		case r.Index == last:
		case r.Source.Tap != nil:
			m.unplug(r.Source)
		case r.Source.Macvtap != nil:
			m.detach(r.Source)
		}
		last = r.Index
	}
	m.settleHeld(hidden)
	m.nameUnknown(p.From.Host)
	return m.host
}

// without are the host's domains but for the guest's own.
func (m *model) without(g *hostinfo.Guest) []hostinfo.Domain {
	return slices.DeleteFunc(slices.Clone(m.host.Domains), func(d hostinfo.Domain) bool {
		return d.Name == g.Name && d.UUID == g.UUID
	})
}

// brief is a guest as its host lists it.
func brief(g *hostinfo.Guest) hostinfo.Domain {
	d := hostinfo.Domain{Name: g.Name, UUID: g.UUID, State: g.State}
	sent := g.Sent()
	if sent == nil {
		return d
	}
	d.Memory = sent.Memory
	for i := range sent.NICs {
		for _, mac := range []string{sent.NICs[i].MAC, sent.NICs[i].CurrentMAC} {
			if mac != "" && !slices.Contains(d.MACs, mac) {
				d.MACs = append(d.MACs, mac)
			}
		}
	}
	return d
}

// attach makes a NIC's macvtap, as libvirt and the kernel would
// (virNetDevMacVLanCreateWithVPortProfile, macvlan_open).
func (m *model) attach(g *hostinfo.Guest, r *preflight.Requirement) {
	e := r.Destination
	m.use(e.NetworkName, e.Wanted, 1)
	if e.Device == nil {
		return
	}
	named, real := e.Device.Index, e.Real().Index
	if d := m.at(named); d.Up != hostinfo.Yes { // libvirt sets it up
		m.turn(d, hostinfo.Yes)
	}
	mac, mode := r.NIC.EffectiveMAC(), e.Mode
	if mode == "passthrough" {
		mode = "passthru"
		m.handOver(m.at(named), mac)
	}
	tap := hostinfo.Device{
		Index: m.highest() + 1, Name: m.tapName(r.NIC.Target), Kind: hostinfo.KindMacvtap, LinkType: "ether",
		Up: hostinfo.TriOf(g.State != hostinfo.StatePaused), MAC: mac, MTU: m.at(real).MTU, Parent: real,
		Macvlan: &hostinfo.Macvlan{Mode: mode},
	}
	m.host.Devices = append(m.host.Devices, tap)
	d := m.at(tap.Index)
	d.LowerUp = m.carrierFrom(d)
	if mode != "passthru" && d.Up == hostinfo.Yes {
		m.hold(real, mac)
	}
}

// use counts a guest more or less at a device of a network's pool.
func (m *model) use(network, device string, n int) {
	net := m.host.Network(network)
	if network == "" || net == nil {
		return
	}
	for i := range net.Devices {
		if d := &net.Devices[i]; d.Dev == device && d.Connections >= 0 {
			d.Connections = max(0, d.Connections+n)
			return
		}
	}
}

// handOver gives a device the address of the guest that has it for itself; that
// of a VF also stands with its physical function.
func (m *model) handOver(d *hostinfo.Device, mac string) {
	_ = m.setAddress(d.Name, mac) // it is there
	d.Promiscuous = hostinfo.Yes
	d.Promiscuity++
	if d.VF == nil {
		return
	}
	pf := m.lookUp(d.VF.Parent)
	if pf == nil {
		return
	}
	pf.Functions = slices.Clone(pf.Functions)
	if f := pf.Function(d.VF.Number); f != nil {
		f.MAC = mac
	}
}

// hold has a device and all below it receive for an address.
func (m *model) hold(index int, mac string) {
	links := hostinfo.IndexLinks(m.host)
	for _, d := range links.Stack(links.ByIndex(index)) {
		if !slices.Contains(d.Held, mac) {
			d.Held = append(d.Held, mac)
		}
	}
}

// detach takes a guest's macvtap away. What address a device has that a guest
// had for itself only libvirt knows.
func (m *model) detach(e *preflight.Endpoint) {
	m.use(e.NetworkName, e.Wanted, -1)
	tap := m.at(e.Macvtap.Index)
	if tap == nil { // two NICs of one address
		return
	}
	lower, alone := m.below(tap), tap.Macvlan != nil && tap.Macvlan.Mode == "passthru"
	if lower != nil && alone {
		lower.MAC = ""
	}
	_ = m.drop(tap.Index) // a macvtap is no port whose master could be in the way
}

func (m *model) highest() int {
	top := 0
	for i := range m.host.Devices {
		top = max(top, m.host.Devices[i].Index)
	}
	return top
}

// tapName is the name that a macvtap gets: its own, unless it is one that
// libvirt chose and drops.
func (m *model) tapName(wanted string) string {
	if wanted != "" && !strings.HasPrefix(wanted, "macvtap") && !strings.HasPrefix(wanted, "macvlan") && !strings.HasPrefix(wanted, "vnet") && m.lookUp(wanted) == nil {
		return wanted
	}
	for n := 0; ; n++ {
		if name := fmt.Sprintf("macvtap%d", n); m.lookUp(name) == nil {
			return name
		}
	}
}
