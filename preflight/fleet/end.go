package fleet

import (
	"slices"
	"strings"

	"migcheck/hostinfo"
)

// end is what a device's name means on one host.
type end struct {
	id     uint32 // without what stands on the device
	bound  uint32 // its name and tags
	tags   []int
	device *hostinfo.Device   // nil if it is not there
	real   *hostinfo.Device   // what a macvtap on it would stand on; nil likewise
	above  []*hostinfo.Device // what stands on the real device
	all    uint32             // that as a family
}

type endKey struct {
	name string
	// alone is for guests that want the device for themselves (mode passthrough):
	// then it counts what else the host has above it.
	alone bool
}

// kid is what stands on a device, as far as it is alike.
type kid struct {
	kind, mode string
	unread     bool // a macvlan of which mode or address could not be read
}

// end looks a name up, once.
func (l *look) end(name string, alone bool) *end {
	key := endKey{name, alone}
	if e := l.j.hand.ends[key]; e != nil {
		return e
	}
	e := &end{device: l.Links.ByName(name)}
	l.j.hand.ends[key] = e
	l.fill(e, name, alone)
	e.bound = l.j.bounds.of(e.tags, []string{name})
	return e
}

func (l *look) fill(e *end, name string, alone bool) {
	c := l.j.hand.code[:0]
	defer func() { l.j.hand.code = c[:0] }()
	c.is(name == "", len(name) > 15, alone)
	l.j.names.text(&c, name)
	if e.device == nil {
		l.namespaces(&c, name)
		e.id = l.j.ends.of(c)
		return
	}
	e.real = l.Links.Real(e.device)
	n, ok := l.node(e.device, 0)
	under, alsoOK := l.node(e.real, 0)
	if !ok || !alsoOK || l.lost {
		c.text("lost")
		c.num(l.host)
		c.text(name)
		n.tags = l.everyTag()
	}
	c.is(e.device.Name == name, e.device == e.real)
	l.elsewhere(&c, e.real)
	c.ref(n.id)
	c.ref(under.id)
	if alone {
		c.is(l.receivesForOthers(e.real), l.hostsOwn(e.device))
	}
	e.id, e.tags = l.j.ends.of(c), n.tags
	e.above = l.Links.Children(e.real)
	e.all = l.j.kids.of(l.family(e.above))
}

// everyTag are the ids of VLANs and tunnels of a host of which nothing can be told by
// where it stands.
func (l *look) everyTag() []int {
	var out []int
	for i := range l.Devices {
		out = append(out, tagsOf(&l.Devices[i])...)
	}
	return out
}

// namespaces is what goes by a missing device's name elsewhere on the host.
func (l *look) namespaces(c *code, name string) {
	for i := range l.Namespaces {
		if d := l.Namespaces[i].Called(name); d != nil {
			c.text(d.Kind)
			c.is(d.LinkType == "loopback")
		}
	}
}

// family are the kinds of devices that stand on another one, each once, in
// order. It is good until the next one is asked for.
func (l *look) family(above []*hostinfo.Device) []kid {
	kids := l.j.hand.kids[:0]
	for _, d := range above {
		if k := kidOf(d); !slices.Contains(kids, k) {
			kids = append(kids, k)
		}
	}
	l.j.hand.kids = kids
	if len(kids) < 2 {
		return kids
	}
	slices.SortFunc(kids, func(a, b kid) int {
		if n := strings.Compare(a.kind, b.kind); n != 0 {
			return n
		} else if n := strings.Compare(a.mode, b.mode); n != 0 {
			return n
		} else if a.unread == b.unread {
			return 0
		} else if a.unread {
			return 1
		}
		return -1
	})
	return kids
}

func kidOf(d *hostinfo.Device) kid {
	k := kid{kind: d.Kind}
	if d.IsMacvlan() {
		k.unread = d.Macvlan == nil || d.MAC == ""
		if d.Macvlan != nil {
			k.mode = d.Macvlan.Mode
		}
	}
	return k
}

// aboveAll are the devices of this namespace that stand on d, at any height.
func (l *look) aboveAll(d *hostinfo.Device) []*hostinfo.Device {
	seen := map[*hostinfo.Device]bool{d: true}
	var out []*hostinfo.Device
	for next := l.Links.Children(d); len(next) > 0; {
		var higher []*hostinfo.Device
		for _, c := range next {
			if seen[c] {
				continue
			}
			seen[c] = true
			out = append(out, c)
			higher = append(higher, l.Links.Children(c)...)
			if m := l.Links.ByIndex(c.Master); c.Master != 0 && m != nil {
				higher = append(higher, m)
			}
		}
		next = higher
	}
	return out
}

// receivesForOthers says whether the device receives for an address that
// nothing in this namespace has.
func (l *look) receivesForOthers(d *hostinfo.Device) bool {
	if len(d.Held) == 0 {
		return false
	}
	here := map[string]bool{}
	spaces := map[string]bool{} // namespaces with something that stands on it
	above := l.aboveAll(d)
	for _, x := range above {
		here[x.MAC] = true
	}
	for _, x := range append(above, d) {
		for _, s := range l.outside(x) {
			spaces[s.space] = true
		}
	}
	for i := range l.Namespaces {
		for k := range l.Namespaces[i].Devices {
			if x := &l.Namespaces[i].Devices[k]; spaces[l.Namespaces[i].Name] && x.Up != hostinfo.No {
				here[x.MAC] = true
			}
		}
	}
	return slices.ContainsFunc(d.Held, func(mac string) bool { return !here[mac] })
}

// outside is a device of another network namespace on one of the host's own.
type outside struct {
	*hostinfo.Device
	space string
}

func (l *look) outside(d *hostinfo.Device) []outside {
	var out []outside
	for i := range l.Namespaces {
		n := &l.Namespaces[i]
		for k := range n.Devices {
			if x := &n.Devices[k]; x.ParentElsewhere && x.Parent == d.Index {
				out = append(out, outside{x, n.Name})
			}
		}
	}
	return out
}

// elsewhere is what stands on a device in other namespaces, as far as it is
// alike.
func (l *look) elsewhere(c *code, d *hostinfo.Device) {
	var all []string
	for _, s := range l.outside(d) {
		var one code
		k := kidOf(s.Device)
		one.text(k.kind)
		one.text(k.mode)
		one.is(k.unread)
		all = append(all, string(one))
	}
	c.texts(sorted(all))
}

// hostsOwn says whether the host itself has addresses or its default route on
// the device or above it.
func (l *look) hostsOwn(d *hostinfo.Device) bool {
	return slices.ContainsFunc(append(l.aboveAll(d), d), func(x *hostinfo.Device) bool {
		return len(x.Addresses) > 0 || slices.Contains(l.View.Setup.DefaultRoutes, x.Name)
	})
}
