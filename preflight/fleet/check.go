package fleet

import (
	"fmt"
	"slices"
)

// How long the names may be that a document has once and that are shown many
// times. No real one comes near it.
const (
	maxName  = 1024
	maxLabel = 256
)

// Check says what is wrong with a document that was read: numbers that lead
// nowhere, and names that are none. Everything else here takes them for right.
func (d *Document) Check() error {
	if d.Schema != Schema {
		return fmt.Errorf("the document is %.40q, not %s", d.Schema, Schema)
	}
	for i := range d.Hosts {
		if len(d.Hosts[i].Name) > maxName {
			return fmt.Errorf("host %d of the document has a name of %d bytes", i, len(d.Hosts[i].Name))
		}
	}
	for i := range d.Needs {
		n := &d.Needs[i]
		if len(n.Label) > maxName {
			return fmt.Errorf("need %d of the document has a label of %d bytes", i, len(n.Label))
		}
		for _, s := range []Set{n.Blocked, n.Undecided, n.Warned, n.Noted} {
			if s.beyond(len(d.Hosts)) {
				return fmt.Errorf("need %d of the document has a host that is not there", i)
			}
		}
	}
	if err := d.checkGuests(); err != nil {
		return err
	}
	for i := range d.Findings {
		f := &d.Findings[i]
		if !in(f.Host, len(d.Hosts)) || !inAll(f.Needs, len(d.Needs)) || !inAll(f.Alone, len(d.Guests)) {
			return fmt.Errorf("finding %d of the document has a host, a need or a guest that is not there", i)
		}
	}
	return nil
}

func (d *Document) checkGuests() error {
	for i := range d.Guests {
		g := &d.Guests[i]
		if !in(g.Host, len(d.Hosts)) || !inAll(g.Needs, len(d.Needs)) {
			return fmt.Errorf("guest %d of the document has a host or a need that is not there", i)
		}
		for _, n := range []int{g.Ways.Allowed, g.Ways.Warned, g.Ways.Undecided, g.Ways.Blocked} {
			if !in(n, len(d.Hosts)) {
				return fmt.Errorf("guest %d of the document has ways to hosts that are not there", i)
			}
		}
	}
	for i, e := range d.Exceptions {
		if !in(e.Host, len(d.Hosts)) || !in(e.Guest, len(d.Guests)) {
			return fmt.Errorf("exception %d of the document has a host or a guest that is not there", i)
		}
		if i > 0 && !e.after(d.Exceptions[i-1]) {
			return fmt.Errorf("exception %d of the document is not in its place", i)
		}
	}
	return nil
}

// in says whether something is at a place in a list of n.
func in(i, n int) bool { return i >= 0 && i < n }

func inAll(places []int, n int) bool {
	return !slices.ContainsFunc(places, func(i int) bool { return !in(i, n) })
}

// after says whether the pair stands behind another in a document.
func (e Exception) after(o Exception) bool {
	return e.Guest > o.Guest || e.Guest == o.Guest && e.Host > o.Host
}

// beyond says whether the set has hosts that a fleet of n has not.
func (s Set) beyond(n int) bool {
	for w, word := range s {
		if w > n>>6 && word != 0 || w == n>>6 && word>>(n&63) != 0 {
			return true
		}
	}
	return false
}
