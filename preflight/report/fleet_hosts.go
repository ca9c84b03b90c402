package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

// problem is one kind of trouble, and the hosts that have it.
type problem struct {
	level preflight.Level
	what  string // a rule, or what is not known
	about string // a reason, or what it comes to
	hosts []string
	ways  int
}

// problemsOf are the hosts by problem: first what is not known of them, by
// reason, then what blocks, by rule, then what leaves undecided.
func problemsOf(d *fleet.Document) []problem {
	var unknown []problem
	at := map[[2]string]int{}
	for i := range d.Hosts {
		h := &d.Hosts[i]
		what, reason := unseen(h)
		if what == "" {
			continue
		}
		key := [2]string{what, trouble(h, reason)}
		n, met := at[key]
		if !met {
			n = len(unknown)
			at[key] = n
			unknown = append(unknown, problem{level: preflight.Undecided, what: what, about: reason})
		} else {
			unknown[n].about = key[1]
		}
		unknown[n].hosts = append(unknown[n].hosts, h.Name)
	}
	slices.SortStableFunc(unknown, func(a, b problem) int {
		return cmp.Or(-strings.Compare(a.what, b.what), len(b.hosts)-len(a.hosts))
	})
	return append(unknown, ruleProblems(d)...)
}

func ruleProblems(d *fleet.Document) []problem {
	type key struct {
		rule  string
		level preflight.Level
	}
	var out []problem
	at := map[key]int{}
	met := map[[2]int]bool{} // a problem and a host
	for i := range d.Findings {
		f := &d.Findings[i]
		what, _ := unseen(&d.Hosts[f.Host])
		if f.Level < preflight.Undecided || what != "" && f.Rule == preflight.FactsNotObserved {
			continue // a warning is no trouble, and what is not known has been said
		}
		k := key{f.Rule, f.Level}
		n, known := at[k]
		if !known {
			n = len(out)
			at[k] = n
			out = append(out, problem{level: f.Level, what: f.Rule})
		}
		out[n].ways += f.Ways
		if !met[[2]int{n, f.Host}] {
			met[[2]int{n, f.Host}] = true
			out[n].hosts = append(out[n].hosts, d.Hosts[f.Host].Name)
		}
	}
	for i := range out {
		out[i].about = plural(out[i].ways, "way", "ways")
	}
	slices.SortStableFunc(out, func(a, b problem) int {
		return cmp.Or(-cmp.Compare(a.level, b.level), -cmp.Compare(a.ways, b.ways), strings.Compare(a.what, b.what))
	})
	return out
}

// problems are the hosts by problem.
func (p *printer) problems(d *fleet.Document) {
	all := problemsOf(d)
	if len(all) == 0 {
		return
	}
	p.line(0, "")
	p.line(0, p.bold("HOSTS BY PROBLEM"))
	shown := all
	if len(all) > mostProblems+1 && !p.o.Details {
		shown = all[:mostProblems]
	}
	for _, it := range shown {
		p.wrap(2, indent, p.color(it.level, pad(it.level.String(), indent-4))+"  "+
			fmt.Sprintf("%s on %s (%s): %s", p.bold(it.what), plural(len(it.hosts), "host", "hosts"), names(it.hosts, mostNames), it.about))
	}
	if n := len(all) - len(shown); n > 0 {
		p.line(2, fmt.Sprintf("and %d more (--details lists them)", n))
	}
}

// fixes are what opens most ways, with the commands that do it.
func (p *printer) fixes(d *fleet.Document) {
	list := openers(d)
	if len(list) == 0 {
		return
	}
	p.line(0, "")
	p.line(0, p.bold("FIXES THAT OPEN MOST WAYS"))
	for i := range list[:min(len(list), mostFixes)] {
		o := &list[i]
		words := p.bold(plural(o.ways, "way", "ways")) + " for " + o.guestWords() + "  " + o.words()
		if len(o.finding.Fix) > 0 {
			words += "; as root there:"
		}
		p.wrap(2, 4, words)
		p.cure(o.finding)
	}
	if n := len(list) - mostFixes; n > 0 {
		p.line(2, fmt.Sprintf("and %d more that open a way (migcheck fixes)", n))
	}
}

// cure is what ends a finding, in as few lines as it takes.
func (p *printer) cure(f *preflight.Finding) {
	switch n := len(f.Fix); {
	case n == 0 && f.Hint != "":
		p.wrap(4, 6, "hint: "+f.Hint)
	case n == 0:
	case n > mostCommands && !p.o.Details:
		p.line(4, fmt.Sprintf("%d commands (--details shows them)", n))
	default:
		for _, command := range f.Fix {
			p.line(4, command)
		}
	}
}

// causeWords are a rule, and the device and the host that it is about.
func causeWords(d *fleet.Document, f *fleet.FindingLine) string {
	words := f.Rule + ": " + d.Hosts[f.Host].Name
	if device := cmp.Or(f.Device, f.Finding.Subject.Device); device != "" {
		words += ", " + device
	}
	return words
}
