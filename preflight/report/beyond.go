package report

import "migcheck/preflight"

// beyondWords say what stands in that part of a report, and what does not.
const beyondWords = "what else libvirt refuses before it copies anything, as far as it could be asked; not all that can go wrong"

// beyondOf is what was found beyond a guest's network as a report of its own,
// without NICs; nil where nobody asked.
func beyondOf(r *preflight.Report) *preflight.Report {
	b := r.Beyond
	if b == nil {
		return nil
	}
	return &preflight.Report{
		Guest: r.Guest, From: r.From, To: r.To, Verdict: b.Verdict, Findings: b.Findings, NotChecked: b.NotChecked,
	}
}

// beyondSentence is what the verdict of such a report is made from.
func beyondSentence(b *preflight.Report) string {
	if words := tallyWords(b); words != "" {
		return words
	}
	return "nothing that was asked speaks against it"
}

// beyond writes the part below the network's verdict.
func (p *printer) beyond(d *preflight.Document, r *preflight.Report) {
	b := beyondOf(r)
	if b == nil {
		return
	}
	p.line(0, "")
	p.wrap(0, 2, p.bold("beyond the network")+" of "+r.Guest.Name+": "+hostWord(d, r.From)+" -> "+hostWord(d, r.To))
	p.wrap(2, 2, beyondWords)
	roots, follow := families(b)
	for _, f := range roots {
		if !p.brief(f) {
			p.line(0, "")
			p.finding(d, b, f, follow[f.ID])
		}
	}
	p.notes(roots)
	p.notChecked(b)
	p.line(0, "")
	word := verdictWord(b.Verdict)
	p.wrap(0, len(word)+2, p.color(b.Verdict, word)+"  "+r.Guest.Name+" beyond its network: "+beyondSentence(b))
}

// beyondMetrics are those verdicts, for pairs where they were asked for.
func beyondMetrics(e *exposition, d *preflight.Document) {
	verdict := e.gauge("migcheck_pair_beyond_verdict", "1 for the verdict beyond the guest's network, 0 for the others; absent if nobody asked.", "guest", "from", "to", "verdict")
	for i := range d.Reports {
		b := beyondOf(&d.Reports[i])
		if b == nil {
			continue
		}
		for l := preflight.Ready; l <= preflight.Blocked; l++ {
			is := 0
			if l == b.Verdict {
				is = 1
			}
			verdict.add(is, b.Guest.Name, b.From, b.To, l.String())
		}
	}
}

// beyondAll is the worst of those verdicts, to stand behind the document's; empty
// where nobody asked.
func beyondAll(d *preflight.Document) string {
	asked, worst := false, preflight.Ready
	for i := range d.Reports {
		if b := d.Reports[i].Beyond; b != nil {
			asked, worst = true, max(worst, b.Verdict)
		}
	}
	if !asked {
		return ""
	}
	return ", beyond the network " + worst.String()
}
