package fleet

import (
	"slices"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// personOf is the class of what all NICs of a guest share: its state, and which
// of its definitions there are.
func (j *judge) personOf(g *hostinfo.Guest) uint32 {
	sent, c := g.Sent(), j.buf[:0]
	c.text(string(g.State))
	c.tri(g.Persistent)
	c.is(g.Live != nil, g.Migratable != nil, g.Inactive != nil, sent != nil && sent == g.Live, sent != nil && sent == g.Inactive)
	var gaps []string
	for _, gap := range g.Gaps {
		gaps = append(gaps, string(gap.Fact))
	}
	c.texts(sorted(gaps))
	if sent != nil {
		c.text(sent.Type)
		c.text(sent.Arch)
		c.text(sent.Machine)
		c.text(sent.LaunchSecurity)
	}
	j.buf = c[:0]
	return j.persons.of(c)
}

// need is what a NIC asks for, with its own keys taken out: its address, and the
// names of its device, network, port group and macvtap.
func (j *judge) need(c *code, g *hostinfo.Guest, i int) {
	sent := g.Sent()
	nic := &sent.NICs[i]
	c.ref(j.element(nic))
	nth := 0 // of the NICs that take a device of one pool
	if nic.NetworkBacked() {
		nth = preflight.NICsBefore(g, nic)
	}
	c.num(nth)
	j.beside(c, nic, sent, g.Live, i)
	j.beside(c, nic, sent, g.Migratable, i)
}

// beside compares a NIC with the one at its place in another definition.
func (j *judge) beside(c *code, nic *hostinfo.NIC, sent, other *hostinfo.Definition, i int) {
	if other == nil || other == sent {
		return
	}
	c.is(i < len(other.NICs), len(other.NICs) == len(sent.NICs))
	if i < len(other.NICs) {
		n := &other.NICs[i]
		c.ref(j.element(n))
		c.is(n.MAC == nic.MAC)
	}
}

// whole is what is asked about the guest and not about one NIC: of its
// persistent definition, about the NICs that will stand elsewhere.
func (j *judge) whole(c *code, g *hostinfo.Guest, later []*hostinfo.NIC) {
	c.text(g.Job)
	c.is(g.Name == "", g.UUID == "")
	for _, d := range []*hostinfo.Definition{g.Sent(), g.Live, g.Migratable} {
		n := -1
		if d != nil {
			n = len(d.NICs)
		}
		c.num(n)
	}
	kinds(c, g)
	for _, n := range later {
		c.ref(j.element(n))
		j.names.text(c, n.Dev)
	}
}

// kinds are what a guest's NICs and devices need of hosts as such: what could not
// be read there is said of the guest as a whole.
func kinds(c *code, g *hostinfo.Guest) {
	var all []string
	for _, d := range []*hostinfo.Definition{g.Sent(), g.Live} {
		if d == nil {
			continue
		}
		for i := range d.NICs {
			n := &d.NICs[i]
			all = append(all, n.Type+" "+n.TeamingType)
			if n.TargetManaged == "no" && n.Target != "" {
				all = append(all, "another's tap")
			}
			if n.Filter != "" {
				all = append(all, "filtered "+n.Type)
			}
			if n.NetworkBacked() {
				all = append(all, "of a network")
			}
		}
	}
	c.texts(sorted(all))
	if d := g.Sent(); d != nil {
		c.num(len(d.PCIDevices))
		for i := range d.PCIDevices {
			c.text(d.PCIDevices[i].TeamingType)
		}
	}
}

// later are the NICs of the persistent definition that stand on another device
// or network than those that are sent.
func later(g *hostinfo.Guest) []*hostinfo.NIC {
	sent := g.Sent()
	if g.Inactive == nil || sent == nil || sent == g.Inactive {
		return nil
	}
	var out []*hostinfo.NIC
	for i := range g.Inactive.NICs {
		n := &g.Inactive.NICs[i]
		same := func(s hostinfo.NIC) bool { return sameStand(&s, n) }
		if i < len(sent.NICs) && sameStand(&sent.NICs[i], n) || slices.ContainsFunc(sent.NICs, same) {
			continue
		}
		out = append(out, n)
	}
	return out
}

func sameStand(sent, later *hostinfo.NIC) bool {
	return sent.Network == later.Network && (sent.NetworkBacked() || sent.Dev == later.Dev && sent.OnBridge() == later.OnBridge() && (!sent.OnBridge() || sent.Bridge == later.Bridge))
}
