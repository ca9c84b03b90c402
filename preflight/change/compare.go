package change

import (
	"migcheck/hostinfo"
	"migcheck/preflight"
)

// comparison is the state of comparing two runs. Hosts are numbered anew: those
// of the later run as they are there, then those that only the earlier had.
type comparison struct {
	doc           *Document
	rules         map[string]*preflight.Rule
	before, after *side
	hosts         []host
	pairs         []guest // guests that both runs have
	facts         *facts
	guests        map[guestKey]int // place in doc.Guests
	guestsOf      map[int][]int    // by guest of the later run: places in doc.Guests
	links         map[linkKey][]int
	words         map[linkKey]string // of causes, see alike
	only          Only
}

// Only narrows a comparison down; empty is everything.
type Only struct {
	Guest string // a name or UUID
	Host  string
}

// host is one host in both runs.
type host struct {
	name   string
	before int // place in the earlier run; -1: not there
	after  int
	both   bool // it was observed both times
}

// guest is one guest in both runs.
type guest struct{ before, after int }

// Compare says what became different between two runs. The rules are those
// that judged; they are asked which facts they look at.
func Compare(before, after *Run, rules []*preflight.Rule, only Only) *Document {
	c := &comparison{
		rules: map[string]*preflight.Rule{}, guests: map[guestKey]int{}, guestsOf: map[int][]int{}, links: map[linkKey][]int{}, words: map[linkKey]string{}, only: only,
	}
	for _, r := range rules {
		c.rules[r.ID] = r
	}
	c.doc = &Document{
		Schema: Schema, Before: end(before), After: end(after),
		Example: before.Document.Example || after.Document.Example,
		Facts:   []FactChange{}, Guests: []GuestChange{}, Ways: []WayChange{}, Standings: []StandingChange{},
	}
	c.before, c.after = newSide(before), newSide(after)
	c.number()
	c.compareHosts()
	c.compareGuests()
	c.compareWaivers()
	c.compareWays()
	c.compareStandings()
	c.arrange()
	return c.doc
}

func end(r *Run) End { return End{Ref: r.Ref(), Tool: r.Document.Tool, Counts: Count(r.Document)} }

// number gives the hosts of both runs their numbers.
func (c *comparison) number() {
	for i := range c.after.Document.Hosts {
		h := host{name: c.after.Document.Hosts[i].Name, before: -1, after: i}
		if at, met := c.before.hosts[h.name]; met {
			h.before = at
		}
		h.both = h.before >= 0 && c.after.Document.Hosts[i].Observed && c.before.Document.Hosts[h.before].Observed
		c.hosts = append(c.hosts, h)
	}
	for i := range c.before.Document.Hosts {
		name := c.before.Document.Hosts[i].Name
		if _, met := c.after.hosts[name]; !met {
			c.hosts = append(c.hosts, host{name: name, before: i, after: -1})
		}
	}
	c.before.renumber(c.hosts, func(h *host) int { return h.before })
	c.after.renumber(c.hosts, func(h *host) int { return h.after })
}

// compareHosts compares what was read of hosts.
func (c *comparison) compareHosts() {
	c.facts = newFacts(c.doc, len(c.hosts))
	for i := range c.hosts {
		h := &c.hosts[i]
		wanted := c.only == (Only{}) || c.only.Host == h.name
		if h.both {
			c.compareHost(i, wanted)
		} else if wanted {
			c.presence(h)
		}
	}
}

// presence is what to say of a host that was not observed both times.
func (c *comparison) presence(h *host) {
	switch {
	case h.before < 0:
		c.doc.Came.add(h.name)
	case h.after < 0:
		c.doc.Gone.add(h.name)
	case c.after.Document.Hosts[h.after].Observed:
		c.doc.Observed.add(h.name)
	case c.before.Document.Hosts[h.before].Observed:
		c.unseen("", c.after.Document.Hosts[h.after].Reason, h.name)
	}
}

func (c *comparison) compareHost(i int, wanted bool) {
	h := &c.hosts[i]
	a, b := c.before.Hosts[h.before], c.after.Hosts[h.after]
	if a == b {
		return
	}
	if wanted {
		for _, g := range hostinfo.NoLongerRead(a, b) {
			c.unseen(g.Fact, g.Reason, h.name)
		}
	}
	for _, ch := range hostinfo.Compare(a, b) {
		c.facts.add(i, h.name, ch, wanted)
	}
}

// unseen notes that something could not be read, hosts of one reason together.
func (c *comparison) unseen(fact hostinfo.Fact, reason, name string) {
	for i := range c.doc.NotObserved {
		if u := &c.doc.NotObserved[i]; u.Fact == fact && u.Reason == reason {
			u.Hosts.add(name)
			return
		}
	}
	if len(c.doc.NotObserved) >= maxEntries {
		c.doc.LeftOut.NotObserved++
		return
	}
	u := Unseen{Fact: fact, Reason: reason}
	u.Hosts.add(name)
	c.doc.NotObserved = append(c.doc.NotObserved, u)
}
