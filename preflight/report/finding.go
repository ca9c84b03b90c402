package report

import (
	"fmt"
	"slices"
	"strings"

	"migcheck/preflight"
)

// indent is where a finding's text starts, behind the word for its level.
const indent = 13

// brief says whether a finding is only listed among the notes.
func (p *printer) brief(f *preflight.Finding) bool {
	return f.Level == preflight.Note && len(f.Fix)+len(f.Permanent) == 0
}

func (p *printer) finding(d *preflight.Document, r *preflight.Report, f *preflight.Finding, follow []string) {
	level := f.Level.String()
	if !f.Counts() {
		level = "(waived)"
	}
	p.line(2, p.color(f.Level, pad(level, indent-4))+"  "+p.bold(f.Rule)+"  "+subject(f))
	p.wrap(indent, indent, f.Reason)
	p.values(f)
	p.waived(f)
	if f.Rule != preflight.FactsNotObserved {
		p.wrap(indent, indent, "when: "+preflight.PhaseText(f.Phase))
	}
	p.fix(f)
	p.suggestions(d, r, f)
	p.hint(f)
	if len(follow) > 0 {
		word := "follows from it: "
		if f.Rule == preflight.FactsNotObserved {
			word = "not decided for lack of it: "
		}
		p.wrap(indent, indent+2, word+several(follow))
	}
	p.more(f)
}

// several is a list of rules by name. A long one is cut short: whoever wants to
// count them has the JSON.
func several(rules []string) string {
	rules = slices.Sorted(slices.Values(rules))
	if len(rules) <= 8 {
		return strings.Join(rules, ", ")
	}
	return fmt.Sprintf("%s and %d more (migcheck ... -o json lists them)", strings.Join(rules[:5], ", "), len(rules)-5)
}

// waived says what became of the waiver that is about a finding.
func (p *printer) waived(f *preflight.Finding) {
	if words := waivedWords(f); words != "" {
		p.wrap(indent, indent, words)
	}
}

// waivedWords are what became of the waiver that is about a finding; empty if
// there is nothing to say.
func waivedWords(f *preflight.Finding) string {
	switch {
	case f.Waived == nil && f.Unwaivable != "":
		return "no waiver is accepted: " + f.Unwaivable
	case f.Waived == nil:
		return ""
	case f.Waived.Refused:
		return "its waiver (" + f.Waived.Reason + ") is not accepted: " + f.Unwaivable
	case f.Waived.Expired:
		return "its waiver has expired: " + f.Waived.Reason
	}
	return "waived: " + f.Waived.Reason
}

// subject is what a finding is about, in a line.
func subject(f *preflight.Finding) string {
	var words []string
	if f.Subject.NIC != nil {
		words = append(words, strings.TrimSpace(fmt.Sprintf("nic %d %s", *f.Subject.NIC, f.Subject.MAC)))
	}
	for _, w := range []string{f.Subject.Host, f.Subject.Device} {
		if w != "" {
			words = append(words, w)
		}
	}
	return strings.Join(words, ", ")
}

func (p *printer) values(f *preflight.Finding) {
	var words []string
	if f.SourceValue != "" {
		words = append(words, "source: "+f.SourceValue)
	}
	if f.DestinationValue != "" {
		words = append(words, "destination: "+f.DestinationValue)
	}
	if len(words) > 0 {
		p.wrap(indent, indent, strings.Join(words, "; "))
	}
}

func (p *printer) fix(f *preflight.Finding) {
	p.cures(indent, f.Subject.Host, "fix, ", f.Fix, f.Permanent, f.PermanentFor)
}

// cures are the commands that mend something: those that last first, since the
// others are gone after the next boot.
func (p *printer) cures(at int, host, word string, now, permanent []string, by string) {
	if len(permanent) > 0 {
		p.line(at, "to last ("+by+"), on "+host+":")
		for _, line := range permanent {
			p.line(at+2, line)
		}
		word = "and for now, "
	}
	if len(now) > 0 {
		p.line(at, word+"as root on "+host+" (gone after a reboot):")
		for _, command := range now {
			p.line(at+2, command)
		}
	}
}

func (p *printer) hint(f *preflight.Finding) {
	if f.Hint != "" {
		word := "hint: "
		if len(f.Fix)+len(f.Permanent)+len(f.Suggest) > 0 {
			word = "or: "
		}
		p.wrap(indent, indent, word+f.Hint)
	}
}

func (p *printer) more(f *preflight.Finding) {
	if f.Explain == "" {
		return
	}
	more, waive := "more: "+f.Explain, "waive: "+f.Allow
	switch {
	case f.Allow == "" || f.Waived != nil:
		p.line(indent, more)
	case p.o.Width == 0 || indent+columns(more+"; "+waive) <= p.o.Width:
		p.line(indent, more+"; "+waive)
	default:
		p.line(indent, more)
		p.line(indent, waive)
	}
}

// notes are what is worth a line and no more.
func (p *printer) notes(roots []*preflight.Finding) {
	first := true
	for _, f := range roots {
		if !p.brief(f) {
			continue
		}
		if first {
			p.line(0, "")
			first = false
		}
		p.note(f)
	}
}

func (p *printer) note(f *preflight.Finding) {
	about := ""
	if f.Subject.NIC != nil {
		about = fmt.Sprintf("nic %d: ", *f.Subject.NIC)
	}
	p.wrap(2, indent, p.color(f.Level, pad("note", indent-4))+"  "+f.Rule+"  "+about+f.Reason)
	if f.Hint != "" {
		p.wrap(indent, indent, "hint: "+f.Hint)
	}
}

// notChecked folds what could not be looked at into one note for each host,
// the rules by the reason. What an undecided finding has said already, with the
// rules that hang on it, is not said again.
func (p *printer) notChecked(r *preflight.Report) {
	said := map[[2]string]bool{}
	for _, f := range r.Findings {
		if f.Rule == preflight.FactsNotObserved {
			said[[2]string{f.Subject.Host, f.Reason}] = true
		}
	}
	var hosts []*unasked
	for _, n := range r.NotChecked {
		if !said[[2]string{n.Host, n.Reason}] {
			hosts = addTo(hosts, n)
		}
	}
	for _, h := range hosts {
		as := ""
		if h.user != "" {
			as = " as user " + h.user
		}
		var parts []string
		count := 0
		for _, reason := range h.reasons {
			count += len(h.rules[reason])
			parts = append(parts, several(h.rules[reason])+" ("+reason+")")
		}
		p.line(0, "")
		p.wrap(2, indent, fmt.Sprintf("%s  %s not possible on %s%s: %s", pad("note", indent-4),
			plural(count, "check was", "checks were"), h.host, as, strings.Join(parts, "; ")))
	}
}

// unasked is what could not be looked at on one host.
type unasked struct {
	host, user string
	reasons    []string // in the order of the report
	rules      map[string][]string
}

func addTo(hosts []*unasked, n preflight.NotChecked) []*unasked {
	i := slices.IndexFunc(hosts, func(h *unasked) bool { return h.host == n.Host && h.user == n.User })
	if i < 0 {
		hosts = append(hosts, &unasked{host: n.Host, user: n.User, rules: map[string][]string{}})
		i = len(hosts) - 1
	}
	h := hosts[i]
	if h.rules[n.Reason] == nil {
		h.reasons = append(h.reasons, n.Reason)
	}
	if !slices.Contains(h.rules[n.Reason], n.Rule) {
		h.rules[n.Reason] = append(h.rules[n.Reason], n.Rule)
	}
	return hosts
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
