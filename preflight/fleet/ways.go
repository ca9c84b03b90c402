package fleet

import (
	"encoding/binary"

	"migcheck/preflight"
)

// Levels are the hosts by what a guest may expect of them, each in one set; its
// home is in none.
type Levels [preflight.Blocked + 1]Set

// Ways are how many hosts there are for a guest to go to, its home left out.
type Ways struct {
	Allowed   int `json:"allowed"` // ready, with or without notes and warnings
	Warned    int `json:"warned"`  // of those, with a warning
	Undecided int `json:"undecided"`
	Blocked   int `json:"blocked"`
}

// Best is the best that a guest may expect of any other host: Ready, Warning,
// Undecided, or Blocked if all refuse it or if there is none.
func (w Ways) Best() preflight.Level {
	switch {
	case w.Allowed > w.Warned:
		return preflight.Ready
	case w.Allowed > 0:
		return preflight.Warning
	case w.Undecided > 0:
		return preflight.Undecided
	}
	return preflight.Blocked
}

// Stuck says whether a guest has nowhere to go. One that some host might take,
// if more were known, is not stuck: nobody knows.
func (w Ways) Stuck() bool { return w.Best() == preflight.Blocked }

// Levels are a guest's hosts by verdict.
func (m *Matrix) Levels(guest int) Levels {
	l := m.levels(m.rowsIn(guest))
	m.correct(&l, guest)
	return l
}

// Ways counts a guest's ways.
func (m *Matrix) Ways(guest int) Ways {
	l := m.Levels(guest)
	w := Ways{Warned: l[preflight.Warning].Count(), Undecided: l[preflight.Undecided].Count(), Blocked: l[preflight.Blocked].Count()}
	w.Allowed = l[preflight.Ready].Count() + l[preflight.Note].Count() + w.Warned
	return w
}

func (m *Matrix) rowsIn(guest int) []uint32 {
	return m.rowsOf[m.offsets[guest]:m.offsets[guest+1]]
}

// levels are the hosts by the worst of several rows.
func (m *Matrix) levels(rows []uint32) Levels {
	return byWorst(len(m.fleet.Hosts), func(level preflight.Level, all Set) {
		for _, r := range rows {
			if s := m.rows[r].sets[level]; s != nil {
				all.or(s)
			}
		}
	})
}

// byWorst are a fleet's hosts by the worst level at which they are put in.
func byWorst(hosts int, put func(level preflight.Level, all Set)) Levels {
	var l Levels
	rest := newSet(hosts)
	for i := range hosts {
		rest.add(i)
	}
	for level := preflight.Blocked; level > preflight.Ready; level-- {
		l[level] = newSet(hosts)
		put(level, l[level])
		for w := range rest {
			l[level][w] &= rest[w]
		}
		rest.minus(l[level])
	}
	l[preflight.Ready] = rest
	return l
}

// correct takes a guest's home out, and puts in the pairs that were judged by
// themselves.
func (m *Matrix) correct(l *Levels, guest int) {
	for _, e := range m.exceptions[guest] {
		l.put(int(e.host), e.level)
	}
	l.remove(m.fleet.Guests[guest].Host)
}

func (l *Levels) put(host int, level preflight.Level) {
	l.remove(host)
	l[level].add(host)
}

func (l *Levels) remove(host int) {
	for i := range l {
		l[i][host>>6] &^= 1 << (host & 63)
	}
}

// exception is a host of which the guest's rows say nothing.
type exception struct {
	host  int32
	level preflight.Level
}

// group are the guests with the same rows.
type group struct {
	rows   []uint32
	guests []int32
}

// groups puts together guests with the same rows.
func (j *judge) groups() []group {
	var out []group
	ids := map[string]int{}
	var key []byte
	for g := range j.f.Guests {
		key = key[:0]
		for _, r := range j.rowsIn(g) {
			key = binary.LittleEndian.AppendUint32(key, r)
		}
		id, met := ids[string(key)]
		if !met {
			id = len(out)
			ids[string(key)] = id
			out = append(out, group{rows: j.rowsIn(g)})
		}
		out[id].guests = append(out[id].guests, int32(g))
	}
	return out
}

// HostWays is what a host's guests and the others' may expect of it.
type HostWays struct {
	Guests int `json:"guests"` // that live there
	Stuck  int `json:"stuck"`  // of those, with nowhere to go
	// Doubtful are, of those, the ones that no host takes for certain and some host
	// might.
	Doubtful int `json:"doubtful"`
	// Takes, Doubts and Refuses are how many guests from elsewhere could come,
	// are undecided, and could not.
	Takes   int `json:"takes"`
	Doubts  int `json:"doubts"`
	Refuses int `json:"refuses"`
}

// HostWays counts the ways from and to every host.
func (m *Matrix) HostWays() []HostWays {
	out := make([]HostWays, len(m.fleet.Hosts))
	count := func(l *Levels, n int) {
		for level, set := range l {
			set.All(func(h int) bool {
				switch preflight.Level(level) {
				case preflight.Blocked:
					out[h].Refuses += n
				case preflight.Undecided:
					out[h].Doubts += n
				default:
					out[h].Takes += n
				}
				return true
			})
		}
	}
	for _, gr := range m.groups() {
		l := m.levels(gr.rows)
		same := 0
		doubted := l[preflight.Undecided].Count()
		free := len(m.fleet.Hosts) - doubted - l[preflight.Blocked].Count()
		for _, g := range gr.guests {
			home := m.fleet.Guests[g].Host
			out[home].Guests++
			if len(m.exceptions[int(g)]) == 0 {
				same++
				m.leave(&l, home, out)
				w := Ways{Allowed: free, Undecided: doubted}
				switch {
				case l[preflight.Undecided].Has(home):
					w.Undecided--
				case !l[preflight.Blocked].Has(home):
					w.Allowed--
				}
				out[home].hold(w)
				continue
			}
			own := m.Levels(int(g))
			count(&own, 1)
			out[home].hold(m.Ways(int(g)))
		}
		count(&l, same)
	}
	return out
}

// leave takes back what is about to be counted of a guest's own home.
func (m *Matrix) leave(l *Levels, home int, out []HostWays) {
	switch {
	case l[preflight.Blocked].Has(home):
		out[home].Refuses--
	case l[preflight.Undecided].Has(home):
		out[home].Doubts--
	default:
		out[home].Takes--
	}
}

// hold counts a guest that lives on the host and can't leave it, or may not.
func (h *HostWays) hold(w Ways) {
	switch w.Best() {
	case preflight.Undecided:
		h.Doubtful++
	case preflight.Blocked:
		h.Stuck++
	}
}
