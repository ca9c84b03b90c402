package fleet

import (
	"cmp"
	"slices"
	"strings"

	"migcheck/preflight"
)

// Cause is what stands in the way, or weighs on it: one rule about one device of
// one host.
type Cause struct {
	Host int
	Rule string
	// Device is what a NIC would get there; empty where it is about something
	// else, such as the guest itself or its macvtap.
	Device string
	Level  preflight.Level
	// Ways and Guests are how many pairs it is found in, and of how many guests.
	Ways, Guests int
	// Opens and Frees are how many ways it alone blocks, and of how many guests:
	// what its end would open.
	Opens, Frees int
	// Example is one of the pairs: a guest and a host.
	Example [2]int
	// Needs are the rows that it is found in, and Alone the guests in whose pairs
	// it is found though no row says so. Both ascend.
	Needs, Alone []int
}

type causeKey struct {
	host         int
	rule, device string
	level        preflight.Level
}

// causes is the state of counting them.
type causes struct {
	m     *Matrix
	by    map[causeKey]*Cause
	seen  map[causeKey]bool // counted for the guests at hand
	alone map[causeKey]bool
}

// Causes are all that blocks, leaves undecided or warns, those first that open
// most ways. Nothing is judged for it but the pairs that share a key.
func (m *Matrix) Causes() []Cause {
	c := &causes{m, map[causeKey]*Cause{}, map[causeKey]bool{}, map[causeKey]bool{}}
	lives := make([]int, len(m.fleet.Hosts)) // how many of a group
	for _, gr := range m.together() {
		clear(c.seen)
		clear(c.alone)
		for _, g := range gr.guests {
			lives[m.fleet.Guests[g].Host]++
		}
		l := m.levels(gr.rows)
		own := m.exceptions[int(gr.guests[0])] // then it is alone in its group
		for level := preflight.Warning; level <= preflight.Blocked; level++ {
			l[level].each(func(h int) bool {
				if n := len(gr.guests) - lives[h]; n > 0 && !excepted(own, h) {
					g := m.notFrom(gr, h)
					found, rows := m.items(gr.rows, h, m.fleet.Guests[g].Host)
					c.count(found, n, g, h)
					for _, in := range rows {
						of := c.by[found[in.key]]
						of.Needs = with(of.Needs, int(in.row))
					}
				}
				return true
			})
		}
		for _, e := range own {
			g := int(gr.guests[0])
			found := m.ownItems(g, int(e.host))
			c.count(found, 1, g, int(e.host))
			for _, k := range found {
				c.by[k].Alone = with(c.by[k].Alone, g)
			}
		}
		for _, g := range gr.guests {
			lives[m.fleet.Guests[g].Host] = 0
		}
	}
	return c.sorted()
}

// with is an ascending list with a number in it.
func with(list []int, n int) []int {
	at, met := slices.BinarySearch(list, n)
	if met {
		return list
	}
	return slices.Insert(list, at, n)
}

func excepted(list []exception, host int) bool {
	return slices.ContainsFunc(list, func(e exception) bool { return int(e.host) == host })
}

// notFrom is a guest of the group that lives elsewhere.
func (m *Matrix) notFrom(gr group, host int) int {
	i := slices.IndexFunc(gr.guests, func(g int32) bool { return m.fleet.Guests[g].Host != host })
	return int(gr.guests[i])
}

// together are the groups of guests, but a guest by itself if it has pairs that
// its rows do not decide, or if something is found on the host that it would
// leave.
func (m *Matrix) together() []group {
	var out []group
	for _, gr := range m.groups() {
		behind := slices.ContainsFunc(gr.rows, m.leavesBehind)
		rest := group{rows: gr.rows}
		for i, g := range gr.guests {
			if behind || len(m.exceptions[int(g)]) > 0 {
				out = append(out, group{gr.rows, gr.guests[i : i+1]})
			} else {
				rest.guests = append(rest.guests, g)
			}
		}
		if len(rest.guests) > 0 {
			out = append(out, rest)
		}
	}
	return out
}

