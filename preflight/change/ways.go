package change

import (
	"fmt"
	"slices"

	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

// wayKey are ways that changed alike, for one reason.
type wayKey struct {
	kind          string
	before, after preflight.Level
	rule, device  string
	because       string
}

// group are such ways.
type group struct {
	change *WayChange
	last   int  // the guest that was counted last
	hosts  bits // by new numbers
}

// compareWays compares the verdicts of all pairs that both runs could judge.
func (c *comparison) compareWays() {
	groups := map[wayKey]*group{}
	var order []*group
	for _, p := range c.pairs {
		if !c.homesSeen(p) {
			continue
		}
		a, b := c.before.levels(p.before, len(c.hosts)), c.after.levels(p.after, len(c.hosts))
		for _, h := range c.differ(p, &a, &b) {
			k, w := c.way(p, h, a.of(h), b.of(h))
			g := groups[k]
			if g == nil {
				g = &group{change: w, last: -1, hosts: newBits(len(c.hosts))}
				groups[k] = g
				order = append(order, g)
			}
			g.add(p.after, h, c.after.Document.Guests[p.after].Name)
			g.join(w)
		}
	}
	for _, g := range order {
		for h := range c.hosts {
			if g.hosts.has(h) {
				g.change.Hosts.add(c.hosts[h].name)
			}
		}
		c.doc.Ways = append(c.doc.Ways, *g.change)
	}
}

// join takes in what another of the ways follows from.
func (g *group) join(w *WayChange) {
	if g.change.Device != w.Device {
		g.change.Device = ""
	}
	if g.change.Host != w.Host {
		g.change.Host = ""
	}
	if w.Because == nil {
		return
	}
	for _, f := range w.Because.Facts {
		if !slices.Contains(g.change.Because.Facts, f) {
			g.change.Because.Facts = append(g.change.Because.Facts, f)
		}
	}
}

func (g *group) add(guest, host int, name string) {
	g.change.Ways++
	g.hosts.set(host)
	if g.last != guest {
		g.change.Guests.add(name)
		g.last = guest
	}
}

// homesSeen says whether the devices that a guest stood on were read both times.
func (c *comparison) homesSeen(p guest) bool {
	return c.before.Document.Hosts[c.before.Document.Guests[p.before].Host].Observed &&
		c.after.Document.Hosts[c.after.Document.Guests[p.after].Host].Observed
}

// differ are the hosts of which a guest may expect something else, of those
// that were observed both times and that it is and was not on.
func (c *comparison) differ(p guest, a, b *levels) []int {
	var out []int
	homes := [2]int{c.before.to[c.before.Document.Guests[p.before].Host], c.after.to[c.after.Document.Guests[p.after].Host]}
	for w := range a[preflight.Blocked] {
		var odd uint64
		for level := preflight.Warning; level <= preflight.Blocked; level++ {
			odd |= a[level][w] ^ b[level][w]
		}
		for i := 0; odd>>i != 0; i++ {
			h := w<<6 + i
			if odd&(1<<i) == 0 || !c.hosts[h].both || h == homes[0] || h == homes[1] || a.of(h) == b.of(h) ||
				c.only.Host != "" && c.only.Host != c.hosts[h].name {
				continue
			}
			out = append(out, h)
		}
	}
	return out
}

func kindOf(from, to preflight.Level) string {
	open := func(l preflight.Level) bool { return l <= preflight.Warning }
	switch {
	case open(from) && to == preflight.Blocked:
		return Lost
	case open(from) && to == preflight.Undecided:
		return Unclear
	case !open(from) && open(to):
		return Won
	case to > from:
		return Worse
	}
	return Better
}

// way is what to say of one pair that changed.
func (c *comparison) way(p guest, h int, from, to preflight.Level) (wayKey, *WayChange) {
	k := wayKey{kind: kindOf(from, to), before: from, after: to}
	w := &WayChange{Kind: k.kind, Before: from, After: to}
	f, home := c.finding(p, h, from, to)
	if f != nil {
		k.rule, k.device = f.Rule, f.Device
		w.Rule, w.Device, w.Reason, w.Mentions = f.Rule, f.Device, f.Finding.Reason, f.Finding.Mentions
		w.Host = c.side(from, to).Document.Hosts[f.Host].Name
	}
	b, leaving := c.because(p, h, home, f)
	if b != nil {
		k.because, w.Because = c.alike(b, leaving, linkKey{h, k.rule, k.device}), b
		if b.Facts != nil { // one cause may be behind many devices
			k.device = ""
		}
	}
	return k, w
}

// alike is the same for causes that are to be told together: one change of
// several devices is one.
func (c *comparison) alike(b *Because, leaving bool, k linkKey) string {
	if b.Facts == nil {
		return fmt.Sprint(*b)
	}
	if words, met := c.words[k]; met && !leaving {
		return words
	}
	var out []string
	for _, i := range b.Facts {
		f := &c.doc.Facts[i]
		out = append(out, join(f.What, f.Before, f.After))
	}
	slices.Sort(out)
	words := fmt.Sprint(leaving, slices.Compact(out))
	if !leaving {
		c.words[k] = words
	}
	return words
}

// side is the run whose finding tells of a change: the later one where it got
// worse.
func (c *comparison) side(from, to preflight.Level) *side {
	if to > from {
		return c.after
	}
	return c.before
}

// finding is what stands in the way now and did not before or, where it got
// better, what stood in the way; and the new number of the guest's home there.
func (c *comparison) finding(p guest, h int, from, to preflight.Level) (*fleet.FindingLine, int) {
	here, there := c.after, c.before
	mine, theirs, at, other := p.after, p.before, c.hosts[h].after, c.hosts[h].before
	if to < from {
		here, there, mine, theirs, at, other = there, here, theirs, mine, other, at
	}
	level := max(from, to)
	home := here.to[here.Document.Guests[mine].Host]
	all := c.findings(here, mine, at, level)
	if len(all) == 0 {
		return nil, home
	}
	was := c.findings(there, theirs, other, level)
	for _, f := range all {
		if !slices.ContainsFunc(was, func(o *fleet.FindingLine) bool { return o.Rule == f.Rule && o.Device == f.Device }) {
			return f, home
		}
	}
	return all[0], home
}

// findings are those of a level about a guest and a host: of the host, and then
// of the one that the guest would leave.
func (c *comparison) findings(s *side, guest, host int, level preflight.Level) []*fleet.FindingLine {
	var out []*fleet.FindingLine
	put := func(list []int, leaving bool) {
		for _, i := range list {
			f := &s.Document.Findings[i]
			of := c.ofSource(f)
			if f.Rule == preflight.FactsNotObserved {
				of = leaving // whatever it was needed for
			}
			if f.Level == level && of == leaving && !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	g := &s.Document.Guests[guest]
	if s.Document.Excepted(guest, host) {
		put(s.alone[[2]int{guest, host}], false)
		put(s.alone[[2]int{guest, g.Host}], true)
		return out
	}
	for _, n := range g.Needs {
		put(s.found[[2]int{n, host}], false)
	}
	for _, n := range g.Needs {
		put(s.found[[2]int{n, g.Host}], true)
	}
	return out
}

// ofSource says whether a finding is about the host that a guest would leave.
func (c *comparison) ofSource(f *fleet.FindingLine) bool {
	r := c.rules[f.Rule]
	if r == nil || len(r.Needs) == 0 || f.Finding.Subject.Host == "" {
		return false
	}
	return !slices.ContainsFunc(r.Needs, func(n preflight.Need) bool { return n.Side == preflight.Destination })
}

// because is what a change follows from: facts of the host, then what the guest
// itself did, facts of the host that it is on, a waiver, another migcheck. It also
// says whether it is the host that the guest would leave.
func (c *comparison) because(p guest, h, home int, f *fleet.FindingLine) (*Because, bool) {
	rule, device := "", ""
	if f != nil {
		rule, device = f.Rule, f.Device
		if device == "" {
			device = f.Finding.Subject.Device
		}
	}
	if list := c.on(h, rule, device); len(list) > 0 {
		return &Because{Facts: slices.Clone(list)}, false
	}
	if list := c.guestsOf[p.after]; len(list) > 0 {
		return &Because{Guests: list}, false
	}
	if list := c.on(home, rule, device); len(list) > 0 {
		return &Because{Facts: slices.Clone(list)}, true
	}
	var waivers []int
	for i := range c.doc.Waivers {
		if c.doc.Waivers[i].Waiver.Rule == rule {
			waivers = append(waivers, i)
		}
	}
	switch {
	case len(waivers) > 0:
		return &Because{Waivers: waivers}, false
	case c.doc.Before.Tool != c.doc.After.Tool && len(c.facts.byHost[h]) == 0 && len(c.facts.byHost[home]) == 0:
		return &Because{Tool: true}, false
	}
	return nil, false
}
