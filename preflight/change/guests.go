package change

import (
	"slices"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

type guestKey struct{ kind, before, after, what string }

// compareGuests finds each guest in both runs, and what became different.
func (c *comparison) compareGuests() {
	pairs, came, gone := c.match()
	for _, g := range came {
		if home := c.hosts[c.after.to[c.after.Document.Guests[g].Host]]; c.readGuests(c.before, home.before) {
			c.guest(g, guestKey{GuestCame, "", home.name, ""}, c.after.Document.Guests[g].Name)
		}
	}
	for _, g := range gone {
		if home := c.hosts[c.before.to[c.before.Document.Guests[g].Host]]; c.readGuests(c.after, home.after) {
			c.guest(-1, guestKey{GuestGone, home.name, "", ""}, c.before.Document.Guests[g].Name)
		}
	}
	for _, p := range pairs {
		c.compareGuest(p)
	}
	c.pairs = pairs
}

// readGuests says whether a run had the guests of a host.
func (c *comparison) readGuests(s *side, host int) bool {
	return host >= 0 && s.Hosts[host].Missing(hostinfo.FactDomains, "") == nil && s.Document.Hosts[host].Observed
}

// guest notes a change of a guest, with those that have the same.
func (c *comparison) guest(g int, k guestKey, name string) {
	i, met := c.guests[k]
	if !met {
		i = len(c.doc.Guests)
		c.guests[k] = i
		c.doc.Guests = append(c.doc.Guests, GuestChange{Kind: k.kind, Before: k.before, After: k.after, What: k.what})
	}
	c.doc.Guests[i].Guests.add(name)
	if g >= 0 && k.kind != GuestCame {
		c.guestsOf[g] = append(c.guestsOf[g], i)
	}
}

func (c *comparison) compareGuest(p guest) {
	a, b := &c.before.Document.Guests[p.before], &c.after.Document.Guests[p.after]
	from, to := c.before.to[a.Host], c.after.to[b.Host]
	if from != to {
		c.guest(p.after, guestKey{GuestMoved, c.hosts[from].name, c.hosts[to].name, ""}, b.Name)
	}
	if a.State != b.State && a.State != "" && b.State != "" {
		c.guest(p.after, guestKey{GuestState, string(a.State), string(b.State), ""}, b.Name)
	}
	x, y := c.before.Guests[p.before], c.after.Guests[p.after]
	if x == y {
		return
	}
	for _, ch := range hostinfo.CompareNICs(x, y) {
		c.guest(p.after, guestKey{GuestChanged, ch.Before, ch.After, ch.What}, b.Name)
	}
}

// match finds the guests of one run in the other: by UUID, on the same host
// first, since a guest may be defined on several.
func (c *comparison) match() (pairs []guest, came, gone []int) {
	at := map[string][]int{}
	for i := range c.before.Document.Guests {
		if k := c.identity(c.before, i); c.wanted(c.before, i) {
			at[k] = append(at[k], i)
		}
	}
	var rest []int
	take := func(g, n int, k string) {
		pairs = append(pairs, guest{at[k][n], g})
		at[k] = slices.Delete(at[k], n, n+1)
	}
	for g := range c.after.Document.Guests {
		if !c.wanted(c.after, g) {
			continue
		}
		k, home := c.identity(c.after, g), c.after.to[c.after.Document.Guests[g].Host]
		n := slices.IndexFunc(at[k], func(b int) bool { return c.before.to[c.before.Document.Guests[b].Host] == home })
		if n < 0 {
			rest = append(rest, g)
			continue
		}
		take(g, n, k)
	}
	for _, g := range rest {
		if k := c.identity(c.after, g); len(at[k]) > 0 {
			take(g, 0, k)
		} else {
			came = append(came, g)
		}
	}
	for i := range c.before.Document.Guests {
		if slices.Contains(at[c.identity(c.before, i)], i) {
			gone = append(gone, i)
		}
	}
	return pairs, came, gone
}

func (c *comparison) identity(s *side, g int) string {
	line := &s.Document.Guests[g]
	if line.UUID == "" {
		return "name " + line.Name
	}
	return line.UUID
}

// wanted says whether a guest is one that was asked for.
func (c *comparison) wanted(s *side, g int) bool {
	line := &s.Document.Guests[g]
	return c.only.Guest == "" || c.only.Guest == line.Name || c.only.Guest == line.UUID
}

// lives says whether a guest lives on the host that was asked for, if one was.
func (c *comparison) lives(g int) bool {
	return c.only.Host == "" || c.hosts[c.after.to[c.after.Document.Guests[g].Host]].name == c.only.Host
}

// compareStandings compares where guests can go at all.
func (c *comparison) compareStandings() {
	note := func(was, is Standing, name string) {
		i := slices.IndexFunc(c.doc.Standings, func(s StandingChange) bool { return s.Before == was && s.After == is })
		if i < 0 {
			i = len(c.doc.Standings)
			c.doc.Standings = append(c.doc.Standings, StandingChange{Before: was, After: is})
		}
		c.doc.Standings[i].Guests.add(name)
	}
	met := map[int]bool{}
	for _, p := range c.pairs {
		a, b := &c.before.Document.Guests[p.before], &c.after.Document.Guests[p.after]
		met[p.after] = true
		was, is := standing(a.Ways), standing(b.Ways)
		if !c.lives(p.after) {
			continue
		}
		if was == Free && is == Stuck || was == Stuck && is == Free {
			note(was, is, b.Name)
		}
	}
	for g := range c.after.Document.Guests {
		b := &c.after.Document.Guests[g]
		home := c.hosts[c.after.to[b.Host]]
		if !met[g] && c.lives(g) && c.wanted(c.after, g) && c.readGuests(c.before, home.before) && standing(b.Ways) == Stuck {
			note(NotThere, Stuck, b.Name)
		}
	}
}

// compareWaivers compares what was lived with.
func (c *comparison) compareWaivers() {
	counts := func(s *side) []preflight.Waiver {
		return slices.DeleteFunc(slices.Clone(s.Document.Waivers), func(w preflight.Waiver) bool { return w.Expired(s.Document.Created) })
	}
	a, b := counts(c.before), counts(c.after)
	for _, w := range b {
		if !slices.ContainsFunc(a, func(o preflight.Waiver) bool { return same(&o, &w) }) {
			c.doc.Waivers = append(c.doc.Waivers, WaiverChange{"given", w})
		}
	}
	for _, w := range a {
		switch {
		case slices.ContainsFunc(b, func(o preflight.Waiver) bool { return same(&o, &w) }):
		case w.Expired(c.after.Document.Created):
			c.doc.Waivers = append(c.doc.Waivers, WaiverChange{"ended", w})
		default:
			c.doc.Waivers = append(c.doc.Waivers, WaiverChange{"taken back", w})
		}
	}
}

// same says whether two waivers are about the same; reasons and dates aside.
func same(a, b *preflight.Waiver) bool {
	return a.Rule == b.Rule && a.Host == b.Host && a.Guest == b.Guest && a.Device == b.Device
}
