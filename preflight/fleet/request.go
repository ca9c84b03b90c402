package fleet

import (
	"cmp"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// request is what a NIC, or a guest as a whole, asks for, with the names in it:
// guests that were made alike share it, wherever they are.
type request struct {
	want   int
	need   uint32
	stands []int  // where the NIC is now, or those of the persistent definition will be
	mode   string // of a NIC that names its device
	// last is the code of the row that was asked for last, and row its number:
	// most NICs that ask for the same stand on the like.
	last code
	row  uint32
}

// requestOf numbers a request by its code, and says whether it is met for the first
// time: then it is to be filled in.
func (j *judge) requestOf(c code) (id int, r *request, first bool) {
	id = int(j.requestIDs.of(c)) - 1
	if first = id == len(j.requests); first {
		j.requests = append(j.requests, request{})
	}
	j.buf = c[:0]
	return id, &j.requests[id], first
}

// nicRequest is the request of a guest's NIC.
func (j *judge) nicRequest(g *hostinfo.Guest, i int, person uint32) (id int) {
	nic := &g.Sent().NICs[i]
	said, chosen := sayer(g, i)
	c := j.buf[:0]
	c.names(nic)
	c.is(chosen)
	if chosen {
		c.names(said)
	}
	if live := onBridgeNow(g, i); live != nil {
		c.names(live)
	}
	names := len(c)
	c.ref(person)
	j.need(&c, g, i)
	id, r, first := j.requestOf(c)
	if first {
		r.want = j.asking(wantOf(g, nic), nil)
		r.need = j.needs.of(c[names:])
		r.stands = []int{j.standing(standOf(g, i))}
		if nic.Direct() {
			r.mode = cmp.Or(nic.Mode, "vepa")
		}
	}
	return id
}

// wholeRequest is the request of a guest as a whole.
func (j *judge) wholeRequest(g *hostinfo.Guest, person uint32) (id int) {
	more := later(g)
	c := j.buf[:0]
	for _, n := range more {
		c.names(n)
	}
	names := len(c)
	c.ref(person)
	j.whole(&c, g, more)
	id, r, first := j.requestOf(c)
	if first {
		w, ids := want{kind: wantHost}, code(nil)
		var wants []int
		for _, n := range more {
			wants = append(wants, j.asking(wantOf(g, n), nil))
			ids.num(wants[len(wants)-1])
			r.stands = append(r.stands, j.standing(laterStand(g, n)))
		}
		w.persist = string(ids)
		r.want = j.asking(w, wants)
		r.need = j.needs.of(c[names:])
	}
	return id
}

// names are those in a NIC's element that say where it stands.
func (c *code) names(n *hostinfo.NIC) {
	c.text(n.Dev)
	c.text(n.Network)
	c.text(n.Portgroup)
	c.text(n.Filter)
	c.text(unmade(n))
	c.text(n.Bridge)
}

// laterStand is where a NIC of the persistent definition would stand.
func laterStand(g *hostinfo.Guest, n *hostinfo.NIC) stand {
	if n.OnBridge() {
		return stand{dev: n.Bridge, bridged: true}
	}
	return stand{network: n.Network, group: n.Portgroup, dev: n.Dev, nth: preflight.NICsBefore(g, n)}
}
