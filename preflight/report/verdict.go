package report

import (
	"strings"

	"migcheck/preflight"
)

// verdict is the last line: the word that people look for, and what it is made
// of.
func (p *printer) verdict(d *preflight.Document, r *preflight.Report) {
	word := verdictWord(r.Verdict)
	line := p.color(r.Verdict, word) + "  " + r.Guest.Name + " " + r.From + " -> " + r.To + ": " + sentence(r) + assuming(d, r)
	p.wrap(0, len(word)+2, line)
	if r.MappedXML {
		p.wrap(len(word)+2, len(word)+2, "This holds for the guest with its devices mapped: a plain virsh migrate would fail or take the old names; it needs the mapped XML.")
	}
}

// verdictWord is the word that people look for.
func verdictWord(l preflight.Level) string {
	if l >= preflight.Undecided {
		return strings.ToUpper(l.String())
	}
	return "READY"
}

func sentence(r *preflight.Report) string {
	if words := tallyWords(r); words != "" {
		return words
	}
	if n := judged(r); n > 0 {
		return plural(n, "NIC", "NICs") + " will be there"
	}
	return "nothing to judge"
}

// tallyWords count what was found; empty if there is nothing to count.
func tallyWords(r *preflight.Report) string {
	count := map[preflight.Level]int{}
	waived := 0
	for i := range r.Findings {
		f := &r.Findings[i]
		switch {
		case f.CausedBy != "":
		case !f.Counts():
			waived++
		default:
			count[f.Level]++
		}
	}
	var parts []string
	for _, l := range []struct {
		level     preflight.Level
		one, many string
	}{
		{preflight.Blocked, "finding blocks it", "findings block it"},
		{preflight.Undecided, "thing could not be decided", "things could not be decided"},
		{preflight.Warning, "warning", "warnings"},
	} {
		if n := count[l.level]; n > 0 {
			parts = append(parts, plural(n, l.one, l.many))
		}
	}
	if waived > 0 {
		parts = append(parts, plural(waived, "finding waived", "findings waived"))
	}
	return strings.Join(parts, ", ")
}

func judged(r *preflight.Report) int {
	seen := map[int]bool{}
	for _, n := range r.NICs {
		if n.Judged {
			seen[n.Index] = true
		}
	}
	return len(seen)
}
