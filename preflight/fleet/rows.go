package fleet

import (
	"cmp"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// row is a need where guests have it: what one NIC, or a guest as a whole, asks
// for, together with where it stands now.
type row struct {
	want  int
	need  uint32
	src   place
	guest int    // the first that has it
	nic   int    // which of its NICs; whole
	mode  string // of a NIC that names its device
	// named are the guest and its home, if waivers mention them.
	named about
	// results and levels are by the class of the destination among those of the
	// row's want; nil where no pair needed it.
	results []*result
	levels  []preflight.Level
	sets    [preflight.Blocked + 1]Set // hosts by level; nil for none
}

// asked is a want with what every host has for it.
type asked struct {
	want
	later   []int    // the wants of the persistent definition, for wantHost
	of      []uint32 // class by host
	classes []class
}

// class are hosts that have the same for a want.
type class struct {
	place
	named string // the host, if waivers mention it
	hosts Set
}

// asking is the number of a want.
func (j *judge) asking(w want, later []int) int {
	id, met := j.wantIDs[w]
	if !met {
		id = len(j.wants)
		j.wantIDs[w] = id
		j.wants = append(j.wants, &asked{want: w, later: later})
	}
	return id
}

// seat finds the rows of a guest, making those that nobody had before.
func (j *judge) seat(guest int) {
	g := &j.f.Guests[guest]
	l := j.looks[g.Host]
	j.offsets = append(j.offsets, uint32(len(j.rowsOf)))
	j.person = j.person[:0]
	person(&j.person, g.Guest)
	j.seatWhole(guest, g.Guest, l)
	sent := g.Sent()
	if sent == nil {
		return
	}
	for i := range sent.NICs {
		nic := &sent.NICs[i]
		c := j.head(j.asking(wantOf(nic), nil), guest)
		c = append(c, j.person...)
		j.need(&c, g.Guest, i)
		middle := len(c)
		bound := l.source(&c, g.Guest, i, nic)
		j.sit(guest, i, c, middle, bound)
	}
}

func (j *judge) seatWhole(guest int, g *hostinfo.Guest, l *look) {
	w := want{kind: wantHost}
	var ids []int
	if nics := later(g); len(nics) > 0 {
		var c code
		for _, n := range nics {
			id := j.asking(wantOf(n), nil)
			ids = append(ids, id)
			c.num(id)
		}
		w.persist = string(c)
	}
	c := j.head(j.asking(w, ids), guest)
	c = append(c, j.person...)
	j.whole(&c, g, l)
	middle := len(c)
	c.ref(l.common)
	j.sit(guest, whole, c, middle, j.identity(l))
}

// identity are the names of a host that it may share with another.
func (j *judge) identity(l *look) uint32 {
	if l.self != 0 {
		return l.self
	}
	shared := func(of map[string]int, id string) string {
		if of[id] > 1 {
			return id
		}
		return ""
	}
	l.self = j.bounds.of(nil, []string{shared(j.uuids, l.UUID), shared(j.boots, l.BootID)})
	return l.self
}

const headLength = 16

// head begins the code of a row.
func (j *judge) head(want, guest int) code {
	g := &j.f.Guests[guest]
	c := j.buf[:0]
	c.ref(uint32(want))
	c.ref(j.names.guests[g.Name])
	c.ref(j.names.hosts[j.looks[g.Host].Name])
	c.ref(0) // bound
	return c
}

// sit puts a guest's NIC in its row: the code's first part is what it needs, the
// second where it stands.
func (j *judge) sit(guest, nic int, c code, middle int, bound uint32) {
	bytes := code(c[:headLength-4])
	bytes.ref(bound)
	j.buf = c[:0]
	id := j.rowIDs.of(c) - 1
	j.rowsOf = append(j.rowsOf, id)
	if int(id) < len(j.rows) {
		return
	}
	g := &j.f.Guests[guest]
	r := row{guest: guest, nic: nic, need: j.needs.of(c[headLength:middle]), src: place{id: j.places.of(c[middle:]), bound: bound}}
	if nic != whole {
		if n := &g.Sent().NICs[nic]; n.Direct() {
			r.mode = cmp.Or(n.Mode, "vepa")
		}
	}
	if j.names.guests[g.Name] != 0 {
		r.named.guest = g.Name
	}
	if name := j.looks[g.Host].Name; j.names.hosts[name] != 0 {
		r.named.from = name
	}
	r.want = int(uint32(c[0]) | uint32(c[1])<<8 | uint32(c[2])<<16 | uint32(c[3])<<24)
	j.rows = append(j.rows, r)
}

// survey tells every want's classes of hosts.
func (j *judge) survey(a *asked) {
	a.of = make([]uint32, len(j.looks))
	ids := map[[4]uint32]uint32{}
	for h, l := range j.looks {
		p := j.place(a, h)
		named := j.names.hosts[l.Name]
		key := [4]uint32{p.id, p.bound, p.kids, named}
		id, met := ids[key]
		if !met {
			id = uint32(len(a.classes))
			ids[key] = id
			c := class{place: p, hosts: newSet(len(j.looks))}
			if named != 0 {
				c.named = l.Name
			}
			a.classes = append(a.classes, c)
		}
		a.of[h] = id
		a.classes[id].hosts.add(h)
	}
}

func (j *judge) place(a *asked, host int) place {
	l := j.looks[host]
	if a.kind != wantHost {
		return l.destination(&a.want, j.f.Hosts[host].Map)
	}
	var buf [64]byte
	c := code(buf[:0])
	c.ref(l.common)
	for _, id := range a.later {
		w := j.wants[id]
		c.ref(w.classes[w.of[host]].id)
	}
	return place{id: j.places.of(c), bound: j.identity(l)}
}
