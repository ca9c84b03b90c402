package report

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

// defect is what findings say that differ in nothing but the host, the device
// and the host that the guest is on, each written as its stand-in, with the
// places where it is so.
type defect struct {
	Rule         string                 `json:"rule"`
	Level        preflight.Level        `json:"level"`
	Phase        preflight.Phase        `json:"-"`
	When         string                 `json:"when,omitempty"`
	Reason       string                 `json:"reason"`
	Source       string                 `json:"source,omitempty"`
	Destination  string                 `json:"destination,omitempty"`
	Fix          []string               `json:"fix,omitempty"`
	Suggest      []preflight.Suggestion `json:"suggest,omitempty"`
	Permanent    []string               `json:"permanent,omitempty"`
	PermanentFor string                 `json:"permanentFor,omitempty"`
	Hint         string                 `json:"hint,omitempty"`
	Explain      string                 `json:"explain"`
	Allow        string                 `json:"allow,omitempty"`
	Waived       string                 `json:"waived,omitempty"`
	Places       []problemPlace         `json:"places"`
}

// problemPlace is one of the document's findings.
type problemPlace struct {
	Host   int    `json:"h"`
	Device string `json:"d,omitempty"`
	Ways   int    `json:"w"`
	Guests int    `json:"g"`
	Opens  int    `json:"o,omitempty"`
	Frees  int    `json:"f,omitempty"`
	Needs  []int  `json:"n,omitempty"` // of the page, not of the document
	Alone  []int  `json:"a,omitempty"`
	// Home is the host, counted from 1, of the guest that the words are from.
	Home int `json:"r,omitempty"`
	// About is the device in the words, which may be another than that of a NIC.
	About string `json:"s,omitempty"`
}

// problems folds a document's findings, those first whose end would open most
// ways. Needs are translated to the page's.
func problems(d *fleet.Document, needs []int) []*defect {
	var out []*defect
	met := map[string]*defect{}
	homes := homesByName(d)
	for i := range d.Findings {
		line := &d.Findings[i]
		p, place := apart(line, d, homes[line.Finding.Subject.Guest])
		for _, n := range line.Needs {
			place.Needs = append(place.Needs, needs[n])
		}
		slices.Sort(place.Needs)
		place.Needs = slices.Compact(place.Needs)
		key, err := json.Marshal(p)
		if err != nil {
			panic(err) // strings only
		}
		same := met[string(key)]
		if same == nil {
			same = p
			met[string(key)] = p
			out = append(out, p)
		}
		same.Places = append(same.Places, place)
	}
	slices.SortStableFunc(out, func(a, b *defect) int {
		return cmp.Or(cmp.Compare(b.Opens(), a.Opens()), cmp.Compare(b.Level, a.Level), cmp.Compare(b.Ways(), a.Ways()))
	})
	return out
}

// homesByName are the hosts of guests, counted from 1, by name; 0 for a name
// that is not one guest's alone.
func homesByName(d *fleet.Document) map[string]int {
	homes := make(map[string]int, len(d.Guests))
	for i := range d.Guests {
		g := &d.Guests[i]
		if _, met := homes[g.Name]; met {
			homes[g.Name] = 0
		} else {
			homes[g.Name] = g.Host + 1
		}
	}
	return homes
}

// apart takes the names of hosts and device out of what a finding says.
func apart(line *fleet.FindingLine, d *fleet.Document, home int) (*defect, problemPlace) {
	f := &line.Finding
	about := cmp.Or(f.Subject.Device, line.Device)
	place := problemPlace{Host: line.Host, Device: line.Device, Ways: line.Ways, Guests: line.Guests, Opens: line.Opens, Frees: line.Frees, Alone: line.Alone, Home: home}
	if about != line.Device {
		place.About = about
	}
	names := [][2]string{{about, deviceHere}, {d.Hosts[line.Host].Name, hostHere}}
	if home > 0 {
		names = append(names, [2]string{d.Hosts[home-1].Name, homeHere})
	}
	// One after the other: no name holds a stand-in, so that filling them in again
	// gives the very text.
	general := func(s string) string {
		for _, n := range names {
			if n[0] != "" {
				s = strings.ReplaceAll(s, n[0], n[1])
			}
		}
		return s
	}
	each := func(lines []string) []string {
		var out []string
		for _, s := range lines {
			out = append(out, general(s))
		}
		return out
	}
	p := &defect{
		Rule: line.Rule, Level: line.Level, Phase: f.Phase, Reason: general(f.Reason),
		Source: general(f.SourceValue), Destination: general(f.DestinationValue),
		Fix: each(f.Fix), Permanent: each(f.Permanent), PermanentFor: f.PermanentFor, Hint: general(f.Hint),
		Explain: cmp.Or(f.Explain, "migcheck explain "+line.Rule), Waived: general(waivedWords(f)),
	}
	if f.Waived == nil {
		p.Allow = general(f.Allow)
	}
	if f.Rule != preflight.FactsNotObserved && f.Phase != "" {
		p.When = preflight.PhaseText(f.Phase)
	}
	for _, s := range f.Suggest {
		p.Suggest = append(p.Suggest, preflight.Suggestion{Map: general(s.Map), Evidence: general(s.Evidence)})
	}
	return p, place
}

// at is a copy in the words for one of its places.
func (p *defect) at(d *fleet.Document, place *problemPlace) *defect {
	home := ""
	if place.Home > 0 {
		home = d.Hosts[place.Home-1].Name
	}
	r := strings.NewReplacer(hostHere, d.Hosts[place.Host].Name, deviceHere, cmp.Or(place.About, place.Device), homeHere, home)
	q := *p
	for _, s := range []*string{&q.Reason, &q.Source, &q.Destination, &q.Hint, &q.Allow, &q.Waived} {
		*s = r.Replace(*s)
	}
	each := func(lines []string) (out []string) {
		for _, s := range lines {
			out = append(out, r.Replace(s))
		}
		return out
	}
	q.Fix, q.Permanent, q.Suggest = each(p.Fix), each(p.Permanent), nil
	for _, s := range p.Suggest {
		q.Suggest = append(q.Suggest, preflight.Suggestion{Map: r.Replace(s.Map), Evidence: r.Replace(s.Evidence)})
	}
	return &q
}

// Opens is how many ways its end would open, at least.
func (p *defect) Opens() int {
	n := 0
	for i := range p.Places {
		n += p.Places[i].Opens
	}
	return n
}

// Ways is how often it is met.
func (p *defect) Ways() int {
	n := 0
	for i := range p.Places {
		n += p.Places[i].Ways
	}
	return n
}

// Blocks says whether it is of the level that blocks.
func (p *defect) Blocks() bool { return p.Level == preflight.Blocked }
