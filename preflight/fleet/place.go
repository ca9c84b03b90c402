package fleet

import (
	"slices"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// place is where a NIC stands, or would stand, on a host.
type place struct {
	id uint32 // what it is like, whatever its names and VLAN ids
	// bound are those names and ids: which of them are equal on both hosts is
	// told when two places meet.
	bound uint32
	kids  uint32 // what stands on the NIC's own device, see families; 0 for none
}

// bounds numbers lists of names and VLAN ids.
type bounds struct {
	classes
	tags  [][]int
	names [][]string
	buf   code
}

func (b *bounds) of(tags []int, names []string) uint32 {
	c := b.buf[:0]
	c.nums(tags)
	c.texts(names)
	b.buf = c
	id := b.classes.of(c)
	if int(id) > len(b.tags) {
		b.tags, b.names = append(b.tags, slices.Clone(tags)), append(b.names, slices.Clone(names))
	}
	return id
}

// meet is which of the names and VLAN ids of two places are equal, as a class.
func (b *bounds) meet(src, dst uint32) code {
	var c code
	tags := slices.Concat(b.tags[src-1], b.tags[dst-1])
	for _, t := range tags {
		c.num(slices.Index(tags, t))
	}
	names := slices.Concat(b.names[src-1], b.names[dst-1])
	for _, n := range names {
		if n == "" {
			c.num(-1)
		} else {
			c.num(slices.Index(names, n))
		}
	}
	return c
}

// want is what a NIC asks of a host that it goes to.
type want struct {
	kind    wantKind
	name    string // a device's or a network's
	group   string // port group of a network
	nth     int    // how many of the guest's NICs take a device of that network before
	alone   bool   // mode passthrough, where the NIC says it
	filter  string // a network filter, which is there or not
	tap     string // a device that libvirt does not make, likewise
	persist string // what the persistent definition asks for otherwise, as a code
}

type wantKind uint8

const (
	wantNothing wantKind = iota // a NIC that is not judged
	wantDevice
	wantNetwork
	wantBridge
	wantHost // what is asked for the guest as a whole
)

// wantOf is what a NIC of a guest asks for.
func wantOf(g *hostinfo.Guest, n *hostinfo.NIC) want {
	w := want{filter: n.Filter, tap: unmade(n)}
	switch {
	case n.NetworkBacked():
		w.kind, w.name, w.group, w.nth = wantNetwork, n.Network, n.Portgroup, preflight.NICsBefore(g, n)
	case n.OnBridge():
		w.kind, w.name = wantBridge, n.Bridge
	case n.Direct():
		w.kind, w.name, w.alone = wantDevice, n.Dev, n.Mode == "passthrough"
	}
	return w
}

// unmade is the tap that a NIC names and libvirt does not make; empty for none.
func unmade(n *hostinfo.NIC) string {
	if n.TargetManaged != "no" {
		return ""
	}
	return n.Target
}

// destination is what a host has for a want.
func (l *look) destination(w *want, mapped map[string]string) place {
	c := l.j.scratch[:0]
	defer func() { l.j.scratch = c[:0] }()
	c.ref(l.common)
	c.is(w.filter != "" && slices.Contains(l.NWFilters, w.filter), w.tap != "" && l.Links.ByName(w.tap) != nil)
	switch w.kind {
	case wantDevice:
		name, other := mapped[w.name]
		if !other {
			name = w.name
		}
		e := l.end(name, w.alone)
		c.is(other)
		c.ref(e.id)
		return place{l.j.places.of(c), e.bound, e.all}
	case wantBridge:
		e := l.bridge(&c, w.name)
		return place{l.j.places.of(c), e.bound, 0}
	case wantNetwork:
		tags, names := l.network(&c, w)
		return place{l.j.places.of(c), l.j.bounds.of(tags, names), 0}
	}
	return place{l.j.places.of(c), l.j.bounds.of(nil, nil), 0}
}

// network is a host's definition of a network as a NIC of a port group gets it,
// with the devices of its pool.
func (l *look) network(c *code, w *want) (tags []int, names []string) {
	n := l.View.Network(w.name)
	c.is(w.name == "", n == nil)
	if n == nil {
		return nil, nil
	}
	switch {
	case n.Bridge == "":
	case n.Forward == "bridge":
		e := l.bridge(c, n.Bridge)
		tags, names = append(tags, e.tags...), append(names, n.Bridge)
	default:
		l.subnets(c, n.Bridge)
	}
	lent := n.Forward == "hostdev"
	c.is(n.PF == "")
	if lent {
		c.ref(l.end(n.PF, false).id)
	}
	alone := n.DirectMode() == "passthrough"
	c.tri(n.Active)
	c.text(n.Forward)
	c.is(n.Bridge == "")
	settings(c, n.TrustGuestRxFilters, n.VirtualPort, n.VLANTags)
	pg := n.Portgroup(w.group)
	c.is(pg == nil)
	if pg != nil {
		settings(c, pg.TrustGuestRxFilters, pg.VirtualPort, pg.VLANTags)
	}
	c.num(len(n.Devices))
	c.num(preflight.FirstChoice(preflight.Candidates(n), w.nth))
	for _, d := range n.Devices {
		e := l.end(d.Dev, alone)
		c.is((alone || lent) && d.Connections <= 0)
		c.ref(e.id)
		c.ref(e.all)
		tags, names = append(tags, e.tags...), append(names, d.Dev)
	}
	return tags, names
}

func settings(c *code, trust, port string, tags []int) {
	c.text(trust)
	c.text(port)
	c.nums(tags)
}
