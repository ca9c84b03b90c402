package fleet

import (
	"slices"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// sourceKey is what tells where NICs of one host stand.
type sourceKey struct {
	network, group string
	dev            string
	chosen         bool // dev is what a network chose
	nth            int  // as in want
}

// source is where a guest's NIC stands, and the guest's own macvtap. What else
// stands on the device there decides nothing.
func (l *look) source(c *code, g *hostinfo.Guest, i int, nic *hostinfo.NIC) (bound uint32) {
	said := nic // what names the macvtap's device and address
	key := sourceKey{network: nic.Network, group: nic.Portgroup, dev: nic.Dev}
	if g.Live != nil && i < len(g.Live.NICs) && nic.NetworkBacked() && g.Live.NICs[i].Dev != "" {
		said = &g.Live.NICs[i]
		key = sourceKey{network: said.Network, group: said.Portgroup, dev: said.Dev, chosen: true}
	} else if nic.NetworkBacked() {
		key.dev, key.nth = "", preflight.NICsBefore(g, nic)
	} else if !nic.Direct() {
		key = sourceKey{}
	}
	p, met := l.sources[key]
	if !met {
		p = l.stands(key)
		l.sources[key] = p
	}
	c.ref(p.id)
	dev := key.dev
	if !key.chosen && key.network != "" {
		dev = l.firstOf(key)
	}
	e := l.end(dev, false)
	own := ownMacvtap(l, e, g, said)
	if e.device != nil {
		_, f := l.functionOf(e.device)
		c.is(e.device.MAC == nic.MAC, f != nil && f.MAC == nic.MAC)
	}
	l.macvtap(c, own)
	if g.Live != nil && i < len(g.Live.NICs) {
		l.named(c, &g.Live.NICs[i], e)
	}
	return p.bound
}

func (l *look) stands(key sourceKey) place {
	c := make(code, 0, 96)
	c.ref(l.common)
	c.is(key.chosen, key.network != "")
	var tags []int
	names := []string{key.dev}
	if key.chosen || key.network != "" {
		tags, _ = l.network(&c, &want{name: key.network, group: key.group, nth: key.nth})
		if !key.chosen {
			names = []string{l.firstOf(key)}
		}
	}
	e := l.end(names[0], false)
	c.ref(e.id)
	return place{l.j.places.of(c), l.j.bounds.of(append(slices.Clone(e.tags), tags...), names), 0}
}

// firstOf is the device that stands for a pool on the source, where it is not
// known which one was chosen.
func (l *look) firstOf(key sourceKey) string {
	n := l.View.Network(key.network)
	if n == nil || n.DirectMode() == "" || len(n.Devices) == 0 {
		return ""
	}
	choice := preflight.Candidates(n)
	return choice[preflight.FirstChoice(choice, key.nth)].Dev
}

// ownMacvtap is the guest's macvtap among what stands on its device, by its
// address.
func ownMacvtap(l *look, e *end, g *hostinfo.Guest, nic *hostinfo.NIC) *hostinfo.Device {
	if e.device == nil || !g.State.Active() {
		return nil
	}
	for _, c := range l.Links.Children(e.real) {
		if c.Kind == hostinfo.KindMacvtap && (c.MAC == nic.MAC || c.MAC == nic.EffectiveMAC()) {
			return c
		}
	}
	return nil
}

func (l *look) macvtap(c *code, d *hostinfo.Device) {
	c.is(d != nil)
	if d == nil {
		return
	}
	c.tri(d.Up, d.LowerUp, d.Promiscuous, d.AllMulticast)
	c.num(d.MTU)
	c.is(d.Macvlan != nil)
	if d.Macvlan != nil {
		c.text(d.Macvlan.Mode)
	}
	l.j.names.device(c, d)
}

// named is what goes by the name that libvirt gave to the guest's macvtap.
func (l *look) named(c *code, live *hostinfo.NIC, e *end) {
	l.j.names.text(c, live.Target)
	d := l.Links.ByName(live.Target)
	c.is(live.Target == "", d == nil)
	if d == nil {
		return
	}
	on := l.Links.Parent(d)
	c.text(d.Kind)
	c.tri(d.Up)
	c.is(on == nil, on != nil && on == e.real)
	l.j.names.device(c, d)
}
