package report

import (
	"fmt"
	"io"
	"strings"

	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

// page writes Markdown for tickets and wikis. Names stand in code, where nothing
// in them means anything; other text is escaped.
type page struct {
	w   io.Writer
	err error
}

func (p *page) line(s string) {
	if p.err == nil {
		_, p.err = io.WriteString(p.w, s+"\n")
	}
}

// prose makes a text mean nothing to Markdown. A bare @ or # would still call
// somebody or lead to a ticket where tickets are kept, so they stand in code.
func prose(s string) string {
	var b strings.Builder
	for _, r := range Safe(s) {
		switch {
		case r == '@' || r == '#':
			b.WriteString("`" + string(r) + "`")
		case r == '|':
			b.WriteString("&#124;")
		case strings.ContainsRune("\\`*_{}[]<>()+-.!~&:$^=", r):
			b.WriteString("\\" + string(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// code is a text in a code span, which ends where the text can't end it. In a
// table a | would end the cell even there, so it is shown as what can't be seen is.
func code(s string) string {
	s = strings.ReplaceAll(Safe(s), "|", `\x7c`)
	if strings.TrimSpace(s) == "" {
		return ""
	}
	fence := fenceOf(s, 1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") || strings.HasPrefix(s, " ") && strings.HasSuffix(s, " ") {
		s = " " + s + " "
	}
	return fence + s + fence
}

// fenceOf is a row of backticks that the text does not have, of at least so many.
func fenceOf(s string, least int) string {
	for n := 0; ; {
		i := strings.IndexByte(s, '`')
		if i < 0 {
			return strings.Repeat("`", least)
		}
		for n = 0; i+n < len(s) && s[i+n] == '`'; n++ {
		}
		least = max(least, n+1)
		s = s[i+n:]
	}
}

// block writes lines that are to be copied, such as commands.
func (p *page) block(lines []string) {
	if len(lines) == 0 {
		return
	}
	safe := make([]string, len(lines))
	for i, l := range lines {
		safe[i] = Safe(l)
	}
	fence := fenceOf(strings.Join(safe, "\n"), 3)
	p.line("")
	p.line(fence)
	for _, l := range safe {
		p.line(l)
	}
	p.line(fence)
}

// row writes cells that are Markdown already.
func (p *page) row(cells ...string) {
	p.line("| " + strings.Join(cells, " | ") + " |")
}

func (p *page) table(columns ...string) {
	p.line("")
	p.row(columns...)
	p.line("|" + strings.Repeat(" --- |", len(columns)))
}

// remarks are the head of every page.
func (p *page) remarks(all []remark) {
	for _, r := range all {
		p.line("")
		p.line("> **" + prose(r.text) + "**")
	}
}

// mark is a word for a level that is seen without reading.
func mark(l preflight.Level) string { return "**" + strings.ToUpper(l.String()) + "**" }

func (s standing) mark() string { return "**" + strings.ToUpper(string(s)) + "**" }

// markdown writes a report of pairs: what was judged, the findings with their
// fixes, and the verdict first, since a ticket is read from its top.
func markdown(w io.Writer, d *preflight.Document, _ Options) error {
	p := &page{w: w}
	p.line("# migcheck: " + prose(d.Verdict.String()+beyondAll(d)))
	p.remarks(remarks(d))
	p.table("verdict", "guest", "from", "to", "")
	for i := range d.Reports {
		r := &d.Reports[i]
		p.row(mark(r.Verdict), code(r.Guest.Name), code(r.From), code(r.To), prose(sentence(r)))
		if b := beyondOf(r); b != nil {
			p.row(mark(b.Verdict), code(r.Guest.Name), code(r.From), code(r.To), prose("beyond the network: "+beyondSentence(b)))
		}
	}
	for i := range d.Reports {
		p.pair(&d.Reports[i])
	}
	p.signed(d.Tool, d.Created.UTC().Format("2006-01-02 15:04 MST"))
	return p.err
}

func (p *page) pair(r *preflight.Report) {
	p.line("")
	p.line("## " + code(r.Guest.Name) + ": " + code(r.From) + " to " + code(r.To))
	p.table("NIC", "MAC", "on the source", "on the destination")
	for i := range r.NICs {
		n := &r.NICs[i]
		p.row(fmt.Sprint(n.Index), code(n.MAC), code(n.Source.Summary), code(n.Destination.Summary))
	}
	roots, follow := families(r)
	for _, f := range roots {
		p.finding(f, follow[f.ID])
	}
	if b := beyondOf(r); b != nil {
		p.line("")
		p.line("**Beyond the network**: " + prose(beyondSentence(b)+"; "+beyondWords))
		roots, follow := families(b)
		for _, f := range roots {
			p.finding(f, follow[f.ID])
		}
	}
	if m := r.Moved; m != nil {
		word, _ := outcomeWord(m)
		p.line("")
		p.line("**" + prose(word) + "**: " + prose(story(m)))
		for i := range m.Findings {
			p.finding(&m.Findings[i], nil)
		}
	}
}

func (p *page) finding(f *preflight.Finding, follow []string) {
	p.line("")
	words := mark(f.Level)
	if !f.Counts() {
		words += " (waived: " + prose(f.Waived.Reason) + ")"
	}
	p.line("### " + words + " " + code(f.Rule))
	p.line("")
	if about := subject(f); about != "" {
		p.line(code(about) + "\\")
	}
	p.line(prose(f.Reason))
	for _, value := range [][2]string{{"source", f.SourceValue}, {"destination", f.DestinationValue}, {"when", preflight.PhaseText(f.Phase)}, {"hint", f.Hint}} {
		if value[1] != "" {
			p.line("- " + value[0] + ": " + prose(value[1]))
		}
	}
	if len(follow) > 0 {
		p.line("- follows from it: " + code(several(follow)))
	}
	if len(f.Fix) > 0 {
		p.line("- fix, as root on " + code(f.Subject.Host) + ":")
	}
	p.block(f.Fix)
}

func (p *page) signed(tool preflight.Tool, when string) {
	p.line("")
	p.line("Judged " + prose(when) + " by " + prose(strings.TrimSpace(tool.Name+" "+tool.Version)) + ".")
}

// mostInTicket is how many of each a page lists, unless details were asked for.
const mostInTicket = 20

// fleetMarkdown writes a fleet's report: what can leave, what can't and why, the
// hosts by problem and the fixes that help most.
func fleetMarkdown(w io.Writer, d *fleet.Document, o Options) error {
	p := &page{w: w}
	t := count(d)
	most := mostInTicket
	if o.Details {
		most = mostDetailed
	}
	p.line("# migcheck: " + prose(fleetSentence(d, &t)))
	p.remarks(fleetRemarks(d))
	p.table("standing", "guests")
	for _, s := range standings {
		p.row(s.mark(), fmt.Sprint(t.guests[s]))
	}
	p.held(d, &t, most)
	p.problems(d, most)
	p.fixes(d, most)
	p.signed(d.Tool, d.Created.UTC().Format("2006-01-02 15:04 MST"))
	return p.err
}

// more says what was left out.
func (p *page) more(n int) {
	if n > 0 {
		p.line("")
		p.line(fmt.Sprintf("... and %d more.", n))
	}
}
