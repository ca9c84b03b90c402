package report

import (
	"cmp"
	"slices"

	"migcheck/preflight"
)

// matrix is needs against hosts as a table, hosts of one kind in one column
// where there are many.
type matrix struct {
	Columns cut[column]
	Rows    cut[matrixRow]
	Folded  bool
}

// column is a host, and how many others look the same to every guest.
type column struct {
	Host   string
	Others int
	host   int
}

type matrixRow struct {
	Label  string
	Guests int
	Cells  []matrixCell // those of the kind of most guests
}

type matrixCell struct {
	Level preflight.Level
	Mixed bool // another kind of the need comes to something else there
}

// Matrix is as much of needs against hosts as fits a page.
func (p *fleetPage) Matrix() matrix {
	m := matrix{Folded: len(p.D.Hosts) > maxColumns}
	if m.Folded {
		m.Columns = first(p.kinds(), maxColumns)
	} else {
		var all []column
		for h := range p.D.Hosts {
			all = append(all, column{p.D.Hosts[h].Name, 0, h})
		}
		m.Columns = first(all, maxColumns)
	}
	var rows []matrixRow
	most := slices.Clone(p.labels)
	slices.SortStableFunc(most, func(a, b []*pageNeed) int { return cmp.Compare(askers(b), askers(a)) })
	for _, same := range most[:min(maxRows, len(most))] {
		r := matrixRow{Label: same[0].Label, Guests: askers(same)}
		for _, c := range m.Columns.Shown {
			cell := matrixCell{Level: same[0].on(c.host)}
			cell.Mixed = slices.ContainsFunc(same, func(n *pageNeed) bool { return n.on(c.host) != cell.Level })
			r.Cells = append(r.Cells, cell)
		}
		rows = append(rows, r)
	}
	m.Rows = cut[matrixRow]{rows, len(p.labels)}
	return m
}

// askers is how many guests have a need of one label.
func askers(same []*pageNeed) int {
	n := 0
	for _, k := range same {
		n += k.Guests
	}
	return n
}

// kinds are the classes of hosts that look the same: the largest, and then those
// that most guests could not come to.
func (p *fleetPage) kinds() []column {
	out := make([]column, p.classes)
	for h := len(p.alike) - 1; h >= 0; h-- {
		c := &out[p.alike[h]]
		*c = column{p.D.Hosts[h].Name, c.Others + 1, h}
	}
	for i := range out {
		out[i].Others--
	}
	largest := slices.MaxFunc(out, func(a, b column) int { return cmp.Compare(a.Others, b.Others) })
	slices.SortStableFunc(out, func(a, b column) int {
		if (a.host == largest.host) != (b.host == largest.host) {
			if a.host == largest.host {
				return -1
			}
			return 1
		}
		x, y := &p.D.Hosts[a.host].Ways, &p.D.Hosts[b.host].Ways
		return cmp.Or(cmp.Compare(y.Refuses, x.Refuses), cmp.Compare(y.Doubts, x.Doubts), cmp.Compare(a.host, b.host))
	})
	return out
}
