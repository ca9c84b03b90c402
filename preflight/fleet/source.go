package fleet

import (
	"slices"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// stand is what tells where NICs of one host stand.
type stand struct {
	network, group string
	dev            string
	chosen         bool // dev is what a network chose
	bridged        bool // dev is a bridge
	nth            int  // as in want
	moved          bool // dev is what the guest's macvtap stands on instead; empty if that is not known
}

// stood is a stand on the host at hand.
type stood struct {
	host int // whose it is, counted from 1
	place
	end    *end // of the device
	bridge bool // which is one that the guest's tap is a port of
}

// standing is the number of a stand.
func (j *judge) standing(s stand) int {
	id, met := j.standIDs[s]
	if !met {
		id = len(j.stands)
		j.standIDs[s] = id
		j.stands, j.hand.stood = append(j.stands, s), append(j.hand.stood, stood{})
	}
	return id
}

// sayer is the NIC that names a guest's macvtap's device and address: the live
// one where a network chose the device.
func sayer(g *hostinfo.Guest, i int) (said *hostinfo.NIC, chosen bool) {
	nic := &g.Sent().NICs[i]
	if g.Live != nil && i < len(g.Live.NICs) && nic.NetworkBacked() && g.Live.NICs[i].Dev != "" {
		return &g.Live.NICs[i], true
	}
	return nic, false
}

// standOf is where a guest's NIC is.
func standOf(g *hostinfo.Guest, i int) stand {
	nic := &g.Sent().NICs[i]
	if live := onBridgeNow(g, i); live != nil {
		return stand{network: nic.Network, group: nic.Portgroup, dev: live.Bridge, chosen: true, bridged: true}
	}
	switch said, chosen := sayer(g, i); {
	case chosen:
		return stand{network: said.Network, group: said.Portgroup, dev: said.Dev, chosen: true}
	case nic.NetworkBacked():
		return stand{network: nic.Network, group: nic.Portgroup, nth: preflight.NICsBefore(g, nic)}
	case nic.OnBridge():
		return stand{dev: nic.Bridge, bridged: true}
	case nic.Direct():
		return stand{dev: nic.Dev}
	}
	return stand{}
}

// onBridgeNow is the live NIC, where a network has put it on a bridge; nil
// otherwise.
func onBridgeNow(g *hostinfo.Guest, i int) *hostinfo.NIC {
	if g.Live == nil || i >= len(g.Live.NICs) || !g.Sent().NICs[i].NetworkBacked() {
		return nil
	}
	if n := &g.Live.NICs[i]; n.Type == "bridge" && n.Bridge != "" {
		return n
	}
	return nil
}

// stand looks a stand up on the host, once.
func (l *look) stand(id int) *stood {
	s := &l.j.hand.stood[id]
	if s.host != l.host+1 {
		*s = l.standsOn(&l.j.stands[id])
	}
	return s
}

func (l *look) standsOn(s *stand) stood {
	c := l.j.scratch[:0]
	c.ref(l.common)
	c.is(s.chosen, s.network != "", s.moved)
	var tags []int
	dev, bridged := s.dev, s.bridged
	if s.chosen || s.network != "" {
		tags, _ = l.network(&c, &want{name: s.network, group: s.group, nth: s.nth})
		if !s.chosen && !s.moved {
			dev, bridged = l.firstOf(s)
		}
	}
	var e *end
	if c.is(bridged); bridged {
		e = l.bridge(&c, dev)
	} else {
		e = l.end(dev, false)
		c.ref(e.id)
	}
	l.j.scratch = c
	bound := e.bound
	if len(tags) > 0 {
		bound = l.j.bounds.of(slices.Concat(e.tags, tags), []string{dev})
	}
	return stood{l.host + 1, place{l.j.places.of(c), bound, 0}, e, bridged}
}

// firstOf is the device that stands for a pool on the source, where it is not
// known which one was chosen, and whether it is a bridge.
func (l *look) firstOf(s *stand) (dev string, bridged bool) {
	n := l.View.Network(s.network)
	if n != nil && n.Forward == "bridge" && n.Bridge != "" {
		return n.Bridge, true
	}
	if n == nil || n.DirectMode() == "" || len(n.Devices) == 0 {
		return "", false
	}
	choice := preflight.Candidates(n)
	return choice[preflight.FirstChoice(choice, s.nth)].Dev, false
}

// taken is what else there is of a guest's NIC where it stands: its own macvtap,
// and what goes by that one's name. What else stands on the device there decides
// nothing.
func (l *look) taken(c *code, e *end, g *hostinfo.Guest, i int) {
	nic := &g.Sent().NICs[i]
	if e.device != nil {
		_, f := l.functionOf(e.device)
		c.is(e.device.MAC == nic.MAC, f != nil && f.MAC == nic.MAC)
	}
	said, _ := sayer(g, i)
	own := ownMacvtap(e, g, said)
	l.macvtap(c, own)
	if g.Live != nil && i < len(g.Live.NICs) {
		l.named(c, &g.Live.NICs[i], e, own)
	}
}

// ownMacvtap is the guest's macvtap among what stands on its device, by its
// address.
func ownMacvtap(e *end, g *hostinfo.Guest, nic *hostinfo.NIC) *hostinfo.Device {
	if e.device == nil || !g.State.Active() {
		return nil
	}
	for _, c := range e.above {
		if c.Kind == hostinfo.KindMacvtap && (c.MAC == nic.MAC || c.MAC == nic.EffectiveMAC()) {
			return c
		}
	}
	return nil
}

// standing is where a NIC stands in truth: s, unless its macvtap is seen elsewhere.
func (l *look) standing(s *stood, id int, g *hostinfo.Guest, i int) *stood {
	said, _ := sayer(g, i)
	nic, target := &g.Sent().NICs[i], preflight.TargetOf(g, i)
	onMacvtap := !s.bridge && (said.Dev != "" || nic.NetworkBacked()) && (nic.NetworkBacked() || nic.Direct())
	if !onMacvtap || !g.State.Active() {
		return s
	}
	if own := ownMacvtap(s.end, g, said); own != nil && own.Name == target {
		return s
	}
	is := preflight.StandingOf(l.View, s.end.device, said, target)
	if is.On == s.end.device && is.Why == "" {
		return s
	}
	moved := l.j.stands[id]
	moved.dev, moved.moved = "", true
	if is.On != nil {
		moved.dev = is.On.Name
	}
	return l.stand(l.j.standing(moved))
}

// onto says whether d stands on real. Where indexes tell devices apart it needs
// no looking up.
func (l *look) onto(d, real *hostinfo.Device) bool {
	if l.lost {
		return l.Links.Parent(d) == real
	}
	return d.Parent == real.Index && !d.ParentElsewhere
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

// named is what goes by the name that libvirt gave to the guest's macvtap: most
// often that.
func (l *look) named(c *code, live *hostinfo.NIC, e *end, own *hostinfo.Device) {
	l.j.names.text(c, live.Target)
	d := own
	if d == nil || d.Name != live.Target || l.lost {
		d = l.Links.ByName(live.Target)
	}
	c.is(live.Target == "", d == nil)
	if d == nil {
		return
	}
	c.text(d.Kind)
	c.tri(d.Up)
	stands := e.real != nil && l.onto(d, e.real)
	says := l.Links.ByName(live.Dev)
	c.is(!stands && l.Links.Parent(d) == nil, stands, says != nil && l.onto(d, l.Links.Real(says)))
	l.j.names.device(c, d)
}
