package fleet

import (
	"slices"

	"migcheck/preflight"
)

// foundIn are the rows that a cause is found in: of guests that would come to
// its host, and of guests that would leave it.
type foundIn struct{ coming, leaving []int }

func (m *Matrix) found() map[causeKey]foundIn {
	out := map[causeKey]foundIn{}
	homes := m.homes()
	for r := range m.rows {
		row := &m.rows[r]
		for level := preflight.Warning; level <= preflight.Blocked; level++ {
			row.sets[level].each(func(h int) bool {
				for _, home := range m.homesFor(uint32(r), h, homes[r]) {
					for _, k := range m.items([]uint32{uint32(r)}, h, home) {
						in := out[k]
						if k.host == home {
							in.leaving = once(in.leaving, r)
						} else {
							in.coming = once(in.coming, r)
						}
						out[k] = in
					}
				}
				return true
			})
		}
	}
	return out
}

// once adds to a list that grows.
func once(list []int, n int) []int {
	if len(list) > 0 && list[len(list)-1] == n {
		return list
	}
	return append(list, n)
}

// homes are the hosts where guests with a row live, by row.
func (m *Matrix) homes() [][]int {
	out := make([][]int, len(m.rows))
	for g := range m.fleet.Guests {
		for _, r := range m.rowsIn(g) {
			out[r] = once(out[r], m.fleet.Guests[g].Host)
		}
	}
	for r := range out {
		slices.Sort(out[r])
		out[r] = slices.Compact(out[r])
	}
	return out
}

// homesFor are the homes for which a row has to be looked at on a host: one is
// as good as all, unless something is found on the source.
func (m *Matrix) homesFor(r uint32, host int, homes []int) []int {
	row := &m.rows[r]
	res := row.results[m.wants[row.want].of[host]]
	if res == nil {
		return nil
	}
	if i := slices.Index(homes, host); i >= 0 { // nobody comes from there
		homes = slices.Concat(homes[:i], homes[i+1:])
	}
	if len(homes) < 2 || slices.ContainsFunc(res.items, func(it item) bool {
		return it.host == preflight.Source && it.level >= preflight.Warning
	}) {
		return homes
	}
	return homes[:1]
}

// placesOf are the places of exceptions, by guest and host.
func placesOf(list []Exception) map[[2]int]int {
	out := make(map[[2]int]int, len(list))
	for i, e := range list {
		out[[2]int{e.Guest, e.Host}] = i
	}
	return out
}
