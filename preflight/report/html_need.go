package report

import (
	"cmp"
	"slices"
	"strings"

	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

// pageNeed are the document's needs of one label that come to the same on every
// host, notes left out. Several of one label differ in where their guests are.
type pageNeed struct {
	Label  string
	Sets   [preflight.Blocked + 1]fleet.Set // by level; only warning and worse
	Guests int
}

// on is what comes of the need on a host.
func (n *pageNeed) on(host int) preflight.Level {
	for l := preflight.Blocked; l >= preflight.Warning; l-- {
		if n.Sets[l].Has(host) {
			return l
		}
	}
	return preflight.Ready
}

// pageNeeds folds a document's needs, and says which one each has become.
func pageNeeds(d *fleet.Document) (needs []*pageNeed, to []int) {
	met := map[string]int{}
	for i := range d.Needs {
		n := &d.Needs[i]
		p := &pageNeed{Label: n.Label}
		p.Sets[preflight.Warning], p.Sets[preflight.Undecided], p.Sets[preflight.Blocked] = n.Warned, n.Undecided, n.Blocked
		key := n.Label
		for _, s := range p.Sets {
			key += "\n" + setText(s)
		}
		at, same := met[key]
		if !same {
			at = len(needs)
			met[key] = at
			needs = append(needs, p)
		}
		to = append(to, at)
	}
	return needs, to
}

// setText is the set as JSON has it.
func setText(s fleet.Set) string {
	b, _ := s.MarshalText() // no set is refused
	return string(b)
}

// wanted are the page's needs of each guest, and how many guests have each.
func wanted(d *fleet.Document, needs []*pageNeed, to []int) [][]int {
	out := make([][]int, len(d.Guests))
	for i := range d.Guests {
		var own []int
		for _, n := range d.Guests[i].Needs {
			own = append(own, to[n])
		}
		slices.Sort(own)
		out[i] = slices.Compact(own)
		for _, n := range out[i] {
			needs[n].Guests++
		}
	}
	return out
}

// alike puts hosts on which every need comes to the same into one class, and
// numbers the classes in the order of their first hosts.
func alike(d *fleet.Document, needs []*pageNeed) (classes int, of []int) {
	of = make([]int, len(d.Hosts))
	classes = min(1, len(d.Hosts))
	type split struct {
		class int
		level preflight.Level
	}
	for _, n := range needs {
		met := make(map[split]int, classes)
		for h := range of {
			s := split{of[h], n.on(h)}
			class, same := met[s]
			if !same {
				class = len(met)
				met[s] = class
			}
			of[h] = class
		}
		classes = len(met)
	}
	return classes, of
}

// labelled are the needs by label, those of most guests first in each.
func labelled(needs []*pageNeed) [][]*pageNeed {
	var out [][]*pageNeed
	at := map[string]int{}
	for _, n := range needs {
		i, met := at[n.Label]
		if !met {
			i = len(out)
			at[n.Label] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], n)
	}
	for _, same := range out {
		slices.SortStableFunc(same, func(a, b *pageNeed) int { return cmp.Compare(b.Guests, a.Guests) })
	}
	slices.SortFunc(out, func(a, b []*pageNeed) int { return compareLabels(a[0].Label, b[0].Label) })
	return out
}

// compareLabels puts devices first, then networks, then guests as a whole; and
// numbers by their value, where they have no leading zeros.
func compareLabels(a, b string) int {
	rank := func(s string) int {
		switch {
		case strings.HasPrefix(s, "the guest itself"):
			return 2
		case strings.HasPrefix(s, "network "):
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), compareNumbers(a, b), strings.Compare(a, b))
}

// compareNumbers compares two texts, runs of digits by how long they are first.
func compareNumbers(a, b string) int {
	for a != "" && b != "" {
		x, y := digits(a), digits(b)
		if x > 0 && y > 0 {
			if c := cmp.Or(cmp.Compare(x, y), strings.Compare(a[:x], b[:y])); c != 0 {
				return c
			}
			a, b = a[x:], b[y:]
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

func digits(s string) int {
	return len(s) - len(strings.TrimLeft(s, "0123456789"))
}
