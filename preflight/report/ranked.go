package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"migcheck/preflight"
)

// ranked writes one guest's ways as a table, best first: a line for each host,
// with the heaviest of what there is to say of it.
func (p *printer) ranked(d *preflight.Document) {
	if len(d.Reports) == 0 {
		return
	}
	first := &d.Reports[0]
	p.line(0, p.bold(first.Guest.Name)+stateWords(first)+" on "+hostWord(d, first.From))
	p.line(0, "")
	ways := rank(d.Reports)
	host, level := 0, 0
	for _, r := range ways {
		host, level = max(host, columns(r.To)), max(level, columns(r.Verdict.String()))
	}
	for _, r := range ways {
		words := p.color(r.Verdict, r.Verdict.String()) + strings.Repeat(" ", level-columns(r.Verdict.String()))
		p.clipped(2, words+"  "+pad(r.To, host)+"  "+inBrief(r))
	}
	p.line(0, "")
	p.line(0, tally(ways))
	p.line(0, "one way whole: migcheck GUEST --to HOST")
}

// rank puts the ways with the lightest verdict first, then goes by name.
func rank(reports []preflight.Report) []*preflight.Report {
	out := make([]*preflight.Report, len(reports))
	for i := range reports {
		out[i] = &reports[i]
	}
	slices.SortStableFunc(out, func(a, b *preflight.Report) int {
		return cmp.Or(cmp.Compare(a.Verdict, b.Verdict), cmp.Compare(a.To, b.To))
	})
	return out
}

// inBrief is the heaviest finding that counts, with its rule, and how many others
// there are besides notes.
func inBrief(r *preflight.Report) string {
	var worst *preflight.Finding
	more := 0
	for i := range r.Findings {
		f := &r.Findings[i]
		if !f.Counts() || f.CausedBy != "" {
			continue
		}
		if f.Level > preflight.Note {
			more++
		}
		if worst == nil || f.Level > worst.Level {
			worst = f
		}
	}
	if worst == nil || worst.Level > r.Verdict { // a note on a ready host
		return ""
	}
	words := worst.Rule
	if more > 1 {
		words += fmt.Sprintf(" (and %d more)", more-1)
	}
	return words + ": " + strings.Join(strings.Fields(worst.Reason), " ")
}

// tally counts the ways by what they come to.
func tally(ways []*preflight.Report) string {
	undecided, blocked := 0, 0
	for _, r := range ways {
		switch r.Verdict {
		case preflight.Undecided:
			undecided++
		case preflight.Blocked:
			blocked++
		}
	}
	allowed := len(ways) - undecided - blocked
	out := fmt.Sprintf("%s: %d of %s can take it", ways[0].Guest.Name, allowed, plural(len(ways), "host", "hosts"))
	for _, part := range []struct {
		n    int
		word string
	}{{undecided, "undecided"}, {blocked, "blocked"}} {
		if part.n > 0 {
			out += fmt.Sprintf(", %d %s", part.n, part.word)
		}
	}
	return out
}

// clipped writes one line that is cut at the width.
func (p *printer) clipped(indent int, s string) {
	room := p.o.Width - indent
	if p.o.Width > 0 && columns(Safe(s)) > room {
		s = cut(Safe(s), room-3) + "..."
	}
	p.line(indent, s)
}

// cut is the beginning of a text up to so many columns, whole words marked in
// colour included.
func cut(s string, room int) string {
	n := 0
	for i, r := range s {
		if strings.ContainsRune(markEnd+markBold+markRed+markYellow+markGreen+markDim, r) {
			continue
		}
		if n++; n > room {
			return strings.TrimRight(s[:i], " ")
		}
	}
	return s
}
