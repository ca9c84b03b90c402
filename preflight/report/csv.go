package report

import (
	"cmp"
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

// sheet writes rows of a table for spreadsheets: RFC 4180, with the names of the
// columns in the first. A cell never holds a formula, nor more than one line.
type sheet struct {
	w       *csv.Writer
	columns []string
}

func newSheet(w io.Writer, columns ...string) *sheet {
	s := &sheet{csv.NewWriter(w), columns}
	s.w.UseCRLF = true
	_ = s.w.Write(columns) // its error stays, and close tells it
	return s
}

// row writes the cells that it is given, by column.
func (s *sheet) row(cells map[string]string) {
	out := make([]string, len(s.columns))
	for i, c := range s.columns {
		out[i] = cell(cells[c])
	}
	_ = s.w.Write(out)
}

func (s *sheet) close() error {
	s.w.Flush()
	return s.w.Error()
}

// cell makes a text harmless for a spreadsheet: what would be taken for a formula
// gets an apostrophe in front. The wide forms count in some countries.
func cell(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return strings.ContainsRune("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20", r) }) == 0 {
		s = "'" + s
	}
	return Safe(s)
}

// fleetTable writes a fleet's report for spreadsheets: a row for each host, each
// guest and each finding, told apart by their kind. A row for each guest on each
// host would be millions.
func fleetTable(w io.Writer, d *fleet.Document, _ Options) error {
	s := newSheet(w, "kind", "verdict", "host", "guest", "state", "uuid", "rule", "device", "allowed", "warned", "undecided", "blocked",
		"ways", "guests", "opens", "frees", "reason", "fix", "hint")
	for _, r := range fleetRemarks(d) {
		s.row(map[string]string{"kind": r.kind, "reason": r.text})
	}
	for i := range d.Hosts {
		h := &d.Hosts[i]
		verdict, reason := preflight.Ready, ""
		if what, why := unseen(h); what != "" {
			verdict, reason = preflight.Undecided, what+": "+why
		}
		s.row(map[string]string{
			"kind": "host", "verdict": verdict.String(), "host": h.Name, "uuid": h.UUID, "reason": reason, "guests": strconv.Itoa(h.Ways.Guests),
			"allowed": strconv.Itoa(h.Ways.Takes), "undecided": strconv.Itoa(h.Ways.Doubts), "blocked": strconv.Itoa(h.Ways.Refuses),
		})
	}
	for i := range d.Guests {
		g := &d.Guests[i]
		s.row(map[string]string{
			"kind": "guest", "verdict": string(standingOf(g.Ways)), "host": d.Hosts[g.Host].Name, "guest": g.Name, "state": string(g.State), "uuid": g.UUID,
			"allowed": strconv.Itoa(g.Ways.Allowed), "warned": strconv.Itoa(g.Ways.Warned),
			"undecided": strconv.Itoa(g.Ways.Undecided), "blocked": strconv.Itoa(g.Ways.Blocked),
		})
	}
	for i := range d.Findings {
		f := &d.Findings[i]
		s.row(map[string]string{
			"kind": "finding", "verdict": f.Level.String(), "host": d.Hosts[f.Host].Name, "rule": f.Rule, "device": cmp.Or(f.Device, f.Finding.Subject.Device),
			"ways": strconv.Itoa(f.Ways), "guests": strconv.Itoa(f.Guests), "opens": strconv.Itoa(f.Opens), "frees": strconv.Itoa(f.Frees),
			"reason": f.Finding.Reason, "fix": strings.Join(f.Finding.Fix, " && "), "hint": f.Finding.Hint,
		})
	}
	return s.close()
}

// table writes a report of pairs for spreadsheets: a row for each pair and each
// of its findings.
func table(w io.Writer, d *preflight.Document, _ Options) error {
	s := newSheet(w, "kind", "verdict", "guest", "from", "to", "rule", "phase", "nic", "mac", "host", "device", "waived", "caused by",
		"source value", "destination value", "reason", "fix", "hint", "id")
	for _, r := range remarks(d) {
		s.row(map[string]string{"kind": r.kind, "reason": r.text})
	}
	for i := range d.Reports {
		r := &d.Reports[i]
		s.row(map[string]string{"kind": "pair", "verdict": r.Verdict.String(), "guest": r.Guest.Name, "from": r.From, "to": r.To, "reason": sentence(r)})
		for k := range r.Findings {
			s.finding(r, &r.Findings[k])
		}
		if b := beyondOf(r); b != nil {
			s.row(map[string]string{"kind": "beyond the network", "verdict": b.Verdict.String(), "guest": r.Guest.Name, "from": r.From, "to": r.To, "reason": beyondSentence(b) + "; " + beyondWords})
			for k := range b.Findings {
				s.finding(r, &b.Findings[k])
			}
		}
		if m := r.Moved; m != nil {
			s.row(map[string]string{"kind": "migration", "verdict": m.Outcome, "guest": r.Guest.Name, "from": r.From, "to": r.To, "reason": story(m)})
			for k := range m.Findings {
				s.finding(r, &m.Findings[k])
			}
		}
	}
	return s.close()
}

func (s *sheet) finding(r *preflight.Report, f *preflight.Finding) {
	nic, waived := "", ""
	if f.Subject.NIC != nil {
		nic = strconv.Itoa(*f.Subject.NIC)
	}
	if !f.Counts() {
		waived = f.Waived.Reason
	}
	s.row(map[string]string{
		"kind": "finding", "verdict": f.Level.String(), "guest": r.Guest.Name, "from": r.From, "to": r.To, "rule": f.Rule, "phase": string(f.Phase),
		"nic": nic, "mac": f.Subject.MAC, "host": f.Subject.Host, "device": f.Subject.Device, "waived": waived, "caused by": f.CausedBy,
		"source value": f.SourceValue, "destination value": f.DestinationValue, "reason": f.Reason, "fix": strings.Join(f.Fix, " && "), "hint": f.Hint, "id": f.ID,
	})
}
