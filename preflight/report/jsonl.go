package report

import (
	"encoding/json"
	"io"
	"time"

	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

// liner writes one object a line.
type liner struct {
	e   *json.Encoder
	err error
}

func newLiner(w io.Writer) *liner {
	return &liner{e: JSON(w)}
}

func (l *liner) put(v any) {
	if l.err == nil {
		l.err = l.e.Encode(v)
	}
}

// headLine is the first line: what the others are about.
type headLine struct {
	Type string `json:"type"` // "head"
	// Document is the schema of the document that the lines are made from.
	Document string             `json:"document"`
	Tool     preflight.Tool     `json:"tool"`
	Created  time.Time          `json:"created"`
	Example  bool               `json:"example,omitempty"`
	Options  preflight.Options  `json:"options"`
	Waivers  []preflight.Waiver `json:"waivers,omitempty"`
	// How many lines of each type follow.
	Hosts    int `json:"hosts"`
	Needs    int `json:"needs,omitempty"`
	Guests   int `json:"guests,omitempty"`
	Pairs    int `json:"pairs,omitempty"`
	Findings int `json:"findings"`
}

// fleetLines writes a fleet's report for pipelines: its head, and then each host,
// need, guest and finding in a line. Hosts are named in it; needs, which are few
// and have long names, keep their numbers.
func fleetLines(w io.Writer, d *fleet.Document, _ Options) error {
	l := newLiner(w)
	l.put(headLine{
		Type: "head", Document: d.Schema, Tool: d.Tool, Created: d.Created, Example: d.Example, Options: d.Options,
		Waivers: d.Waivers, Hosts: len(d.Hosts), Needs: len(d.Needs), Guests: len(d.Guests), Findings: len(d.Findings),
	})
	for i := range d.Hosts {
		l.put(struct {
			Type string `json:"type"`
			fleet.HostLine
		}{"host", d.Hosts[i]})
	}
	for i := range d.Needs {
		l.put(struct {
			Type  string `json:"type"`
			Need  int    `json:"need"`
			Label string `json:"label"`
		}{"need", i, d.Needs[i].Label})
	}
	for i := range d.Guests {
		g := &d.Guests[i]
		l.put(struct {
			Type     string     `json:"type"`
			Name     string     `json:"name"`
			UUID     string     `json:"uuid,omitempty"`
			State    string     `json:"state,omitempty"`
			Host     string     `json:"host"`
			Standing standing   `json:"standing"`
			Needs    []int      `json:"needs"`
			Ways     fleet.Ways `json:"ways"`
		}{"guest", g.Name, g.UUID, string(g.State), d.Hosts[g.Host].Name, standingOf(g.Ways), g.Needs, g.Ways})
	}
	for i := range d.Findings {
		f := &d.Findings[i]
		l.put(struct {
			Type    string            `json:"type"`
			Host    string            `json:"host"`
			Rule    string            `json:"rule"`
			Device  string            `json:"device,omitempty"`
			Level   preflight.Level   `json:"level"`
			Ways    int               `json:"ways"`
			Guests  int               `json:"guests"`
			Opens   int               `json:"opens"`
			Frees   int               `json:"frees"`
			Needs   []int             `json:"needs,omitempty"`
			Finding preflight.Finding `json:"finding"`
		}{"finding", d.Hosts[f.Host].Name, f.Rule, f.Device, f.Level, f.Ways, f.Guests, f.Opens, f.Frees, f.Needs, f.Finding})
	}
	return l.err
}

// lines writes a report of pairs for pipelines: its head, and then each host, each
// pair without its findings, and each finding in a line.
func lines(w io.Writer, d *preflight.Document, _ Options) error {
	l := newLiner(w)
	findings := 0
	for i := range d.Reports {
		findings += len(d.Reports[i].Findings)
	}
	l.put(headLine{
		Type: "head", Document: d.Schema, Tool: d.Tool, Created: d.Created, Example: d.Example, Options: d.Options,
		Waivers: d.Waivers, Hosts: len(d.Hosts), Pairs: len(d.Reports), Findings: findings,
	})
	for i := range d.Hosts {
		l.put(struct {
			Type string `json:"type"`
			preflight.HostIdentity
		}{"host", d.Hosts[i]})
	}
	for i := range d.Reports {
		r := &d.Reports[i]
		l.put(struct {
			Type string `json:"type"`
			*preflight.Report
			Findings *struct{} `json:"findings,omitempty"` // hides the report's
		}{"pair", r, nil})
		for k := range r.Findings {
			l.put(struct {
				Type  string `json:"type"`
				Guest string `json:"guest"`
				From  string `json:"from"`
				To    string `json:"to"`
				preflight.Finding
			}{"finding", r.Guest.Name, r.From, r.To, r.Findings[k]})
		}
	}
	return l.err
}
