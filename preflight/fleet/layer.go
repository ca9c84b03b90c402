package fleet

import (
	"slices"

	"migcheck/hostinfo"
)

// maxDepth is how many devices may stand on each other before a host is no
// longer believed. The kernel stops at 8.
const maxDepth = 16

// node is a device with all below it, as a class.
type node struct {
	id uint32
	// tags are the ids of its VLANs and tunnels, and the VLANs that bridges take untagged
	// frames for, top first. They are not part of the class: what counts is which of them
	// are equal on the two hosts.
	tags []int
}

// node is the class of a device and of what it stands on. Devices that stand on
// themselves have none: ok is false.
func (l *look) node(d *hostinfo.Device, depth int) (n node, ok bool) {
	if n, met := l.j.hand.nodes[d]; met {
		return n, n.id != 0
	}
	if depth > maxDepth {
		return node{}, false
	}
	l.j.hand.nodes[d] = node{} // while it is being looked at, and for good if it is not ok
	c := make(code, 0, 160)
	l.layer(&c, d)
	tags := tagsOf(d)
	below := func(x *hostinfo.Device) uint32 {
		if x == nil {
			return 0
		}
		under, fine := l.node(x, depth+1)
		ok, tags = ok && fine, append(tags, under.tags...)
		return under.id
	}
	ok = true
	c.ref(below(l.Links.Parent(d)))
	l.ports(&c, d, below)
	l.function(&c, d, below)
	if !ok {
		return node{}, false
	}
	n = node{l.j.nodes.of(c), tags}
	l.j.hand.nodes[d] = n
	return n, true
}

// tagsOf are the ids that a device gives to frames.
func tagsOf(d *hostinfo.Device) []int {
	var tags []int
	if d.VLAN != nil {
		tags = append(tags, d.VLAN.ID)
	}
	if d.Tunnel != nil {
		tags = append(tags, d.Tunnel.VNI)
	}
	if d.Filters() && d.BridgePort != nil {
		tags = append(tags, d.BridgePort.PVID())
	}
	return tags
}

// layer is what a device shows of itself. Left out are what names it (index,
// name, addresses, VLAN id, VNI), and what no rule's level depends on: see
// leftOut in the tests, which hold this to every field there is.
func (l *look) layer(c *code, d *hostinfo.Device) {
	c.text(d.Kind)
	c.text(d.LinkType)
	c.tri(d.Up, d.LowerUp, d.Promiscuous, d.AllMulticast)
	c.text(d.OperState)
	c.num(d.MTU)
	c.num(d.MaxMTU)
	c.is(d.MAC == "", d.Parent == 0, d.ParentElsewhere, len(d.Addresses) > 0)
	l.master(c, d)
	c.num(d.Speed)
	c.text(d.Duplex)
	l.details(c, d)
	if d.QETH != nil {
		c.tri(d.QETH.Layer2, d.QETH.Takeover)
		for _, s := range []string{d.QETH.CardType, d.QETH.CHPID, d.QETH.State, d.QETH.Isolation, d.QETH.BridgeRole} {
			c.text(s)
		}
	}
	if l.deviceGaps != nil {
		c.texts(l.deviceGaps[d.Name])
	}
	l.j.names.device(c, d)
}

func (l *look) master(c *code, d *hostinfo.Device) {
	c.is(d.Master == 0)
	c.text(d.SlaveKind)
	if d.Master == 0 {
		return
	}
	m := l.Links.ByIndex(d.Master)
	c.is(m == nil)
	if m != nil {
		c.text(m.Kind)
	}
	if p := d.BondPort; p != nil { // numbers of aggregators mean nothing on another host
		lacp := m != nil && m.Bond != nil && m.Bond.LACP != nil
		c.is(p.Aggregator == 0, lacp && m.Bond.LACP.Aggregator == p.Aggregator, lacp && m.Bond.LACP.Aggregator == 0)
	}
}

