package fleet

import (
	"bytes"

	"migcheck/preflight"
)

// row is a need where guests have it: what one NIC, or a guest as a whole, asks
// for, together with where it stands now.
type row struct {
	want  int
	need  uint32
	src   place
	guest int    // the first that has it
	other int    // the first that has it and lives elsewhere; the first if there is none
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
	ids     map[classKey]uint32
	classes []class
	last    classKey // of the host before, which most often has the same
	id      uint32   // its class
}

// classKey is what tells classes of one want: a place, and the host if waivers
// mention it.
type classKey struct {
	place
	named uint32
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
		j.wants = append(j.wants, &asked{want: w, later: later, of: make([]uint32, len(j.f.Hosts)), ids: map[classKey]uint32{}})
	}
	return id
}

// number makes room for the rows of every guest.
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
	j.keys.guests = make([]key, 0, n+len(j.f.Guests)) // each NIC's address, a name and a UUID
}

// seat finds the rows of a guest, making those that nobody had before.
func (j *judge) seat(guest int, l *look) {
	g := j.f.Guests[guest].Guest
	rows := j.rowsIn(guest)
	who := j.personOf(g)
	bound := j.identity(l)
	id := j.wholeRequest(g, who)
	c := j.head(id, bound, guest, l)
	c.ref(l.common)
	for _, s := range j.requests[id].stands {
		c.ref(l.stand(s).id)
	}
	rows[0] = j.sit(c, id, bound, guest, whole)
	for i := range rows[1:] {
		id := j.nicRequest(g, i, who)
		at := j.requests[id].stands[0]
		s := l.standing(l.stand(at), at, g, i)
		c := j.head(id, s.bound, guest, l)
		c.ref(s.id)
		l.taken(&c, s.end, g, i)
		if s.bridge {
			l.tap(&c, s.end.device, g, i)
		}
		rows[i+1] = j.sit(c, id, s.bound, guest, i)
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

// head begins the code of a row: what is asked for. Where that stands follows.
func (j *judge) head(request int, bound uint32, guest int, l *look) code {
	c := j.buf[:0]
	c.ref(uint32(request))
	c.ref(bound)
	c.ref(j.names.guests[j.f.Guests[guest].Name])
	c.ref(l.mentioned)
	return c
}

// sit puts a guest's NIC in its row.
func (j *judge) sit(c code, request int, bound uint32, guest, nic int) uint32 {
	j.buf = c[:0]
	f := &j.requests[request]
	if !bytes.Equal(c, f.last) {
		f.last, f.row = append(f.last[:0], c...), j.rowIDs.of(c)-1
	}
	id := f.row
	if int(id) < len(j.rows) {
		j.rows[id].also(guest, j.f)
		return id
	}
	g := &j.f.Guests[guest]
	r := row{
		want: f.want, need: f.need, src: place{id: j.places.of(c[headLength:]), bound: bound},
		guest: guest, other: guest, nic: nic, mode: f.mode,
	}
	if j.names.guests[g.Name] != 0 {
		r.named.guest = g.Name
	}
	if name := j.f.Hosts[g.Host].View.Name; j.names.hosts[name] != 0 {
		r.named.from = name
	}
	j.rows = append(j.rows, r)
	return id
}

// also notes the first guest of a row that lives elsewhere than its first one.
func (r *row) also(guest int, f *Fleet) {
	if r.other == r.guest && f.Guests[guest].Host != f.Guests[r.guest].Host {
		r.other = guest
	}
}

// survey tells what a host has for a want.
func (j *judge) survey(a *asked, l *look) {
	key := classKey{j.place(a, l), l.mentioned}
	if key != a.last {
		a.last, a.id = key, j.classOf(a, key, l)
	}
	a.of[l.host] = a.id
	a.classes[a.id].hosts.add(l.host)
}

func (j *judge) classOf(a *asked, key classKey, l *look) uint32 {
	id, met := a.ids[key]
	if !met {
		id = uint32(len(a.classes))
		a.ids[key] = id
		c := class{place: key.place, hosts: newSet(len(j.f.Hosts))}
		if l.mentioned != 0 {
			c.named = l.Name
		}
		a.classes = append(a.classes, c)
	}
	return id
}

func (j *judge) place(a *asked, l *look) place {
	if a.kind != wantHost {
		return l.destination(&a.want, j.f.Hosts[l.host].Map)
	}
	var buf [64]byte
	c := code(buf[:0])
	c.ref(l.common)
	for _, id := range a.later {
		w := j.wants[id]
		c.ref(w.classes[w.of[l.host]].id)
	}
	return place{id: j.places.of(c), bound: j.identity(l)}
}
