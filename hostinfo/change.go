package hostinfo

import "slices"

// Change is one fact of a host that is another than it was. A fact that was not
// read on one of the two occasions has no Change: unknown is no fact.
type Change struct {
	Fact    Fact   `json:"fact"`
	Device  string `json:"device,omitempty"`  // empty: it is not about one device
	Network string `json:"network,omitempty"` // of libvirt; empty: it is not about one
	// What is the fact in a word or two: "mtu", "vlan", "carrier"; "device" and
	// "network" where the thing itself came or went, "boot" for another boot id.
	What string `json:"what"`
	// Before and After are the values in words, empty for none: it came, or it is
	// gone. Both are empty for "boot", whose values say nothing.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// maxWords bounds a value, in bytes: lists may be of any length.
const maxWords = 200

// Compare says what changed on a host between two looks at it. Devices that
// guests and containers bring along and take away are left out, and so are
// counters. It is nil if either look saw no devices.
func Compare(before, after *Host) []Change {
	if before.Missing(FactDevices, "") != nil || after.Missing(FactDevices, "") != nil {
		return nil
	}
	c := &comparison{before: before, after: after}
	c.host()
	c.devices()
	c.networks()
	return c.out
}

type comparison struct {
	before, after *Host
	out           []Change
}

// note adds a change if a value is another one and was read both times. Where
// empty is no value but unknown, none is false.
func (c *comparison) note(ch Change, none bool) {
	if ch.Before == ch.After || !none && (ch.Before == "" || ch.After == "") {
		return
	}
	if ch.Fact != "" && (c.before.Missing(ch.Fact, ch.Device) != nil || c.after.Missing(ch.Fact, ch.Device) != nil) {
		return
	}
	ch.Before, ch.After = short(ch.Before), short(ch.After)
	c.out = append(c.out, ch)
}

func short(s string) string {
	if len(s) <= maxWords {
		return s
	}
	return s[:maxWords] + "..."
}

func (c *comparison) host() {
	for _, t := range hostTraits {
		c.note(Change{Fact: t.fact, What: t.what, Before: t.of(c.before), After: t.of(c.after)}, t.none)
	}
	if a, b := c.before.BootID, c.after.BootID; a != b && a != "" && b != "" {
		c.out = append(c.out, Change{What: "boot"})
	}
}

// devices compares those of one name.
func (c *comparison) devices() {
	a, b := IndexLinks(c.before), IndexLinks(c.after)
	for i := range c.before.Devices {
		d := &c.before.Devices[i]
		if fleeting(d) {
			continue
		}
		now := b.named(d.Name)
		if now == nil {
			if !likeAVeth(d) {
				c.note(Change{Fact: FactDevices, Device: d.Name, What: "device", Before: a.inWords(d)}, true)
			}
			continue
		}
		for _, t := range deviceTraits {
			c.note(Change{Fact: t.fact, Device: d.Name, What: t.what, Before: t.of(a, d), After: t.of(b, now)}, t.none)
		}
	}
	for i := range c.after.Devices {
		if d := &c.after.Devices[i]; !fleeting(d) && !likeAVeth(d) && a.named(d.Name) == nil {
			c.note(Change{Fact: FactDevices, Device: d.Name, What: "device", After: b.inWords(d)}, true)
		}
	}
}

// named is the device of that name, altnames aside.
func (l *Links) named(name string) *Device {
	if d := l.byName[name]; d != nil && d.Name == name {
		return d
	}
	return nil
}

// fleeting says whether a device comes and goes with a guest, or says nothing.
func fleeting(d *Device) bool {
	return d.Kind == KindMacvtap || d.Kind == KindTun || d.Kind == "ipvtap" || d.LinkType == "loopback"
}

// likeAVeth says whether a device is named as those are that containers bring
// along.
func likeAVeth(d *Device) bool {
	if d.Kind != KindVeth {
		return false
	}
	for _, p := range []string{"veth", "cali", "lxc"} {
		if len(d.Name) > len(p) && d.Name[:len(p)] == p {
			return true
		}
	}
	return false
}

func (c *comparison) networks() {
	for i := range c.before.Networks {
		n := &c.before.Networks[i]
		now := c.after.Network(n.Name)
		if now == nil {
			c.note(Change{Fact: FactNetworks, Network: n.Name, What: "network", Before: networkWords(n)}, true)
			continue
		}
		for _, t := range networkTraits {
			c.note(Change{Fact: FactNetworks, Network: n.Name, What: t.what, Before: t.of(n), After: t.of(now)}, t.none)
		}
	}
	for i := range c.after.Networks {
		if n := &c.after.Networks[i]; c.before.Network(n.Name) == nil {
			c.note(Change{Fact: FactNetworks, Network: n.Name, What: "network", After: networkWords(n)}, true)
		}
	}
}

// NoLongerRead are the gaps of a host that an earlier look at it did not have,
// one for each fact. Nil if no devices were read now: then that gap says it all.
func NoLongerRead(before, after *Host) []Gap {
	if after.Missing(FactDevices, "") != nil {
		return nil
	}
	var out []Gap
	for _, g := range after.Gaps {
		if before.Missing(g.Fact, g.Device) != nil || before.Missing(FactDevices, "") != nil ||
			slices.ContainsFunc(out, func(o Gap) bool { return o.Fact == g.Fact }) {
			continue
		}
		out = append(out, g)
	}
	return out
}
