package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"migcheck/preflight"
)

// Moved writes of a report document, given as its JSON, only what became of the
// migrations: for a terminal where the rest has been shown before.
func Moved(w io.Writer, document []byte, o Options) error {
	var d preflight.Document
	if err := json.Unmarshal(document, &d); err != nil {
		return fmt.Errorf("read the report: %w", err)
	}
	if err := unmark(&d); err != nil {
		return err
	}
	p := &printer{w: w, o: o}
	p.moved(&d)
	return p.err
}

// moved writes a block for each migration, and for several a table at the end.
func (p *printer) moved(d *preflight.Document) {
	several := 0
	for i := range d.Reports {
		if m := d.Reports[i].Moved; m != nil {
			p.line(0, "")
			p.oneMoved(d, &d.Reports[i], m)
			several++
		}
	}
	if several > 1 {
		p.movedTable(d)
	}
}

func (p *printer) oneMoved(d *preflight.Document, r *preflight.Report, m *preflight.Moved) {
	for _, c := range m.Changes {
		p.wrap(2, indent, pad("changed", indent-4)+"  "+c)
	}
	for _, line := range m.Order {
		p.wrap(2, indent, pad("order", indent-4)+"  "+line)
	}
	after := &preflight.Report{Findings: m.Findings, NotChecked: m.NotChecked}
	roots, follow := families(after)
	for _, f := range roots {
		if !p.brief(f) {
			p.finding(d, after, f, follow[f.ID])
			p.line(0, "")
		}
	}
	p.notes(roots)
	p.notChecked(after)
	word, level := outcomeWord(m)
	p.wrap(0, len(word)+2, p.color(level, word)+"  "+r.Guest.Name+" "+r.From+" -> "+r.To+": "+story(m))
	for _, c := range m.Commands {
		p.line(len(word)+2, c)
	}
}

// outcomeWord is the word that people look for, and how it weighs.
func outcomeWord(m *preflight.Moved) (string, preflight.Level) {
	switch m.Outcome {
	case "arrived":
		if m.Verdict >= preflight.Blocked {
			return "ARRIVED WITHOUT ITS NETWORK", preflight.Blocked
		}
		return "ARRIVED", max(m.Verdict, preflight.Ready)
	case "planned", "declined":
		return strings.ToUpper(m.Outcome), preflight.Note
	}
	return strings.ToUpper(m.Outcome), preflight.Blocked
}

// story is an outcome in a sentence or two.
func story(m *preflight.Moved) string {
	var parts []string
	if m.Error != "" {
		parts = append(parts, m.Error)
	}
	if m.Cause != "" {
		parts = append(parts, m.Cause)
	}
	if m.Where != "" {
		parts = append(parts, m.Where)
	}
	var numbers []string
	if m.Seconds > 0 {
		numbers = append(numbers, fmt.Sprintf("%.1f s", m.Seconds))
	}
	if m.DowntimeMS > 0 {
		numbers = append(numbers, fmt.Sprintf("downtime %d ms", m.DowntimeMS))
	}
	if m.Bytes > 0 {
		numbers = append(numbers, fmt.Sprintf("%.1f MiB moved", float64(m.Bytes)/(1<<20)))
	}
	for _, name := range sortedKeys(m.Frames) {
		if n := m.Frames[name]; n >= 0 {
			numbers = append(numbers, plural(n, "frame", "frames")+" of the guest seen on "+name)
		}
	}
	if len(numbers) > 0 {
		parts = append(parts, strings.Join(numbers, ", "))
	}
	if len(parts) == 0 {
		return "nothing was changed"
	}
	return strings.Join(parts, ". ")
}

func sortedKeys(m map[string]int) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// movedTable is one line a guest.
func (p *printer) movedTable(d *preflight.Document) {
	rows := [][]string{{"GUEST", "FROM", "TO", "OUTCOME", "SECONDS", "NETWORK"}}
	for i := range d.Reports {
		r := &d.Reports[i]
		if r.Moved == nil {
			continue
		}
		seconds, network := "-", "-"
		if r.Moved.Seconds > 0 {
			seconds = fmt.Sprintf("%.1f", r.Moved.Seconds)
		}
		if r.Moved.Outcome == "arrived" {
			network = r.Moved.Verdict.String()
		}
		rows = append(rows, []string{r.Guest.Name, r.From, r.To, r.Moved.Outcome, seconds, network})
	}
	p.line(0, "")
	p.grid(rows)
}
