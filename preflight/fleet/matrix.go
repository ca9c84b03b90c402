package fleet

import (
	"slices"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// Matrix is every guest against every host.
type Matrix struct {
	fleet      *Fleet
	rules      []*preflight.Rule
	wants      []*asked
	rows       []row
	rowsOf     []uint32
	offsets    []uint32
	alone      map[pair]preflight.Level
	odd        []bool
	unseen     Set // hosts of which devices or guests were not read
	judged     int
	waived     func(*item, about) bool
	devices    [][]string          // by place.bound - 1
	exceptions map[int][]exception // by guest, those with hosts in alone
	groups     func() []group
}

func (j *judge) matrix() *Matrix {
	m := &Matrix{
		fleet: j.f, rules: j.rules, wants: j.wants, rows: j.rows,
		rowsOf: j.rowsOf, offsets: j.offsets, alone: j.alone, odd: j.odd, judged: j.judged,
		waived: j.waived, devices: j.bounds.names, exceptions: map[int][]exception{}, groups: j.groups,
	}
	m.unseen = newSet(len(j.f.Hosts))
	for i := range j.f.Hosts {
		if unseen(j.f.Hosts[i].View.Host) != nil {
			m.unseen.add(i)
		}
	}
	for p, l := range j.alone {
		g := int(p.guest)
		m.exceptions[g] = append(m.exceptions[g], exception{p.host, l})
	}
	for _, list := range m.exceptions {
		slices.SortFunc(list, func(a, b exception) int { return int(a.host - b.host) })
	}
	*j = judge{f: j.f, waivers: j.waivers, rowsOf: j.rowsOf, offsets: j.offsets}
	return m
}

// unseen is what was not read of a host so that it can take nobody for certain;
// nil if there is no such fact.
func unseen(h *hostinfo.Host) *hostinfo.Gap {
	if g := h.Missing(hostinfo.FactDevices, ""); g != nil {
		return g
	}
	return h.Missing(hostinfo.FactDomains, "")
}

// Verdict is what a single check says of a guest and a host, Ready for the host
// that it is on. It allocates nothing.
func (m *Matrix) Verdict(guest, host int) preflight.Level {
	if m.fleet.Guests[guest].Host == host {
		return preflight.Ready
	}
	if m.odd[guest] {
		if l, alone := m.alone[pair{int32(guest), int32(host)}]; alone {
			return l
		}
	}
	worst := preflight.Ready
	for _, r := range m.rowsOf[m.offsets[guest]:m.offsets[guest+1]] {
		row := &m.rows[r]
		worst = max(worst, row.levels[m.wants[row.want].of[host]])
	}
	return worst
}

// Judged is how many pairs the rules were asked about.
func (m *Matrix) Judged() int { return m.judged }

// Explain is the report of a single check, with its reasons.
func (m *Matrix) Explain(guest, host int) *preflight.Report {
	return preflight.Run(m.fleet.plan(guest, host), m.rules)
}
