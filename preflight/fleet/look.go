package fleet

import (
	"slices"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// look is what classes are told by on one host.
type look struct {
	*preflight.View
	j          *judge
	host       int
	deviceGaps map[string][]string // the facts that could not be read of one device; nil if none
	// lost is set for a host whose devices can't be told apart by index or name.
	// Nothing on it is of one class with anything elsewhere.
	lost      bool
	common    uint32 // what holds for all its NICs
	self      uint32 // see identity
	mentioned uint32 // its name, if waivers mention it; 0 otherwise
	wants     int    // how many of all wants it was surveyed for
}

// hand is what was looked up on the host at hand. It serves one host after the
// other.
type hand struct {
	nodes map[*hostinfo.Device]node
	ends  map[endKey]*end
	stood []stood // by stand
	// What is written into again and again.
	code code
	kids []kid
}

func (h *hand) clear() {
	clear(h.nodes)
	clear(h.ends)
}

func (j *judge) look(host int, v *preflight.View) *look {
	j.hand.clear()
	l := &look{View: v, j: j, host: host, mentioned: j.names.hosts[v.Name], lost: v.Links.Twice()}
	last := 0
	for i := range v.Devices {
		n := v.Devices[i].Index
		l.lost = l.lost || n <= last
		last = n
	}
	var hostwide []string
	for _, g := range v.Gaps {
		if g.Device == "" {
			hostwide = append(hostwide, string(g.Fact))
			continue
		}
		if l.deviceGaps == nil {
			l.deviceGaps = map[string][]string{}
		}
		l.deviceGaps[g.Device] = sorted(append(l.deviceGaps[g.Device], string(g.Fact)))
	}
	l.common = l.setup(sorted(hostwide))
	return l
}

func sorted(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// setup is what a host is like apart from its devices.
func (l *look) setup(gaps []string) uint32 {
	v, s := l.View, &l.View.Setup
	c := make(code, 0, 160)
	c.texts(gaps)
	c.text(v.Arch)
	c.text(v.Via)
	c.tri(v.MacvtapModule, v.VhostNet, s.Shaping, s.LLDPAD, s.DaemonElsewhere)
	c.texts(s.ShapingLacks)
	c.text(s.DevFS)
	c.is(slices.ContainsFunc(s.StaleTaps, func(n int) bool { return n > l.Links.Highest() }))
	c.num(l.tapsElsewhere())
	c.is(v.Libvirt != nil)
	if v.Libvirt != nil {
		c.text(v.Libvirt.Version)
		c.text(v.Libvirt.Hypervisor)
		c.is(v.Libvirt.ReadOnly)
	}
	c.is(v.UUID == "", v.BootID == "")
	return l.j.setups.of(c)
}

// tapsElsewhere says how near the next ifindex of this namespace is to that of a
// macvtap in another one: 0 none above it, 1 near, 2 far.
func (l *look) tapsElsewhere() int {
	nearest, highest := 0, l.Links.Highest()
	for i := range l.Namespaces {
		for j := range l.Namespaces[i].Devices {
			d := &l.Namespaces[i].Devices[j]
			if (d.Kind == hostinfo.KindMacvtap || d.Kind == "ipvtap") && d.Index > highest && (nearest == 0 || d.Index < nearest) {
				nearest = d.Index
			}
		}
	}
	switch {
	case nearest == 0:
		return 0
	case nearest <= highest+1000:
		return 1
	}
	return 2
}
