package fleet

import (
	"slices"
	"strings"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// person is what all NICs of a guest share: its state, and which of its
// definitions there are.
func person(c *code, g *hostinfo.Guest) {
	sent := g.Sent()
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
}

// need is what a NIC asks for, with its own keys taken out: its address, and the
// names of its device, network, port group and macvtap.
func (j *judge) need(c *code, g *hostinfo.Guest, i int) {
	sent := g.Sent()
	nic := &sent.NICs[i]
	j.nic(c, nic)
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
		j.nic(c, n)
		c.is(n.MAC == nic.MAC)
	}
}

// nic is what a NIC's element says. Left out are what names it, and what no
// rule's level depends on; see leftOut in the tests.
func (j *judge) nic(c *code, n *hostinfo.NIC) {
	c.is(n.Dev == "", n.Network == "", n.Portgroup == "", n.Bridge == "", n.MAC == "", n.CurrentMAC == "", n.CurrentMAC == n.MAC)
	c.is(n.VLANTrunk, n.Bandwidth, n.Inbound, n.Outbound)
	for _, s := range []string{
		n.Type, n.Mode, n.Model, n.TrustGuestRxFilters, n.DriverName, n.IOMMU, n.VirtualPort, n.Filter,
		n.LinkState, n.TeamingType,
	} {
		c.text(s)
	}
	c.num(n.MTU)
	c.num(n.Queues)
	c.nums(n.VLANTags)
	c.is(n.Target == "", libvirtsOwn(n.Target))
	j.names.text(c, n.Target)
}

// libvirtsOwn says whether a macvtap's name is one that libvirt chose and drops.
func libvirtsOwn(name string) bool {
	return strings.HasPrefix(name, "vnet") || strings.HasPrefix(name, "macvtap") || strings.HasPrefix(name, "macvlan")
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
	for _, n := range later {
		j.nic(c, n)
		j.names.text(c, n.Dev)
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
