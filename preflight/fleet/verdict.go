package fleet

import (
	"cmp"
	"slices"

	"migcheck/preflight"
)

// Verdict is what the document says of a guest and a host.
func (d *Document) Verdict(guest, host int) preflight.Level {
	g := &d.Guests[guest]
	if g.Host == host {
		return preflight.Ready
	}
	if i, found := d.exception(guest, host); found {
		return d.Exceptions[i].Verdict
	}
	worst := preflight.Ready
	for _, n := range g.Needs {
		need := &d.Needs[n]
		for level := preflight.Blocked; level > worst; level-- {
			if need.set(level).Has(host) {
				worst = level
			}
		}
	}
	return worst
}

// set are the need's hosts of a level; nil for Ready.
func (n *Need) set(level preflight.Level) Set {
	switch level {
	case preflight.Note:
		return n.Noted
	case preflight.Warning:
		return n.Warned
	case preflight.Undecided:
		return n.Undecided
	case preflight.Blocked:
		return n.Blocked
	}
	return nil
}

// exception is the place of a pair among the exceptions, or where it would be.
func (d *Document) exception(guest, host int) (int, bool) {
	return slices.BinarySearchFunc(d.Exceptions, Exception{Guest: guest, Host: host}, func(a, b Exception) int {
		return cmp.Or(cmp.Compare(a.Guest, b.Guest), cmp.Compare(a.Host, b.Host))
	})
}

// Excepted says whether the pair's verdict stands with the exceptions.
func (d *Document) Excepted(guest, host int) bool {
	_, found := d.exception(guest, host)
	return found
}

// Levels are a guest's hosts by verdict, as Matrix.Levels has them.
func (d *Document) Levels(guest int) Levels {
	g := &d.Guests[guest]
	l := byWorst(len(d.Hosts), func(level preflight.Level, all Set) {
		for _, n := range g.Needs {
			s := d.Needs[n].set(level)
			all.or(s[:min(len(s), len(all))])
		}
	})
	first, _ := d.exception(guest, 0)
	for _, e := range d.Exceptions[first:] {
		if e.Guest != guest {
			break
		}
		l.put(e.Host, e.Verdict)
	}
	l.remove(g.Host)
	return l
}
