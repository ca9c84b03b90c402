package report

import (
	"fmt"
	"io"

	"migcheck/preflight"
)

// Finding writes one finding of a report document, given as its JSON, as the
// text report shows it.
func Finding(w io.Writer, document []byte, id string, o Options) error {
	d, err := read[preflight.Document](document)
	if err != nil {
		return err
	}
	p := &printer{w: w, o: o}
	var all []*preflight.Report
	for i := range d.Reports {
		all = append(all, &d.Reports[i])
		if b := beyondOf(&d.Reports[i]); b != nil {
			all = append(all, b)
		}
	}
	for _, r := range all {
		_, follow := families(r)
		for j := range r.Findings {
			f := &r.Findings[j]
			switch {
			case f.ID != id:
			case p.brief(f):
				p.note(f)
				return p.err
			default:
				p.finding(d, r, f, follow[f.ID])
				return p.err
			}
		}
	}
	return fmt.Errorf("the report has no finding %s", id)
}

// Paragraph writes a text broken at spaces to the width in o: its first line at
// one indent and the others at another.
func Paragraph(w io.Writer, first, rest int, text string, o Options) error {
	p := &printer{w: w, o: o}
	p.wrap(first, rest, text)
	return p.err
}
