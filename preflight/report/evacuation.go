package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"migcheck/preflight"
	"migcheck/preflight/evacuate"
)

// evacuation writes the plan to empty a host for people.
func evacuation(w io.Writer, d *evacuate.Document, o Options) error {
	p := &printer{w: w, o: o}
	return Framed(w, d.Example, func() error {
		p.evacuation(d)
		return p.err
	})
}

func (p *printer) evacuation(d *evacuate.Document) {
	p.preamble(d.Waivers, d.Created)
	var to []string
	for i := range d.Destinations {
		to = append(to, d.Destinations[i].Name)
	}
	p.wrap(0, 2, p.bold("evacuation of "+d.Host.Name)+": "+plural(len(d.Steps)+len(d.Left), "guest", "guests")+" to "+hosts(to))
	if d.Unlisted != "" {
		p.wrap(0, 2, "there may be guests that are not known: "+d.Unlisted)
	}
	if d.Overcommit {
		p.line(0, "memory is left out of account (--overcommit)")
	}
	p.steps(d)
	p.destinations(d)
	for i := range d.Left {
		p.left(&d.Left[i])
	}
	if len(d.Stopped) > 0 {
		p.line(0, "")
		p.wrap(0, 2, "stopped, and not planned (--offline moves their definitions): "+guestNames(d.Stopped))
	}
	p.line(0, "")
	if d.Better {
		p.wrap(0, 2, "not everything was tried: a plan with a place for more guests may exist")
	}
	p.wrap(0, 2, p.color(d.Verdict, conclusion(d)))
}

// steps are a line for each placement, in their order.
func (p *printer) steps(d *evacuate.Document) {
	if len(d.Steps) == 0 {
		return
	}
	rows := [][]string{{"#", "GUEST", "MEMORY", "TO", "VERDICT", "NOTES"}}
	for i := range d.Steps {
		s := &d.Steps[i]
		var notes []string
		if !s.State.Active() {
			notes = append(notes, string(s.State)+": its definition only")
		}
		for k := range s.Findings {
			if f := &s.Findings[k]; f.Level > preflight.Note && !slices.Contains(notes, f.Rule) {
				notes = append(notes, f.Rule)
			}
		}
		rows = append(rows, []string{fmt.Sprint(i + 1), s.Name, memory(&s.Guest), s.To, s.Verdict.String(), strings.Join(notes, ", ")})
	}
	p.line(0, "")
	p.grid(rows)
}

// memory is what a guest takes of a host.
func memory(g *evacuate.Guest) string {
	switch {
	case g.Unknown != "":
		return "unknown"
	case !g.State.Active():
		return "-"
	case g.Huge && g.Page != 0:
		return evacuate.Size(g.Needs) + " of " + evacuate.Size(g.Page) + " pages"
	case g.Huge:
		return evacuate.Size(g.Needs) + " of hugepages"
	}
	return evacuate.Size(g.Needs)
}

// destinations are a line for each host that the plan sends guests to, or of
// which something is not known.
func (p *printer) destinations(d *evacuate.Document) {
	rows := [][]string{{"HOST", "GUESTS", "FREE", "THEN", ""}}
	for i := range d.Destinations {
		h := &d.Destinations[i]
		row := []string{h.Name, fmt.Sprint(h.Guests), evacuate.Size(h.Free), evacuate.Size(h.Left), ""}
		for _, l := range h.Pools {
			if l.Free != l.Left {
				row[4] += fmt.Sprintf("pages of %s: %d, then %d  ", evacuate.Size(l.Size), l.Free, l.Left)
			}
		}
		switch {
		case h.Reason != "":
			row[2], row[3], row[4] = "?", "?", "not read: "+h.Reason
		case h.Unknown != "":
			row[2], row[3], row[4] = "?", "?", h.Unknown
		case h.Guests == 0:
			continue
		}
		rows = append(rows, row)
	}
	if len(rows) > 1 {
		p.line(0, "")
		p.grid(rows)
	}
}

// left is a guest without a place.
func (p *printer) left(l *evacuate.Left) {
	p.line(0, "")
	p.wrap(0, 2, p.color(l.Verdict, pad(l.Verdict.String(), indent-4))+"  "+p.bold(l.Name)+", "+memory(&l.Guest)+", has no place:")
	for i := range l.Reasons {
		p.reasonHere(&l.Reasons[i])
	}
	if x := l.Fix; x != nil {
		word := "it could go to " + x.To
		if x.Verdict >= preflight.Undecided {
			word = "it might go to " + x.To + ", which can't be known before"
		}
		p.wrap(2, 4, "with this fix alone "+word+"; as root on "+x.Host+" (gone after a reboot):")
		for _, c := range x.Commands {
			p.line(4, c)
		}
	}
}

// reasonHere is why some hosts don't take the guest.
func (p *printer) reasonHere(r *evacuate.Reason) {
	head := hosts(r.Hosts) + ": "
	if r.Memory != "" {
		after := ""
		if r.After {
			after = " left after the others"
		}
		p.wrap(2, 4, head+r.Memory+after)
		return
	}
	if r.After {
		head += "after the others "
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		p.wrap(2, 4, head+p.color(f.Level, f.Level.String())+" "+p.bold(f.Rule)+" "+subject(f)+": "+f.Reason)
		head = strings.Repeat(" ", 2)
	}
}

// conclusion is the last line.
func conclusion(d *evacuate.Document) string {
	blocked := 0
	for i := range d.Left {
		if d.Left[i].Verdict == preflight.Blocked {
			blocked++
		}
	}
	all, what := len(d.Steps)+len(d.Left), "guests"
	have := "have"
	if all == 1 {
		what = "guest"
	}
	if len(d.Steps) == 1 {
		have = "has"
	}
	tally := fmt.Sprintf("%d of %d %s %s a place", len(d.Steps), all, what, have)
	if n := blocked; n > 0 {
		tally += fmt.Sprintf(", %d blocked", n)
	}
	if n := len(d.Left) - blocked; n > 0 {
		tally += fmt.Sprintf(", %d undecided", n)
	}
	switch {
	case d.Verdict == preflight.Ready && all == 0:
		return "nothing runs on " + d.Host.Name
	case d.Verdict == preflight.Ready && len(d.Stopped) > 0:
		return d.Host.Name + " can be emptied of what runs there: " + tally
	case d.Verdict == preflight.Ready:
		return d.Host.Name + " can be emptied: " + tally
	case d.Verdict == preflight.Undecided:
		return "whether " + d.Host.Name + " can be emptied is undecided: " + tally
	}
	return d.Host.Name + " can't be emptied: " + tally
}

// hosts are names for people; a long list is cut short.
func hosts(names []string) string {
	switch n := len(names); {
	case n == 0:
		return "no host"
	case n > 6:
		return strings.Join(names[:5], ", ") + fmt.Sprintf(" and %d more", n-5)
	}
	return strings.Join(names, ", ")
}

func guestNames(all []evacuate.Guest) string {
	var names []string
	for i := range all {
		names = append(names, all[i].Name)
	}
	return hosts(names)
}
