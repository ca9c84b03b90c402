package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"migcheck/preflight"
	"migcheck/preflight/evacuate"
	"migcheck/preflight/fleet"
)

func pairsNagios(w io.Writer, d *preflight.Document, _ Options) error {
	return pairsAlert(d).write(w)
}

func fleetNagios(w io.Writer, d *fleet.Document, _ Options) error { return fleetAlert(d).write(w) }

func evacuationNagios(w io.Writer, d *evacuate.Document, _ Options) error {
	return evacuationAlert(d).write(w)
}

// pairsAlert is a report of pairs for a plugin: as bad as its worst pair, and of
// one guest to all hosts as good as its best.
func pairsAlert(d *preflight.Document) *alert {
	a := &alert{state: StateUnknown, text: "no way was judged"}
	ways := rank(d.Reports) // best first
	level := map[preflight.Level]int{}
	for _, r := range ways {
		level[levelOf(r)]++
	}
	if n := len(ways); n > 0 {
		worst := slices.MaxFunc(ways, func(x, y *preflight.Report) int { return int(levelOf(x)) - int(levelOf(y)) })
		switch {
		case d.Options.ToAll:
			a.state, a.text = stateOf(anyLevel(ways, d.Options.Strict), d.Options.Strict), allowedOf(ways)
		case n == 1:
			a.state, a.text = stateOf(levelOf(worst), d.Options.Strict), inOneLine(d, worst)
		default:
			a.state, a.text = stateOf(levelOf(worst), d.Options.Strict), levelWords(level)+": "+inOneLine(d, worst)
		}
	}
	a.counted("ready", level[preflight.Ready]+level[preflight.Note], StateOK)
	warned, blocked := stateOf(preflight.Warning, d.Options.Strict), StateCritical
	if d.Options.ToAll {
		warned, blocked = StateOK, StateOK // one way is enough
	}
	a.counted("warned", level[preflight.Warning], warned)
	a.counted("undecided", level[preflight.Undecided], StateOK)
	a.counted("blocked", level[preflight.Blocked], blocked)
	a.heads(remarks(d))
	for _, r := range slices.Backward(ways) {
		if len(ways) > 1 {
			a.line(inOneLine(d, r))
		}
		for i := range r.Findings {
			if f := &r.Findings[i]; f.CausedBy == "" && f.Level > preflight.Note {
				a.line(findingLine(f))
			}
		}
	}
	return a
}

// levelOf is how a pair weighs, with what became of a migration.
func levelOf(r *preflight.Report) preflight.Level {
	if r.Moved == nil {
		return r.Verdict
	}
	_, level := outcomeWord(r.Moved)
	return max(level, r.Verdict)
}

// anyLevel is the level of a guest that needs one of its ways, best first: that
// of the best, but blocked if it would count as such.
func anyLevel(ways []*preflight.Report, strict bool) preflight.Level {
	if best := ways[0].Verdict; !strict || best != preflight.Warning {
		return best
	}
	if slices.ContainsFunc(ways, func(r *preflight.Report) bool { return r.Verdict == preflight.Undecided }) {
		return preflight.Undecided
	}
	return preflight.Blocked
}

// levelWords are how many ways are of which level, worst first.
func levelWords(n map[preflight.Level]int) string {
	var words []string
	for l := preflight.Blocked; l > preflight.Ready; l-- {
		if n[l] > 0 && l != preflight.Note {
			words = append(words, fmt.Sprintf("%d %s", n[l], l))
		}
	}
	if ready := n[preflight.Ready] + n[preflight.Note]; ready > 0 {
		words = append(words, fmt.Sprintf("%d ready", ready))
	}
	return strings.Join(words, ", ")
}

// inOneLine is a pair, its verdict and the rule that weighs most.
func inOneLine(d *preflight.Document, r *preflight.Report) string {
	word := r.Verdict.String()
	if r.Verdict < preflight.Warning {
		word = preflight.Ready.String()
	}
	words := fmt.Sprintf("%s %s -> %s: %s, %s", r.Guest.Name, r.From, r.To, word, sentence(r)) + assuming(d, r)
	if r.Moved != nil {
		outcome, _ := outcomeWord(r.Moved)
		return words + "; " + outcome + ": " + story(r.Moved)
	}
	if brief := inBrief(r); brief != "" && r.Verdict > preflight.Note {
		words += ": " + brief
	}
	return words
}

// findingLine is a finding below its pair.
func findingLine(f *preflight.Finding) string {
	level := f.Level.String()
	if !f.Counts() {
		level = "waived"
	}
	return "- " + level + " " + f.Rule + " (" + subject(f) + "): " + f.Reason
}