// leavesBehind says whether something is found on the source of a row.
func (m *Matrix) leavesBehind(r uint32) bool {
	return slices.ContainsFunc(m.rows[r].results, func(res *result) bool {
		return res != nil && slices.ContainsFunc(res.items, func(it item) bool {
			return it.host == preflight.Source && it.level >= preflight.Warning
		})
	})
}

// itemIn is one of several items, and a row that says it.
type itemIn struct {
	key int
	row uint32
}

// items are what the rows say of a host, with the names that things have there.
func (m *Matrix) items(rows []uint32, host, home int) (out []causeKey, in []itemIn) {
	for _, r := range rows {
		row := &m.rows[r]
		w := m.wants[row.want]
		class := &w.classes[w.of[host]]
		res := row.results[w.of[host]]
		if res == nil {
			continue
		}
		named := row.named
		named.to = class.named
		for i := range res.items {
			it := &res.items[i]
			if it.level < preflight.Warning || m.waived(it, named) {
				continue
			}
			k := causeKey{host, it.rule, "", it.level}
			if it.nth >= 0 {
				k.device = m.devices[class.bound-1][it.nth]
			}
			if it.host == preflight.Source {
				k.host = home
			}
			at := slices.Index(out, k)
			if at < 0 {
				at = len(out)
				out = append(out, k)
			}
			in = append(in, itemIn{at, r})
		}
	}
	return out, in
}

// ownItems are what a single check says of a pair.
func (m *Matrix) ownItems(guest, host int) []causeKey {
	var out []causeKey
	r := m.Explain(guest, host)
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.CausedBy != "" || !f.Counts() || f.Level < preflight.Warning {
			continue
		}
		k := causeKey{host, f.Rule, nicDevice(r, f), f.Level}
		if f.Subject.Host == r.From {
			k.host = m.fleet.Guests[guest].Host
		}
		if !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out
}

// nicDevice is the device that a finding is about, if it is one that its NIC
// would get.
func nicDevice(r *preflight.Report, f *preflight.Finding) string {
	for i := range r.NICs {
		if n := &r.NICs[i]; f.Subject.NIC != nil && n.Index == *f.Subject.NIC && n.Destination.Device == f.Subject.Device {
			return f.Subject.Device
		}
	}
	return ""
}

// count notes what is found in the pairs of n guests and a host.
func (c *causes) count(found []causeKey, n, guest, host int) {
	blockers := 0
	for _, k := range found {
		if k.level == preflight.Blocked {
			blockers++
		}
	}
	for _, k := range found {
		of := c.by[k]
		if of == nil {
			of = &Cause{Host: k.host, Rule: k.rule, Device: k.device, Level: k.level, Example: [2]int{guest, host}}
			c.by[k] = of
		}
		of.Ways += n
		if !c.seen[k] {
			of.Guests += n
		}
		c.seen[k] = true
		if k.level == preflight.Blocked && blockers == 1 {
			of.Opens += n
			if !c.alone[k] {
				of.Frees += n
			}
			c.alone[k] = true
		}
	}
}

func (c *causes) sorted() []Cause {
	out := make([]Cause, 0, len(c.by))
	for _, of := range c.by {
		out = append(out, *of)
	}
	slices.SortFunc(out, func(a, b Cause) int {
		return cmp.Or(-cmp.Compare(a.Opens, b.Opens), -cmp.Compare(a.Level, b.Level), -cmp.Compare(a.Ways, b.Ways),
			cmp.Compare(a.Host, b.Host), strings.Compare(a.Rule, b.Rule), strings.Compare(a.Device, b.Device))
	})
	return out
}

// Finding is a cause in the words of a single check of its example; nil if the
// check does not say it.
func (m *Matrix) Finding(c *Cause) *preflight.Finding {
	r := m.Explain(c.Example[0], c.Example[1])
	host := m.fleet.Hosts[c.Host].View.Name
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Rule == c.Rule && f.Level == c.Level && f.CausedBy == "" && nicDevice(r, f) == c.Device && (f.Subject.Host == host || f.Subject.Host == "") {
			return f
		}
	}
	return nil
}
