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
	ids     map[[4]uint32]uint32
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
		j.wants = append(j.wants, &asked{want: w, later: later, of: make([]uint32, len(j.f.Hosts)), ids: map[[4]uint32]uint32{}})
	}
	return id
}

// number notes what every guest asks for, where its rows will be.
func (j *judge) number() {
	n := 0
	for i := range j.f.Guests {
		j.offsets[i] = uint32(n)
		n++
		if sent := j.f.Guests[i].Sent(); sent != nil {
			n += len(sent.NICs)
		}
	}
	j.offsets[len(j.f.Guests)] = uint32(n)
	j.rowsOf = make([]uint32, n)
	for i := range j.f.Guests {
		g := j.f.Guests[i].Guest
		rows := j.rowsIn(i)
		rows[0] = uint32(j.numberWhole(g))
		for k := range rows[1:] {
			rows[k+1] = uint32(j.asking(wantOf(g, &g.Sent().NICs[k]), nil))
		}
	}
}

func (j *judge) numberWhole(g *hostinfo.Guest) int {
	w := want{kind: wantHost}
	var ids []int
	if nics := later(g); len(nics) > 0 {
		var c code
		for _, n := range nics {
			id := j.asking(wantOf(g, n), nil)
			ids = append(ids, id)
			c.num(id)
		}
		w.persist = string(c)
	}
	return j.asking(w, ids)
}

// seat finds the rows of a guest, making those that nobody had before.
func (j *judge) seat(guest int) {
	g := j.f.Guests[guest].Guest
	l := j.looks[j.f.Guests[guest].Host]
	rows := j.rowsIn(guest)
	j.person = j.person[:0]
	person(&j.person, g)
	c := append(j.head(rows[0], guest), j.person...)
	j.whole(&c, g, l)
	middle := len(c)
	c.ref(l.common)
	rows[0] = j.sit(guest, whole, c, middle, j.identity(l))
	for i := range rows[1:] {
		c := append(j.head(rows[i+1], guest), j.person...)
		j.need(&c, g, i)
		middle := len(c)
		bound := l.source(&c, g, i, &g.Sent().NICs[i])
		rows[i+1] = j.sit(guest, i, c, middle, bound)
	}
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
func (j *judge) head(want uint32, guest int) code {
	g := &j.f.Guests[guest]
	c := j.buf[:0]
	c.ref(want)
	c.ref(j.names.guests[g.Name])
	c.ref(j.names.hosts[j.looks[g.Host].Name])
	c.ref(0) // bound
	return c
}

// sit puts a guest's NIC in its row: the code's first part is what it needs, the
// second where it stands.
func (j *judge) sit(guest, nic int, c code, middle int, bound uint32) uint32 {
	bytes := code(c[:headLength-4])
	bytes.ref(bound)
	j.buf = c[:0]
	id := j.rowIDs.of(c) - 1
	if int(id) < len(j.rows) {
		return id
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
	return id
}

// survey tells what a host has for a want.
func (j *judge) survey(a *asked, host int) {
	p := j.place(a, host)
	named := j.names.hosts[j.looks[host].Name]
	key := [4]uint32{p.id, p.bound, p.kids, named}
	id, met := a.ids[key]
	if !met {
		id = uint32(len(a.classes))
		a.ids[key] = id
		c := class{place: p, hosts: newSet(len(j.f.Hosts))}
		if named != 0 {
			c.named = j.looks[host].Name
		}
		a.classes = append(a.classes, c)
	}
	a.of[host] = id
	a.classes[id].hosts.add(host)
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
