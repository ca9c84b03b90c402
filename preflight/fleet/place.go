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
}

func (b *bounds) of(tags []int, names []string) uint32 {
	var buf [96]byte
	c := code(buf[:0])
	c.nums(tags)
	c.texts(names)
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
	switch {
	case n.NetworkBacked():
		return want{kind: wantNetwork, name: n.Network, group: n.Portgroup, nth: preflight.NICsBefore(g, n)}
	case n.OnBridge():
		return want{kind: wantBridge, name: n.Bridge}
	case n.Direct():
		return want{kind: wantDevice, name: n.Dev, alone: n.Mode == "passthrough"}
	}
	return want{kind: wantNothing}
}

// destination is what a host has for a want.
func (l *look) destination(w *want, mapped map[string]string) place {
	c := l.j.scratch[:0]
	defer func() { l.j.scratch = c[:0] }()
	c.ref(l.common)
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
		c.is(alone && d.Connections <= 0)
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
