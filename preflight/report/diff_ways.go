package report

import (
	"fmt"

	"migcheck/preflight"
	"migcheck/preflight/change"
)

func (p *printer) diffWays(d *change.Document) {
	p.list("WAYS", len(d.Ways), d.LeftOut.Ways, func(i int) { p.way(d, &d.Ways[i]) })
	p.list("STUCK", len(d.Standings), 0, func(i int) {
		s := &d.Standings[i]
		level, words := preflight.Blocked, plural(s.Guests.Count, "guest is stuck: no host is open to it", "guests are stuck: no host is open to them")
		if s.After != change.Stuck {
			level, words = preflight.Ready, plural(s.Guests.Count, "guest is stuck no more", "guests are stuck no more")
		}
		p.wrap(2, 4, p.color(level, words)+": "+few(s.Guests, 5))
	})
}

// verbs of changes of ways, for one guest and for several.
var wayVerbs = map[string]string{
	change.Lost: "can no longer go to", change.Unclear: "can no longer be decided for", change.Won: "can go to",
	change.Worse: "can go with a warning only to", change.Better: "can go without a warning to",
}

// way is one change of ways and what is behind it.
func (p *printer) way(d *change.Document, w *change.WayChange) {
	verb := wayVerbs[w.Kind]
	switch {
	case w.Kind == change.Worse && w.After == preflight.Blocked:
		verb = "were undecided and are blocked on"
	case w.Kind == change.Better && w.Before == preflight.Blocked:
		verb = "were blocked and are undecided on"
	}
	who := plural(w.Guests.Count, "guest", "guests")
	if w.Guests.Count == 1 {
		who = few(w.Guests, 1)
	}
	where := few(w.Hosts, 3)
	if w.Hosts.Count > 3 {
		where = fmt.Sprintf("%d hosts (%s)", w.Hosts.Count, where)
	}
	words := p.bold(who) + " " + p.color(w.After, verb) + " " + where
	if w.Ways < w.Guests.Count*w.Hosts.Count {
		words += fmt.Sprintf(" (%d ways)", w.Ways)
	}
	if w.Guests.Count > 1 {
		words += ": " + few(w.Guests, 3)
	}
	p.wrap(2, 4, words+sinceWords(w.Since, d))
	p.reason(w)
	p.because(d, w.Because)
}

// reason is what was found, or what is found no more.
func (p *printer) reason(w *change.WayChange) {
	if w.Rule == "" {
		return
	}
	words := w.Rule
	if w.Kind == change.Won || w.Kind == change.Better {
		words = "no more: " + words
	}
	switch {
	case w.Reason == "":
	case w.Hosts.Count == 1 && w.Host != "" && (w.Device != "" || w.Guests.Count == 1):
		words += ": " + w.Reason
	default:
		words += ", for example: " + w.Reason
	}
	p.wrap(6, 8, words)
}

// because are the changes that it follows from.
func (p *printer) because(d *change.Document, b *change.Because) {
	if b == nil {
		return
	}
	var facts []*change.FactChange
	for _, i := range b.Facts {
		facts = append(facts, &d.Facts[i])
	}
	lines := factLines(facts, d, 3)
	for _, i := range b.Guests {
		lines = append(lines, few(d.Guests[i].Guests, 3)+": "+guestChangeWords(&d.Guests[i]))
	}
	for _, i := range b.Waivers {
		lines = append(lines, "waiver "+d.Waivers[i].Kind+": "+d.Waivers[i].Waiver.Rule)
	}
	if b.Tool {
		lines = append(lines, "another migcheck judged; no fact has changed")
	}
	for i, l := range lines {
		if i == 3 && len(lines) > 4 {
			p.line(6, fmt.Sprintf("and %d changes more", len(lines)-i))
			return
		}
		p.wrap(6, 8, "because "+l)
	}
}
