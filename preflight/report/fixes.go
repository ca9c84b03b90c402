package report

import (
	"fmt"
	"io"
	"strings"

	"migcheck/preflight"
	"migcheck/preflight/fixes"
)

// fixesText writes the changes that would open most ways in a fleet for people.
func fixesText(w io.Writer, d *fixes.Document, o Options) error {
	p := &printer{w: w, o: o}
	return Framed(w, d.Example, func() error {
		p.allFixes(d)
		return p.err
	})
}

func (p *printer) allFixes(d *fixes.Document) {
	p.preamble(d.Waivers, d.Created)
	unread := ""
	if d.Unobserved > 0 {
		unread = fmt.Sprintf(" (%d not read)", d.Unobserved)
	}
	p.wrap(0, 2, fmt.Sprintf("%s%s, %s: %s and %d undecided", plural(d.Hosts, "host", "hosts"), unread,
		plural(d.Guests, "guest", "guests"), plural(d.Blocked, "way is blocked", "ways are blocked"), d.Undecided))
	for i := range d.Fixes {
		p.line(0, "")
		p.oneFix(i+1, &d.Fixes[i])
	}
	last := ""
	switch {
	case len(d.Fixes) == 0 && d.Blocked == 0:
		last = "nothing is blocked"
	case len(d.Fixes) == 0:
		last = "no single change opens a way"
	case d.More > 0:
		last = fmt.Sprintf("%d more open no more than these; --all lists them", d.More)
	default:
		return
	}
	p.line(0, "")
	p.line(0, last)
}

func (p *printer) oneFix(n int, x *fixes.Fix) {
	about := x.Host
	if x.Device != "" {
		about = p.bold(x.Device) + " on " + x.Host
	}
	p.wrap(0, 4, fmt.Sprintf("%3d  ", n)+about+" "+opens(x)+"  ("+strings.Join(x.Rules, ", ")+")")
	p.wrap(5, 5, x.Reason)
	if x.Closes > 0 {
		p.wrap(5, 5, p.color(preflight.Warning, "but")+" it closes "+plural(x.Closes, "way that is open now", "ways that are open now"))
	}
	p.cures(5, x.Host, "", x.Commands, x.Permanent, x.PermanentFor)
	if x.Hint != "" {
		word := "hint: "
		if len(x.Commands) > 0 {
			word = "or: "
		}
		p.wrap(5, 5, word+x.Hint)
	}
}

// opens is what a fix does, as far as that is known.
func opens(x *fixes.Fix) string {
	ways := plural(x.Opens, "way", "ways") + " for " + plural(x.Guests, "guest", "guests")
	rest := ""
	if x.Unblocks > 0 {
		rest = plural(x.Unblocks, "way is", "ways are") + " no longer blocked, and whether open can't be known before"
	}
	switch {
	case !x.Proven:
		return "opens up to " + ways + ", not proven: " + x.Unproven
	case x.Opens == 0 && rest == "":
		return "opens no way by itself"
	case x.Opens == 0:
		return "opens no way for certain: " + rest
	case rest != "":
		return "opens " + ways + "; " + rest
	}
	return "opens " + ways
}
