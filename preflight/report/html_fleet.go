package report

import (
	"cmp"
	"html/template"
	"slices"
	"strings"

	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

// How much of a fleet is in the page without its script. What is cut off is
// said there.
const (
	maxFixes     = 10
	maxProblems  = 40
	maxGuests    = 200
	maxHosts     = 100
	maxColumns   = 48
	maxRows      = 60
	maxNamed     = 8  // hosts or devices of one problem, by name
	maxCommands  = 40 // lines of one fix
	maxUnreached = 200
)

// fleetPage is a fleet's document as its page shows it.
type fleetPage struct {
	frame
	Data template.JS
	D    *fleet.Document
	// Banner is empty where the facts are some host's.
	Banner           string
	Waivers, Assumed []string
	// Free, Undecided and Stuck are guests: with a way that is sure, with none but
	// some that could not be decided, with none at all.
	Free, Undecided, Stuck int
	Empty                  int // observed hosts all of whose guests are free

	needs    []*pageNeed
	labels   [][]*pageNeed
	wants    [][]int // by guest
	alike    []int   // by host
	classes  int
	problems []*defect
	homes    []map[standing]int // by host: its guests
}

func newFleetPage(d *fleet.Document) *fleetPage {
	p := &fleetPage{D: d, homes: make([]map[standing]int, len(d.Hosts))}
	if d.Example {
		p.Banner = exampleBanner
	}
	for i := range d.Waivers {
		if w := &d.Waivers[i]; !w.Expired(d.Created) {
			p.Waivers = append(p.Waivers, strings.TrimPrefix(waiverWords(w), "waived: "))
		}
	}
	for _, a := range d.Options.Assumed {
		p.Assumed = append(p.Assumed, assumedLine(a))
	}
	needs, to := pageNeeds(d)
	p.needs, p.wants = needs, wanted(d, needs, to)
	p.labels = labelled(needs)
	p.classes, p.alike = alike(d, needs)
	p.problems = problems(d, to)
	p.count()
	return p
}

func (p *fleetPage) count() {
	for i := range p.D.Guests {
		h := &p.homes[p.D.Guests[i].Host]
		if *h == nil {
			*h = map[standing]int{}
		}
		(*h)[standingOf(p.D.Guests[i].Ways)]++
	}
	for i, h := range p.homes {
		p.Free, p.Undecided, p.Stuck = p.Free+h[free], p.Undecided+h[undecided], p.Stuck+h[stuck]
		if p.D.Hosts[i].Observed && h[undecided]+h[stuck] == 0 {
			p.Empty++
		}
	}
}

// hostLine is a host in the page's lists.
type hostLine struct {
	*fleet.HostLine
	Stuck, Undecided int // of its guests
	Problems         []hostProblem
	More             int // problems that are not listed
}

// hostProblem is a problem that a host has.
type hostProblem struct {
	*defect
	Number, Devices int
}

// Unobserved are the hosts of which nothing is known, and why.
func (p *fleetPage) Unobserved() cut[hostLine] {
	var out []hostLine
	for i := range p.D.Hosts {
		if h := &p.D.Hosts[i]; !h.Observed {
			out = append(out, hostLine{HostLine: h})
		}
	}
	return first(out, maxUnreached)
}

// Observed is how many hosts could be read.
func (p *fleetPage) Observed() int {
	n := 0
	for i := range p.D.Hosts {
		if p.D.Hosts[i].Observed {
			n++
		}
	}
	return n
}

// HostLines are the hosts that have most to be said about: by the guests that
// could not come, then by those that can't leave.
func (p *fleetPage) HostLines() cut[hostLine] {
	lines := make([]hostLine, len(p.D.Hosts))
	for i := range lines {
		lines[i] = hostLine{HostLine: &p.D.Hosts[i], Stuck: p.homes[i][stuck], Undecided: p.homes[i][undecided]}
	}
	for n, f := range p.problems {
		devices := map[int]int{}
		for i := range f.Places {
			devices[f.Places[i].Host]++
		}
		for h, k := range devices {
			if l := &lines[h]; len(l.Problems) < 3 {
				l.Problems = append(l.Problems, hostProblem{f, n, k})
			} else {
				l.More++
			}
		}
	}
	slices.SortStableFunc(lines, func(a, b hostLine) int {
		return cmp.Or(cmp.Compare(b.Ways.Refuses, a.Ways.Refuses), cmp.Compare(b.Ways.Doubts, a.Ways.Doubts),
			cmp.Compare(b.Stuck+b.Undecided, a.Stuck+a.Undecided))
	})
	return first(lines, maxHosts)
}

// guestLine is a guest that has no way that is sure.
type guestLine struct {
	*fleet.GuestLine
	Home  string
	Level preflight.Level
	Needs []string
}

// Held are the guests that can't leave, those first that are stuck for sure.
func (p *fleetPage) Held() cut[guestLine] {
	var out []guestLine
	for i := range p.D.Guests {
		g := &p.D.Guests[i]
		o := standingOf(g.Ways)
		if o == free {
			continue
		}
		line := guestLine{GuestLine: g, Home: p.D.Hosts[g.Host].Name, Level: preflight.Undecided}
		if o == stuck {
			line.Level = preflight.Blocked
		}
		for _, n := range p.wants[i] {
			line.Needs = append(line.Needs, p.needs[n].Label)
		}
		out = append(out, line)
	}
	slices.SortStableFunc(out, func(a, b guestLine) int { return cmp.Compare(b.Level, a.Level) })
	return first(out, maxGuests)
}

// cut is the beginning of a list, and how long it is.
type cut[T any] struct {
	Shown []T
	All   int
}

func first[T any](list []T, n int) cut[T] { return cut[T]{list[:min(n, len(list))], len(list)} }

// More says whether some are left out.
func (c cut[T]) More() bool { return c.All > len(c.Shown) }

// share is a part of a bar that is 1000 wide.
type share struct {
	Class       string
	From, Width int
}

// Share is the bar of free, undecided and stuck guests; a part that there is
// can be seen, however small.
func (p *fleetPage) Share() []share {
	all := len(p.D.Guests)
	if all == 0 {
		return nil
	}
	least := func(n int) int {
		if n == 0 {
			return 0
		}
		return max(6, n*1000/all)
	}
	u, s := least(p.Undecided), least(p.Stuck)
	f := 0
	if p.Free > 0 {
		f = max(6, 1000-u-s)
	}
	return []share{{"ready", 0, f}, {"undecided", f, u}, {"blocked", f + u, max(0, 1000-f-u)}}
}
