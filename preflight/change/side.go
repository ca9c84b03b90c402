package change

import (
	"cmp"
	"slices"

	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

// side is one of the runs, with what is looked up in it.
type side struct {
	*Run
	hosts map[string]int // by name: place
	// to are the new numbers of its hosts, from the places of old ones.
	to []int
	// by level from Warning on: the hosts of each need, by new numbers.
	sets [preflight.Blocked + 1][]bits
	// found are findings by need and host, alone by guest and host: places.
	found, alone map[[2]int][]int
}

func newSide(r *Run) *side {
	s := &side{Run: r, hosts: map[string]int{}, found: map[[2]int][]int{}, alone: map[[2]int][]int{}}
	d := r.Document
	for i := range d.Hosts {
		s.hosts[d.Hosts[i].Name] = i
	}
	for i := range d.Findings {
		f := &d.Findings[i]
		for _, n := range f.Needs {
			s.found[[2]int{n, f.Host}] = append(s.found[[2]int{n, f.Host}], i)
		}
		for _, g := range f.Alone {
			s.alone[[2]int{g, f.Host}] = append(s.alone[[2]int{g, f.Host}], i)
		}
	}
	return s
}

// renumber puts the hosts of each need at their new numbers.
func (s *side) renumber(hosts []host, place func(*host) int) {
	s.to = make([]int, len(s.Document.Hosts))
	for i := range hosts {
		if at := place(&hosts[i]); at >= 0 {
			s.to[at] = i
		}
	}
	for level := range s.sets {
		s.sets[level] = make([]bits, len(s.Document.Needs))
	}
	for n := range s.Document.Needs {
		need := &s.Document.Needs[n]
		for level, set := range map[preflight.Level]fleet.Set{preflight.Warning: need.Warned, preflight.Undecided: need.Undecided, preflight.Blocked: need.Blocked} {
			if set.Count() == 0 {
				continue
			}
			out := newBits(len(hosts))
			for old, now := range s.to {
				if set.Has(old) {
					out.set(now)
				}
			}
			s.sets[level][n] = out
		}
	}
}

// levels are a guest's hosts by what it may expect of them, by new numbers.
// Ready and noted are one.
func (s *side) levels(guest, hosts int) levels {
	var l levels
	g := &s.Document.Guests[guest]
	for level := range l {
		l[level] = newBits(hosts)
		for _, n := range g.Needs {
			l[level].or(s.sets[level][n])
		}
	}
	for _, e := range s.own(guest) {
		h := s.to[e.Host]
		for level := range l {
			l[level].clear(h)
		}
		if e.Verdict >= preflight.Warning {
			l[e.Verdict].set(h)
		}
	}
	return l
}

// own are the exceptions of a guest.
func (s *side) own(guest int) []fleet.Exception {
	all := s.Document.Exceptions
	from, _ := slices.BinarySearchFunc(all, guest, func(e fleet.Exception, g int) int { return cmp.Compare(e.Guest, g) })
	to := from
	for to < len(all) && all[to].Guest == guest {
		to++
	}
	return all[from:to]
}

// levels are hosts by level, Warning and above. One may be in several: the
// highest counts.
type levels [preflight.Blocked + 1]bits

func (l *levels) of(host int) preflight.Level {
	for level := preflight.Blocked; level >= preflight.Warning; level-- {
		if l[level].has(host) {
			return level
		}
	}
	return preflight.Ready
}

// bits is a set of hosts by new numbers; nil is an empty one.
type bits []uint64

func newBits(n int) bits { return make(bits, (n+63)/64) }

func (b bits) set(i int)      { b[i>>6] |= 1 << (i & 63) }
func (b bits) clear(i int)    { b[i>>6] &^= 1 << (i & 63) }
func (b bits) has(i int) bool { return b != nil && b[i>>6]&(1<<(i&63)) != 0 }

func (b bits) or(o bits) {
	for i, w := range o {
		b[i] |= w
	}
}
