package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

// why tells for what reasons hosts refuse a guest, from the findings that stand
// in the way of its needs.
type why struct {
	d       *fleet.Document
	byNeed  [][]int32       // findings by need
	byGuest map[int][]int32 // findings of exceptions by guest
	left    int             // how many findings may still be looked at
}

// mostLooks bounds the work for a document that was made up. For a real fleet it
// is out of reach.
const mostLooks = 50_000_000

func newWhy(d *fleet.Document) *why {
	y := &why{d: d, byNeed: make([][]int32, len(d.Needs)), byGuest: map[int][]int32{}, left: mostLooks}
	for i := range d.Findings {
		for _, n := range d.Findings[i].Needs {
			y.byNeed[n] = append(y.byNeed[n], int32(i))
		}
		for _, g := range d.Findings[i].Alone {
			y.byGuest[g] = append(y.byGuest[g], int32(i))
		}
	}
	return y
}

// grounds are one rule about one device, and the hosts on which it stands in a
// guest's way.
type grounds struct {
	rule, device string
	hosts        []string
	own          bool // on the host where the guest is: in the way of every move
}

// of are the grounds of a level for a guest, those of most hosts first.
func (y *why) of(guest int, level preflight.Level, l *fleet.Levels) []grounds {
	var out []grounds
	seen := map[int32]bool{}
	add := func(i int32, alone bool) {
		y.left--
		f := &y.d.Findings[i]
		if y.left < 0 || f.Level != level || seen[i] || !y.meets(guest, f.Host, alone, l[level]) {
			return
		}
		seen[i] = true
		own := f.Host == y.d.Guests[guest].Host
		at := slices.IndexFunc(out, func(g grounds) bool { return g.rule == f.Rule && g.device == f.Device && g.own == own })
		if at < 0 {
			at = len(out)
			out = append(out, grounds{rule: f.Rule, device: f.Device, own: own})
		}
		out[at].hosts = append(out[at].hosts, y.d.Hosts[f.Host].Name)
	}
	for _, n := range y.d.Guests[guest].Needs {
		for _, i := range y.byNeed[n] {
			add(i, false)
		}
	}
	for _, i := range y.byGuest[guest] {
		add(i, true)
	}
	slices.SortStableFunc(out, func(a, b grounds) int {
		return cmp.Or(-cmp.Compare(weight(a), weight(b)), strings.Compare(a.rule, b.rule), strings.Compare(a.device, b.device))
	})
	for i := range out {
		slices.Sort(out[i].hosts)
	}
	return out
}

// meets says whether a finding of a host is the guest's too. What is found on the
// guest's own host is in the way of all its moves.
func (y *why) meets(guest, host int, alone bool, hosts fleet.Set) bool {
	if host == y.d.Guests[guest].Host {
		return hosts.Count() > 0
	}
	return hosts.Has(host) && alone == y.d.Excepted(guest, host)
}

func weight(g grounds) int {
	if g.own {
		return 1 << 30
	}
	return len(g.hosts)
}

// words are the grounds in a few words.
func (g grounds) words() string {
	about := strings.TrimSpace(g.rule + " " + g.device)
	if g.own {
		return about + " on its own host"
	}
	if len(g.hosts) == 1 {
		return about + " on " + g.hosts[0]
	}
	return fmt.Sprintf("%s on %d hosts", about, len(g.hosts))
}

// groundsWords are a list of grounds, cut short.
func groundsWords(all []grounds, most int) string {
	words := make([]string, 0, len(all))
	for _, g := range all {
		words = append(words, g.words())
	}
	return names(words, most)
}
