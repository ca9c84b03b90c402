package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

// How much of each the summary shows, so that it fits a screen however large the
// fleet is.
const (
	mostWaivers  = 3
	mostGuests   = 2 // that are stuck, and again that are undecided
	mostProblems = 4
	mostFixes    = 3
	mostCommands = 3 // of one fix
	mostNames    = 2 // in a line
)

// fleetText writes the report of a fleet for people at a terminal: what can
// leave, which hosts are in trouble, which fixes help most, and the verdict last.
func fleetText(w io.Writer, d *fleet.Document, o Options) error {
	p := &printer{w: w, o: o}
	return Framed(w, d.Example, func() error {
		p.fleet(d)
		return p.err
	})
}

func (p *printer) fleet(d *fleet.Document) {
	t := count(d)
	p.fleetRemarks(d)
	p.wrap(0, 2, fmt.Sprintf("%s on %s, judged %s by %s", p.bold(plural(len(d.Guests), "guest", "guests")), p.bold(plural(len(d.Hosts), "host", "hosts")),
		d.Created.UTC().Format("2006-01-02 15:04 MST"), strings.TrimSpace(d.Tool.Name+" "+d.Tool.Version)))
	p.standings(&t)
	p.held(d, &t)
	p.problems(d)
	p.fixes(d)
	if p.o.Details {
		p.details(d)
	}
	p.line(0, "")
	p.fleetVerdict(d, &t)
}

func (p *printer) fleetRemarks(d *fleet.Document) {
	var lines []string
	for _, r := range fleetRemarks(d) {
		if r.kind != remarkExample {
			lines = append(lines, r.text)
		}
	}
	for i, l := range lines {
		if i == mostWaivers && !p.o.Details && len(lines) > mostWaivers+1 {
			p.line(0, fmt.Sprintf("and %d more (--details lists them)", len(lines)-i))
			break
		}
		p.wrap(0, 2, l)
	}
	if len(lines) > 0 {
		p.line(0, "")
	}
}

func (p *printer) standings(t *tally) {
	about := map[standing]string{
		free:      "some other host takes them",
		undecided: "no other host takes them for certain, and some might: too little is known",
		stuck:     "no other host that was seen takes them",
	}
	if t.warned > 0 {
		about[free] += fmt.Sprintf(", %d of them only with a warning", t.warned)
	}
	for _, s := range standings {
		p.wrap(2, 24, p.color(s.level(), pad(string(s), 11))+fmt.Sprintf("%8d  %s", t.guests[s], about[s]))
	}
}

// held are the guests that can't leave, the running ones first and of them those
// that most hosts refuse.
func (p *printer) held(d *fleet.Document, t *tally) {
	var y *why
	for _, s := range []standing{stuck, undecided} {
		if t.guests[s] == 0 {
			continue
		}
		if y == nil {
			y = newWhy(d)
		}
		p.line(0, "")
		p.line(0, p.bold(strings.ToUpper(string(s))))
		list := heldGuests(d, s)
		for _, g := range list[:min(len(list), mostGuests)] {
			p.wrap(2, 4, guestWords(d, g)+": "+p.inShort(y, g))
		}
		if n := len(list) - mostGuests; n > 0 && !p.o.Details {
			p.line(2, fmt.Sprintf("and %d more (--details lists them)", n))
		}
	}
}

// inShort is why a guest can't leave. Where its own host was not seen, that says
// it all.
func (p *printer) inShort(y *why, guest int) string {
	if what, _ := unseen(&y.d.Hosts[y.d.Guests[guest].Host]); what != "" {
		return "its own host: " + what
	}
	l := y.d.Levels(guest)
	return p.reasons(y, guest, &l, 1)
}

// heldGuests are the guests of a standing.
func heldGuests(d *fleet.Document, s standing) []int {
	var out []int
	for i := range d.Guests {
		if standingOf(d.Guests[i].Ways) == s {
			out = append(out, i)
		}
	}
	slices.SortStableFunc(out, func(a, b int) int {
		x, y := &d.Guests[a], &d.Guests[b]
		if m, n := x.State.Active(), y.State.Active(); m != n {
			if m {
				return -1
			}
			return 1
		}
		return y.Ways.Blocked - x.Ways.Blocked
	})
	return out
}

// guestWords are a guest with its home and state.
func guestWords(d *fleet.Document, i int) string {
	g := &d.Guests[i]
	words := g.Name + " on " + d.Hosts[g.Host].Name
	if g.State != "" {
		words += " (" + string(g.State) + ")"
	}
	return words
}

// reasons are for each level that keeps a guest, how many hosts and why.
func (p *printer) reasons(y *why, guest int, l *fleet.Levels, most int) string {
	var parts []string
	for _, level := range []preflight.Level{preflight.Blocked, preflight.Undecided} {
		n := l[level].Count()
		if n == 0 {
			continue
		}
		words := fmt.Sprintf("%s on %s", p.color(level, level.String()), plural(n, "host", "hosts"))
		if all := y.of(guest, level, l); len(all) > 0 {
			words += ", by " + groundsWords(all, most)
		}
		parts = append(parts, words)
	}
	if len(parts) == 0 {
		return "there is no other host"
	}
	return strings.Join(parts, "; ")
}

// fleetVerdict is the last line.
func (p *printer) fleetVerdict(d *fleet.Document, t *tally) {
	word := strings.ToUpper(string(t.verdict()))
	p.wrap(0, len(word)+2, p.color(t.verdict().level(), word)+"  "+fleetSentence(d, t))
}

func fleetSentence(d *fleet.Document, t *tally) string {
	words := fmt.Sprintf("%s: %d free to move, %d undecided, %d stuck", plural(len(d.Guests), "guest", "guests"), t.guests[free], t.guests[undecided], t.guests[stuck])
	if t.unseen > 0 {
		words += fmt.Sprintf("; of %s not everything is known: guests of theirs may be missing here", plural(t.unseen, "host", "hosts"))
	}
	return words
}
