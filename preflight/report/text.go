package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"migcheck/preflight"
)

// text writes the report for people at a terminal: one block a NIC with both
// sides, then the findings, worst first, and the verdict last.
func text(w io.Writer, d *preflight.Document, o Options) error {
	p := &printer{w: w, o: o}
	return Framed(w, d.Example, func() error {
		p.waivers(d)
		p.assumed(d)
		if d.Options.ToAll {
			p.ranked(d)
		} else {
			p.pairs(d)
		}
		return p.err
	})
}

func (p *printer) pairs(d *preflight.Document) {
	for i := range d.Reports {
		if i > 0 {
			p.line(0, "")
		}
		p.report(d, &d.Reports[i])
	}
	p.line(0, "")
	for i := range d.Reports {
		p.verdict(d, &d.Reports[i])
	}
	for i := range d.Reports {
		p.beyond(d, &d.Reports[i])
	}
	p.moved(d)
}

func (p *printer) report(d *preflight.Document, r *preflight.Report) {
	p.line(0, p.bold(r.Guest.Name)+stateWords(r)+": "+hostWord(d, r.From)+" -> "+hostWord(d, r.To))
	for i := range r.NICs {
		p.nic(d, &r.NICs[i])
	}
	roots, follow := families(r)
	for _, f := range roots {
		if !p.brief(f) {
			p.line(0, "")
			p.finding(d, r, f, follow[f.ID])
		}
	}
	p.notes(roots)
	p.notChecked(r)
	p.notProven(r)
}

// stateWords says in which state and by which definition a guest was judged.
func stateWords(r *preflight.Report) string {
	words := cmp.Or(string(r.Guest.State), "state unknown")
	switch r.Guest.View {
	case "inactive":
		words += ", judged from its persistent definition"
	case "live":
		words += ", judged from its live definition"
	case "":
		words += ", definition not read"
	}
	return " (" + words + ")"
}

// hostWord is a host's name, with what it calls itself if that differs.
func hostWord(d *preflight.Document, name string) string {
	for _, h := range d.Hosts {
		if h.Name == name && h.Hostname != "" && h.Hostname != name {
			return name + " [" + h.Hostname + "]"
		}
	}
	return name
}

func (p *printer) nic(d *preflight.Document, n *preflight.NICReport) {
	p.line(0, "")
	what := "type " + n.Type
	if n.Judged {
		what = nicWords(n)
	}
	p.line(2, strings.Join(slices.DeleteFunc([]string{fmt.Sprintf("nic %d", n.Index), n.MAC, what, n.Model}, empty), "  "))
	if !n.Judged {
		return
	}
	width := max(len(n.Source.Host), len(n.Destination.Host))
	for _, s := range []*preflight.SideReport{&n.Source, &n.Destination} {
		words := pad(s.Host, width) + "  " + s.Summary
		if s.Mapped {
			words += "  (mapped)"
		}
		if len(assumedOn(d, s.Host)) > 0 {
			words += "  (ASSUMED)"
		}
		p.wrap(4, 4+width+2, words)
	}
	p.sameNetwork(n.SameNetwork)
	p.trial(n.Trial)
}

func empty(s string) bool { return s == "" }

// families are the findings that stand by themselves, and under each the rules
// that merely follow from it.
func families(r *preflight.Report) (roots []*preflight.Finding, follow map[string][]string) {
	follow = map[string][]string{}
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.CausedBy == "" {
			roots = append(roots, f)
		} else if !slices.Contains(follow[f.CausedBy], f.Rule) {
			follow[f.CausedBy] = append(follow[f.CausedBy], f.Rule)
		}
	}
	return roots, follow
}
