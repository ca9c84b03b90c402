package change

import (
	"cmp"
	"slices"
	"strings"
)

// arrange puts what verdicts follow from first, leaves out what was not asked
// for, and cuts what is too long.
func (c *comparison) arrange() {
	d := c.doc
	slices.SortStableFunc(d.Ways, func(a, b WayChange) int {
		return cmp.Or(cmp.Compare(weight[a.Kind], weight[b.Kind]), -cmp.Compare(a.Guests.Count, b.Guests.Count), -cmp.Compare(a.Ways, b.Ways))
	})
	if n := len(d.Ways) - maxEntries; n > 0 {
		d.Ways, d.LeftOut.Ways = d.Ways[:maxEntries], n
	}
	c.arrangeFacts()
	c.arrangeGuests()
	if c.only != (Only{}) {
		behind := d.behind(func(b *Because) *[]int { return &b.Waivers })
		d.Waivers, _ = reorder(d, d.Waivers, c.chosen(len(d.Waivers), behind, func(int) bool { return false }), func(b *Because) *[]int { return &b.Waivers })
	}
}

var weight = map[string]int{Lost: 0, Unclear: 1, Worse: 2, Won: 3, Better: 4}

func (c *comparison) arrangeFacts() {
	d := c.doc
	of := func(b *Because) *[]int { return &b.Facts }
	behind := d.behind(of)
	order := c.chosen(len(d.Facts), behind, func(i int) bool { return c.facts.wanted[i] })
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := &d.Facts[a], &d.Facts[b]
		return cmp.Or(cmp.Compare(first(behind[a]), first(behind[b])), -cmp.Compare(x.Hosts.Count, y.Hosts.Count),
			strings.Compare(x.Hosts.First[0], y.Hosts.First[0]), strings.Compare(x.Device, y.Device))
	})
	d.Facts, d.LeftOut.Facts = reorder(d, d.Facts, order, of)
}

func (c *comparison) arrangeGuests() {
	d := c.doc
	of := func(b *Because) *[]int { return &b.Guests }
	behind := d.behind(of)
	order := c.chosen(len(d.Guests), behind, func(i int) bool {
		g := &d.Guests[i]
		place := g.Kind == GuestCame || g.Kind == GuestGone || g.Kind == GuestMoved
		return c.only.Guest != "" || place && (g.Before == c.only.Host || g.After == c.only.Host)
	})
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(first(behind[a]), first(behind[b])), -cmp.Compare(d.Guests[a].Guests.Count, d.Guests[b].Guests.Count))
	})
	d.Guests, d.LeftOut.Guests = reorder(d, d.Guests, order, of)
}

// chosen are the places that a document is to have: all of them, or if something
// was asked for, that and what is behind it.
func (c *comparison) chosen(n int, behind map[int]bool, wanted func(i int) bool) []int {
	out := make([]int, 0, n)
	for i := range n {
		if c.only == (Only{}) || behind[i] || wanted(i) {
			out = append(out, i)
		}
	}
	return out
}

func first(b bool) int {
	if b {
		return 0
	}
	return 1
}

// behind are the places that changes of ways name as their cause.
func (d *Document) behind(of func(*Because) *[]int) map[int]bool {
	out := map[int]bool{}
	for i := range d.Ways {
		if b := d.Ways[i].Because; b != nil {
			for _, n := range *of(b) {
				out[n] = true
			}
		}
	}
	return out
}

// reorder is a list in an order, cut where it is too long; how much was cut is
// given too. What names its places is made to follow.
func reorder[T any](d *Document, list []T, order []int, of func(*Because) *[]int) ([]T, int) {
	cut := max(0, len(order)-maxEntries)
	order = order[:len(order)-cut]
	to := map[int]int{}
	out := make([]T, 0, len(order))
	for now, was := range order {
		to[was] = now
		out = append(out, list[was])
	}
	seen := map[*Because]bool{}
	for i := range d.Ways {
		b := d.Ways[i].Because
		if b == nil || seen[b] || *of(b) == nil {
			continue
		}
		seen[b] = true
		var kept []int
		for _, n := range *of(b) {
			if now, in := to[n]; in {
				kept = append(kept, now)
			}
		}
		slices.Sort(kept)
		if *of(b) = kept; kept == nil {
			d.Ways[i].Because = nil
		}
	}
	return out, cut
}
