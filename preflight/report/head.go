package report

import (
	"fmt"
	"slices"

	"migcheck/preflight"
)

// waivers are those in force that may be about something in the document. One
// that has ended is told with the finding that counts again.
func (p *printer) waivers(d *preflight.Document) {
	any := false
	for i := range d.Waivers {
		if w := &d.Waivers[i]; !w.Expired(d.Created) && concerns(w, d) {
			p.waiver(w)
			any = true
		}
	}
	if any {
		p.line(0, "")
	}
}

// concerns says whether the waiver's host and guest are in the document.
func concerns(w *preflight.Waiver, d *preflight.Document) bool {
	return slices.ContainsFunc(d.Reports, func(r preflight.Report) bool {
		return (w.Host == "" || w.Host == r.From || w.Host == r.To) && (w.Guest == "" || w.Guest == r.Guest.Name)
	})
}

func (p *printer) waiver(w *preflight.Waiver) { p.line(0, waiverLine(w)) }

// waiverLine is a waiver in a line: "waived: RULE on HOST until 2027-03-31 (why)".
func waiverLine(w *preflight.Waiver) string {
	about := "waived: " + w.Rule
	for _, limit := range [][2]string{{"on", w.Host}, {"for", w.Guest}, {"about", w.Device}, {"until", w.LastDay()}} {
		if limit[1] != "" {
			about += " " + limit[0] + " " + limit[1]
		}
	}
	return about + " (" + w.Reason + ")"
}

// assumed are the commands that nobody has run and that the verdicts rest on.
func (p *printer) assumed(d *preflight.Document) {
	for _, a := range d.Options.Assumed {
		word, why := p.bold("ASSUMING"), ""
		if a.NotApplied != "" {
			word, why = "NOT ASSUMED", " ("+a.NotApplied+")"
		}
		p.wrap(0, 2, word+" on "+a.Host+": "+a.Command+why)
	}
	if len(d.Options.Assumed) > 0 {
		p.line(0, "")
	}
}

// assumedOn are the commands that were assumed on a host.
func assumedOn(d *preflight.Document, host string) []string {
	var out []string
	for _, a := range d.Options.Assumed {
		if a.Host == host && a.NotApplied == "" {
			out = append(out, a.Command)
		}
	}
	return out
}

// assuming is what a verdict rests on, for its line; empty if it rests on
// facts.
func assuming(d *preflight.Document, r *preflight.Report) string {
	words := ""
	for _, host := range []string{r.From, r.To} {
		commands := assumedOn(d, host)
		if len(commands) == 0 {
			continue
		}
		words += ", ASSUMING on " + host + ": " + commands[0]
		if n := len(commands) - 1; n > 0 {
			words += fmt.Sprintf(" and %d more", n)
		}
	}
	return words
}