func (l *look) details(c *code, d *hostinfo.Device) {
	c.is(d.VLAN != nil, d.Bond != nil, d.BondPort != nil, d.Macvlan != nil, d.VF != nil, d.QETH != nil, d.Tunnel != nil)
	if v := d.VLAN; v != nil {
		c.text(v.Protocol)
		c.tri(v.LooseBinding)
		if l.onFiltering(d) { // which lets it pass by number
			c.num(v.ID)
		}
	}
	if b := d.Bond; b != nil {
		c.text(b.Mode)
		c.nums([]int{b.MIIMon, b.ARPInterval, b.MinLinks})
		c.text(b.FailOverMAC)
		c.text(b.ARPValidate)
		c.is(b.ActiveSlave == 0, b.LACP != nil)
		if b.LACP != nil {
			c.num(b.LACP.Ports)
			c.is(b.LACP.PartnerMAC == "", b.LACP.PartnerMAC == noMAC)
		}
	}
	if p := d.BondPort; p != nil {
		c.text(p.State)
		c.text(p.MIIStatus)
		c.num(p.ActorState)
		c.num(p.PartnerState)
	}
	if d.Macvlan != nil {
		c.text(d.Macvlan.Mode)
	}
	c.is(d.Bridge != nil)
	if d.Bridge != nil {
		c.tri(d.Bridge.VLANFiltering)
		c.num(d.Bridge.DefaultPVID)
	}
	c.port(d.BridgePort)
}

// onFiltering says whether a device stands on a bridge that may filter by VLAN.
func (l *look) onFiltering(d *hostinfo.Device) bool {
	for range maxDepth {
		if d = l.Links.Parent(d); d == nil || d.Filters() {
			break
		}
	}
	return d != nil && d.Filters()
}

const noMAC = "00:00:00:00:00:00"

// ports are what a bond, team or bridge has: of a bridge those that can lead out
// of the host, since the rest are guests.
func (l *look) ports(c *code, d *hostinfo.Device, below func(*hostinfo.Device) uint32) {
	bridge := (d.Kind == hostinfo.KindBridge || d.Kind == hostinfo.KindOpenVSwitch) && d.Bond == nil
	if !bridge && d.Bond == nil && d.Kind != hostinfo.KindBond && d.Kind != hostinfo.KindTeam {
		return
	}
	type port struct {
		id     uint32
		active bool
	}
	var all []port
	alike := true // NICs that stand on nothing: their order does not matter
	for _, p := range l.Links.SwitchPorts(d) {
		if bridge && !p.LeadsOut() {
			continue
		}
		alike = alike && p.Kind == hostinfo.KindHardware && p.VLAN == nil && p.Bond == nil && p.Parent == 0
		all = append(all, port{below(p), d.Bond != nil && p.Index == d.Bond.ActiveSlave || bridge && l.Links.Has(d, p)})
	}
	if alike {
		slices.SortFunc(all, func(a, b port) int {
			if a.active != b.active && a.active {
				return -1
			} else if a.active != b.active {
				return 1
			}
			return int(a.id) - int(b.id)
		})
	}
	c.num(len(all))
	c.is(len(l.Links.Ports(d)) == 0)
	for _, p := range all {
		c.ref(p.id)
		c.is(p.active)
	}
}

// function is what a VF's physical function shows of it.
func (l *look) function(c *code, d *hostinfo.Device, below func(*hostinfo.Device) uint32) {
	if d.VF == nil {
		return
	}
	pf, f := l.functionOf(d)
	c.is(d.VF.Parent == "", d.VF.Number < 0)
	c.ref(below(pf))
	c.is(f != nil)
	if f != nil {
		c.num(f.VLAN)
		c.tri(f.Trust, f.SpoofCheck)
		c.is(f.MAC == "" || f.MAC == noMAC, f.MAC == d.MAC)
	}
}

func (l *look) functionOf(d *hostinfo.Device) (*hostinfo.Device, *hostinfo.Function) {
	if d.VF == nil || d.VF.Parent == "" {
		return nil, nil
	}
	pf := l.Links.ByName(d.VF.Parent)
	if pf == nil || d.VF.Number < 0 {
		return pf, nil
	}
	return pf, pf.Function(d.VF.Number)
}
