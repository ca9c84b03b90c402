package fleet

import (
	"slices"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// bridge is what a NIC on a bridge of that name meets. A bridge may tag frames by
// itself, so that its VLANs are compared with those of devices: they stand in the
// class as they are.
func (l *look) bridge(c *code, name string) *end {
	e := l.end(name, false)
	c.ref(e.id)
	c.nums(e.tags)
	c.is(e.device != nil && slices.ContainsFunc(l.Links.SwitchPorts(e.device), func(p *hostinfo.Device) bool {
		return p.Kind == hostinfo.KindVeth
	}))
	return e
}

// subnets are those of a network that libvirt makes by itself.
func (l *look) subnets(c *code, bridge string) {
	d := l.Links.ByName(bridge)
	c.is(d == nil)
	if d == nil {
		return
	}
	var all []string
	for _, p := range d.Subnets() {
		all = append(all, p.String())
	}
	c.texts(sorted(all))
}

// port is which VLANs a bridge's port has.
func (c *code) port(p *hostinfo.BridgePort) {
	c.is(p != nil)
	if p == nil {
		return
	}
	c.num(len(p.VLANs))
	for _, r := range p.VLANs {
		c.nums([]int{r.First, r.Last})
		c.is(r.PVID, r.Untagged)
	}
}

// tap is the guest's own tap on its bridge.
func (l *look) tap(c *code, bridge *hostinfo.Device, g *hostinfo.Guest, i int) {
	c.is(bridge != nil)
	if bridge == nil || !g.State.Active() {
		return
	}
	nic := &g.Sent().NICs[i]
	if g.Live != nil && i < len(g.Live.NICs) {
		nic = &g.Live.NICs[i]
	}
	d := preflight.OwnTap(l.Links, bridge, nic)
	c.is(d != nil)
	if d != nil {
		c.num(d.MTU)
		c.port(d.BridgePort)
		l.j.names.device(c, d)
	}
}
