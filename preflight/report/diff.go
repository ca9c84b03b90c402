package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"migcheck/hostinfo"
	"migcheck/preflight/change"
)

// maxLines is how many entries of a list of changes a screen gets.
const maxLines = 20

// diffText writes what changed between two runs for people: facts first, then
// what followed from them.
func diffText(w io.Writer, d *change.Document, o Options) error {
	p := &printer{w: w, o: o}
	return Framed(w, d.Example, func() error {
		p.diff(d)
		return p.err
	})
}

func (p *printer) diff(d *change.Document) {
	p.wrap(0, 2, p.bold(runWords(d.Before.Ref))+" -> "+p.bold(runWords(d.After.Ref))+": "+countWords(&d.Before.Counts, &d.After.Counts))
	if d.Before.Tool.Version != d.After.Tool.Version {
		p.line(0, "judged by migcheck "+d.Before.Tool.Version+", then by "+d.After.Tool.Version)
	}
	if d.Empty() {
		p.line(0, "")
		p.line(0, "nothing has changed")
		return
	}
	p.diffHosts(d)
	p.diffGuests(d)
	p.diffWays(d)
}

func runWords(r change.Ref) string {
	return fmt.Sprintf("run %d (%s)", r.ID, r.Created.UTC().Format(time.RFC3339))
}

// countWords are two runs in numbers, the later ones with what they were.
func countWords(a, b *change.Counts) string {
	var out []string
	for _, n := range []struct {
		one, many string
		was, is   int
	}{
		{"host", "hosts", a.Hosts, b.Hosts},
		{"not observed", "not observed", a.Unobserved, b.Unobserved},
		{"guest", "guests", a.Guests, b.Guests},
		{"free", "free", a.Free, b.Free},
		{"stuck", "stuck", a.Stuck, b.Stuck},
		{"undecided", "undecided", a.Undecided, b.Undecided},
	} {
		word := plural(n.is, n.one, n.many)
		if n.was != n.is {
			word += fmt.Sprintf(" (%+d)", n.is-n.was)
		} else if n.is == 0 {
			continue
		}
		out = append(out, word)
	}
	return strings.Join(out, ", ")
}

// few are the first names and how many more there are.
func few(n change.Names, most int) string {
	shown := n.First[:min(most, len(n.First))]
	words := strings.Join(shown, ", ")
	if more := n.Count - len(shown); more > 0 {
		words += fmt.Sprintf(" and %d more", more)
	}
	return words
}

// list writes entries under a title, as many as a screen gets.
func (p *printer) list(title string, n, leftOut int, entry func(i int)) {
	if n == 0 {
		return
	}
	p.line(0, "")
	p.line(0, title)
	for i := range min(n, maxLines) {
		entry(i)
	}
	if more := n - maxLines + leftOut; more > 0 {
		p.line(2, fmt.Sprintf("and %d more: -o json lists them", more))
	}
}

func (p *printer) diffHosts(d *change.Document) {
	var lines []string
	if d.Came.Count > 0 {
		lines = append(lines, "new in the fleet: "+few(d.Came, 5))
	}
	if d.Gone.Count > 0 {
		lines = append(lines, "asked no more: "+few(d.Gone, 5))
	}
	if d.Observed.Count > 0 {
		lines = append(lines, "observed again: "+few(d.Observed, 5))
	}
	for i := range d.NotObserved {
		u := &d.NotObserved[i]
		what := ""
		if u.Fact != "" {
			what = string(u.Fact) + " "
		}
		lines = append(lines, few(u.Hosts, 5)+": "+what+"not observed ("+u.Reason+")")
	}
	p.list("HOSTS", len(lines), d.LeftOut.NotObserved, func(i int) { p.wrap(2, 4, lines[i]) })
	var all []*change.FactChange
	for i := range d.Facts {
		all = append(all, &d.Facts[i])
	}
	facts := factLines(all, d, 5)
	p.list("FACTS", len(facts), d.LeftOut.Facts, func(i int) { p.wrap(2, 4, facts[i]) })
}

// factLines are changes of facts, those that are one change of several devices
// in one line.
func factLines(facts []*change.FactChange, d *change.Document, most int) []string {
	type key struct{ hosts, what, before, after, since string }
	var order []key
	same := map[key][]*change.FactChange{}
	for _, f := range facts {
		k := key{few(f.Hosts, most), f.What, f.Before, f.After, sinceWords(f.Since, d)}
		if same[k] == nil {
			order = append(order, k)
		}
		same[k] = append(same[k], f)
	}
	var lines []string
	for _, k := range order {
		list := same[k]
		words := k.hosts + ": " + factWords(&list[0].Change) + k.since
		if len(list) > 1 && list[0].Device != "" {
			n := change.Names{Count: len(list) - 1}
			for _, f := range list[1:] {
				n.First = append(n.First, f.Device)
			}
			words += "; also " + few(n, most)
		}
		lines = append(lines, words)
	}
	return lines
}

// factWords are a change of facts in words: "bond0: mtu 9000 -> 1500".
func factWords(c *hostinfo.Change) string {
	about := c.Device
	if c.Network != "" {
		about = "network " + c.Network
	}
	switch {
	case c.What == "boot":
		return "rebooted"
	case c.What == "device" || c.What == "network":
		if c.After == "" {
			return about + " is gone (" + c.Before + ")"
		}
		return about + " is new (" + c.After + ")"
	case about != "":
		about += ": "
	}
	return about + c.What + " " + valueWords(c.Before, c.After)
}

func valueWords(before, after string) string {
	return cmp.Or(before, "none") + " -> " + cmp.Or(after, "none")
}

// sinceWords says since which run it is so; nothing where that is the last one.
func sinceWords(since change.Ref, d *change.Document) string {
	if since == (change.Ref{}) || since.ID == d.After.ID {
		return ""
	}
	return ", since " + runWords(since)
}

func (p *printer) diffGuests(d *change.Document) {
	p.list("GUESTS", len(d.Guests), d.LeftOut.Guests, func(i int) {
		p.wrap(2, 4, few(d.Guests[i].Guests, 5)+": "+guestChangeWords(&d.Guests[i]))
	})
	p.list("WAIVERS", len(d.Waivers), 0, func(i int) {
		w := &d.Waivers[i]
		p.line(2, w.Kind+": "+waiverOf(&w.Waiver))
	})
}

func guestChangeWords(g *change.GuestChange) string {
	switch g.Kind {
	case change.GuestCame:
		return "new on " + g.After
	case change.GuestGone:
		return "gone from " + g.Before
	case change.GuestMoved:
		return "moved from " + g.Before + " to " + g.After
	case change.GuestState:
		return g.Before + " -> " + g.After
	}
	return g.What + " " + valueWords(g.Before, g.After)
}
