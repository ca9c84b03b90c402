package report

import (
	"fmt"
	"slices"
	"strings"

	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

// mostDetailed is how many guests are shown with their reasons. Nobody reads on,
// and each costs a walk through the findings.
const mostDetailed = 2000

// details are every guest that can't leave, with the reasons by host, and every
// host with what is found there.
func (p *printer) details(d *fleet.Document) {
	y := newWhy(d)
	for _, s := range []standing{stuck, undecided} {
		list := heldGuests(d, s)
		if len(list) == 0 {
			continue
		}
		p.line(0, "")
		p.line(0, p.bold("EVERY GUEST THAT IS "+map[standing]string{stuck: "STUCK", undecided: "UNDECIDED"}[s]))
		for _, g := range list[:min(len(list), mostDetailed)] {
			p.guestDetails(d, y, g, s)
		}
		if n := len(list) - mostDetailed; n > 0 {
			p.line(2, fmt.Sprintf("and %d more (-o csv and -o jsonl have a line for each)", n))
		}
	}
	p.line(0, "")
	p.line(0, p.bold("EVERY HOST"))
	of := findingsByHost(d)
	for i := range d.Hosts {
		p.hostDetails(d, i, of[i])
	}
}

func (p *printer) guestDetails(d *fleet.Document, y *why, g int, s standing) {
	p.line(2, p.color(s.level(), pad(string(s), indent-4))+"  "+p.bold(guestWords(d, g)))
	for _, n := range d.Guests[g].Needs {
		p.wrap(indent, indent+2, "needs "+d.Needs[n].Label)
	}
	l := d.Levels(g)
	for _, level := range []preflight.Level{preflight.Blocked, preflight.Undecided} {
		if n := l[level].Count(); n > 0 {
			p.wrap(indent, indent+2, fmt.Sprintf("%s on %s: %s", level, plural(n, "host", "hosts"), someHosts(d, l[level], mostNames)))
		}
		for _, why := range y.of(g, level, &l) {
			p.wrap(indent+2, indent+4, why.words()+among(why))
		}
	}
}

// among names the hosts of grounds that have several.
func among(g grounds) string {
	if g.own || len(g.hosts) < 2 {
		return ""
	}
	return ": " + names(g.hosts, mostNames)
}

// someHosts are the first few hosts of a set, and how many more there are.
func someHosts(d *fleet.Document, s fleet.Set, most int) string {
	n := s.Count()
	if n <= most+1 {
		most = n
	}
	var out []string
	for h := range s.All {
		if len(out) == most {
			break
		}
		out = append(out, d.Hosts[h].Name)
	}
	words := strings.Join(out, ", ")
	if n > most {
		words += fmt.Sprintf(" and %d more", n-most)
	}
	return words
}

func findingsByHost(d *fleet.Document) [][]*fleet.FindingLine {
	out := make([][]*fleet.FindingLine, len(d.Hosts))
	for i := range d.Findings {
		f := &d.Findings[i]
		out[f.Host] = append(out[f.Host], f)
	}
	for _, list := range out {
		slices.SortStableFunc(list, func(a, b *fleet.FindingLine) int { return int(b.Level) - int(a.Level) })
	}
	return out
}

func (p *printer) hostDetails(d *fleet.Document, i int, findings []*fleet.FindingLine) {
	h := &d.Hosts[i]
	words := p.bold(h.Name)
	if h.Hostname != "" && h.Hostname != h.Name {
		words += " [" + h.Hostname + "]"
	}
	w := h.Ways
	words += fmt.Sprintf(": %s, %d stuck, %d undecided; of the others it takes %d, may take %d, refuses %d",
		plural(w.Guests, "guest", "guests"), w.Stuck, w.Doubtful, w.Takes, w.Doubts, w.Refuses)
	p.wrap(2, 4, words)
	if what, reason := unseen(h); what != "" {
		p.wrap(4, indent, p.color(preflight.Undecided, pad(what, indent-6))+"  "+reason)
	}
	for _, f := range findings {
		p.wrap(4, indent+2, p.color(f.Level, pad(f.Level.String(), indent-4))+"  "+fmt.Sprintf("%s, %s of %s: %s",
			causeWords(d, f), plural(f.Ways, "way", "ways"), plural(f.Guests, "guest", "guests"), f.Finding.Reason))
		if f.Level == preflight.Blocked {
			for _, command := range f.Finding.Fix {
				p.line(indent+4, command)
			}
		}
	}
}
