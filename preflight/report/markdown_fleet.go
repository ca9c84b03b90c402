package report

import (
	"fmt"
	"strings"

	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

func (p *page) held(d *fleet.Document, t *tally, most int) {
	if t.guests[stuck]+t.guests[undecided] == 0 {
		return
	}
	y := newWhy(d)
	p.line("")
	p.line("## Guests that can not leave")
	p.table("standing", "guest", "on", "blocked by", "undecided by", "why")
	left := 0
	for _, s := range []standing{stuck, undecided} {
		list := heldGuests(d, s)
		n := min(len(list), most)
		left += len(list) - n
		for _, i := range list[:n] {
			g := &d.Guests[i]
			l := d.Levels(i)
			var words []string
			for _, level := range []preflight.Level{preflight.Blocked, preflight.Undecided} {
				if all := y.of(i, level, &l); len(all) > 0 {
					words = append(words, prose(groundsWords(all, mostNames)))
				}
			}
			p.row(s.mark(), code(g.Name), code(d.Hosts[g.Host].Name),
				plural(g.Ways.Blocked, "host", "hosts"), plural(g.Ways.Undecided, "host", "hosts"), strings.Join(words, "; "))
		}
	}
	p.more(left)
}

func (p *page) problems(d *fleet.Document, most int) {
	all := problemsOf(d)
	if len(all) == 0 {
		return
	}
	p.line("")
	p.line("## Hosts by problem")
	p.table("", "problem", "hosts", "", "")
	n := min(len(all), most)
	for _, it := range all[:n] {
		p.row(mark(it.level), code(it.what), fmt.Sprint(len(it.hosts)), code(names(it.hosts, mostNames)), prose(it.about))
	}
	p.more(len(all) - n)
}

func (p *page) fixes(d *fleet.Document, most int) {
	list := openers(d)
	if len(list) == 0 {
		return
	}
	p.line("")
	p.line("## Fixes that open most ways")
	n := min(len(list), most)
	for i := range list[:n] {
		o := &list[i]
		p.line("")
		p.line("### " + plural(o.ways, "way", "ways") + " for " + o.guestWords() + ": " + code(o.words()))
		p.line("")
		p.line(prose(o.finding.Reason))
		if len(o.finding.Fix) == 0 && o.finding.Hint != "" {
			p.line("- hint: " + prose(o.finding.Hint))
		}
		if len(o.finding.Fix) > 0 {
			p.line("- fix, as root there:")
		}
		p.block(o.finding.Fix)
	}
	p.more(len(list) - n)
}
