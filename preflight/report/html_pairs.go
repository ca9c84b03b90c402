package report

import (
	"fmt"
	"io"
	"strings"

	"migcheck/preflight"
)

// pairsPage is a document of pairs as its page shows it; it needs no script.
type pairsPage struct {
	frame
	D                *preflight.Document
	Banner           string
	Waivers, Assumed []string
	Reports          []pairPart
	Moved            string // what became of the migrations, as the text report has it
}

// pairPart is one guest on its way from one host to another.
type pairPart struct {
	*preflight.Report
	State, Sum string
	Findings   []pairFinding
	Unasked    []string // what could not be looked at, for each host
	Beyond     *pairPart
}

type pairFinding struct {
	*preflight.Finding
	About, Waiver, Host string
	Maps                []string // a command for each suggestion
	Follow              string
	Cut                 bool
}

// pairsHTML writes one page that needs nothing else.
func pairsHTML(w io.Writer, d *preflight.Document, _ Options) error {
	visible(d)
	p := &pairsPage{frame: newFrame(""), D: d}
	if d.Example {
		p.Banner = exampleBanner
	}
	for i := range d.Waivers {
		if v := &d.Waivers[i]; !v.Expired(d.Created) && concerns(v, d) {
			p.Waivers = append(p.Waivers, waiverWords(v))
		}
	}
	for _, a := range d.Options.Assumed {
		p.Assumed = append(p.Assumed, assumedLine(a))
	}
	for i := range d.Reports {
		p.Reports = append(p.Reports, newPairPart(d, &d.Reports[i]))
	}
	var moved strings.Builder
	(&printer{w: &moved}).moved(d)
	p.Moved = strings.TrimSpace(moved.String())
	if err := pages.ExecuteTemplate(w, "pairs.tmpl", p); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

func newPairPart(d *preflight.Document, r *preflight.Report) pairPart {
	part := pairPart{Report: r, State: strings.Trim(stateWords(r), " ()"), Sum: sentence(r) + assuming(d, r)}
	roots, follow := families(r)
	for _, f := range roots {
		x := pairFinding{Finding: f, About: subject(f), Waiver: waivedWords(f), Host: f.Subject.Host}
		if list := follow[f.ID]; len(list) > 0 {
			x.Follow = several(list)
		}
		for _, s := range f.Suggest {
			x.Maps = append(x.Maps, mapCommand(d, r, s.Map))
		}
		part.Findings = append(part.Findings, x)
	}
	for _, n := range r.NotChecked {
		part.Unasked = append(part.Unasked, fmt.Sprintf("%s on %s%s: %s", n.Rule, n.Host, as(n.User), n.Reason))
	}
	if b := beyondOf(r); b != nil {
		more := newPairPart(d, b)
		more.State, more.Sum = beyondWords, beyondSentence(b)
		part.Beyond = &more
	}
	return part
}

func as(user string) string {
	if user == "" {
		return ""
	}
	return " as user " + user
}

// Kind is what a NIC is, in a few words.
func (p pairPart) Kind(n preflight.NICReport) string {
	if !n.Judged {
		return "type " + n.Type
	}
	return nicWords(&n)
}

// assumedLine is a command that the verdicts rest on though nobody has run it.
func assumedLine(a preflight.Assumption) string {
	if a.NotApplied != "" {
		return "not assumed on " + a.Host + ": " + a.Command + " (" + a.NotApplied + ")"
	}
	return "assuming on " + a.Host + ": " + a.Command
}