// fleetAlert is a fleet for a plugin: as bad as the worst of its guests.
func fleetAlert(d *fleet.Document) *alert {
	t := count(d)
	a := &alert{state: stateOf(t.verdict().level(), false)}
	if a.state == StateOK && t.warned > 0 {
		a.state = StateWarning
	}
	if len(d.Hosts) == 0 {
		a.state = StateUnknown
	}
	a.text = fmt.Sprintf("%s: %d stuck, %d undecided, %d free", plural(len(d.Guests), "guest", "guests"), t.guests[stuck], t.guests[undecided], t.guests[free])
	if t.warned > 0 {
		a.text += fmt.Sprintf(" (%d with a warning)", t.warned)
	}
	a.text += "; " + plural(len(d.Hosts), "host", "hosts")
	if t.unseen > 0 {
		a.text += fmt.Sprintf(", %d not read", t.unseen)
	}
	a.counted("hosts", len(d.Hosts), StateOK)
	a.counted("hosts_not_read", t.unseen, StateOK)
	a.counted("guests", len(d.Guests), StateOK)
	a.counted("free", t.guests[free], StateOK)
	a.counted("warned", t.warned, StateWarning)
	a.counted("undecided", t.guests[undecided], StateOK)
	a.counted("stuck", t.guests[stuck], StateCritical)
	a.heads(fleetRemarks(d))
	a.guests(d)
	for i := range d.Hosts {
		if what, reason := unseen(&d.Hosts[i]); what != "" {
			a.line(d.Hosts[i].Name + ": " + what + ": " + reason)
		}
	}
	return a
}

// guests adds a line for each guest that is not free, those first that are stuck.
func (a *alert) guests(d *fleet.Document) {
	y := newWhy(d)
	for _, s := range []standing{stuck, undecided} {
		for i := range d.Guests {
			g := &d.Guests[i]
			if standingOf(g.Ways) != s {
				continue
			}
			words := g.Name + " on " + d.Hosts[g.Host].Name + ": " + string(s)
			if len(a.long) < mostAlert/20 { // no more would be seen
				l := d.Levels(i)
				if why := groundsWords(y.of(i, s.level(), &l), 3); why != "" {
					words += ": " + why
				}
			}
			a.line(words)
		}
	}
}

// evacuationAlert is the plan to empty a host for a plugin.
func evacuationAlert(d *evacuate.Document) *alert {
	a := &alert{state: stateOf(evacuationLevel(d), false), text: conclusion(d)}
	blocked := 0
	for i := range d.Left {
		if d.Left[i].Verdict == preflight.Blocked {
			blocked++
		}
	}
	a.counted("guests", len(d.Steps)+len(d.Left), StateOK)
	a.counted("placed", len(d.Steps), StateOK)
	a.counted("undecided", len(d.Left)-blocked, StateOK)
	a.counted("blocked", blocked, StateCritical)
	a.heads(remarksOf(d.Example, d.Waivers, d.Created, &d.Options))
	if d.Unlisted != "" {
		a.line("there may be guests that are not known: " + d.Unlisted)
	}
	for i := range d.Left {
		l := &d.Left[i]
		a.line(l.Name + ": " + l.Verdict.String() + ", has no place: " + leftWords(l))
	}
	for i := range d.Steps {
		s := &d.Steps[i]
		words := s.Name + ": " + s.Verdict.String() + ", to " + s.To
		if s.Moved != nil {
			outcome, _ := outcomeWord(s.Moved)
			words += "; " + outcome + ": " + story(s.Moved)
		}
		a.line(words)
	}
	return a
}

// evacuationLevel is the plan's verdict, with its warnings and with what became
// of it where it was carried out.
func evacuationLevel(d *evacuate.Document) preflight.Level {
	worst := d.Verdict
	for i := range d.Steps {
		s := &d.Steps[i]
		worst = max(worst, s.Verdict)
		if s.Moved != nil {
			_, level := outcomeWord(s.Moved)
			worst = max(worst, level)
		}
	}
	return worst
}

// leftWords are why a guest has no place, in a line.
func leftWords(l *evacuate.Left) string {
	var parts []string
	for i := range l.Reasons {
		r := &l.Reasons[i]
		words := hosts(r.Hosts) + ": "
		if r.After {
			words += "after the others "
		}
		var rules []string
		for k := range r.Findings {
			if rule := r.Findings[k].Rule; !slices.Contains(rules, rule) {
				rules = append(rules, rule)
			}
		}
		parts = append(parts, words+strings.TrimSpace(r.Memory+" "+strings.Join(rules, ", ")))
	}
	return strings.Join(parts, "; ")
}
