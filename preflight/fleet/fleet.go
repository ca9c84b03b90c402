package fleet

import (
	"time"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// Fleet is the whole input of judging: every host and every guest, once each.
// It must not change while a Matrix of it is in use.
type Fleet struct {
	Hosts   []Host // no two of one name; see Twins
	Guests  []Guest
	Waivers []preflight.Waiver
	// Now is the time of judging, for waivers that end.
	Now time.Time
}

// Host is one host as a destination and as the home of its guests.
type Host struct {
	// View is the host with its devices indexed; never nil. One that was not
	// observed is a view of hostinfo.Unobserved.
	View *preflight.View
	// Map gives devices another name on this host, as Plan.Map does.
	Map map[string]string
}

// Guest is one guest and where it is.
type Guest struct {
	*hostinfo.Guest
	Host int // its home: the index of the host that it would leave
}

// Twins are groups of hosts that have one boot id: several names of one host.
// Nil if there are none. A fleet with twins is a mistake of whoever named the
// hosts: they would be judged as if a guest could move from one to the other.
func (f *Fleet) Twins() [][]int {
	var out [][]int
	at := map[string]int{} // boot id to index in out, -1-host while it is alone
	for i, h := range f.Hosts {
		id := h.View.BootID
		if id == "" {
			continue
		}
		switch n, met := at[id]; {
		case !met:
			at[id] = -1 - i
		case n < 0:
			at[id] = len(out)
			out = append(out, []int{-1 - n, i})
		default:
			out[n] = append(out[n], i)
		}
	}
	return out
}

// plan is the pair as a single check would judge it.
func (f *Fleet) plan(guest, host int) *preflight.Plan {
	g, to := &f.Guests[guest], &f.Hosts[host]
	return &preflight.Plan{
		Guest: g.Guest, From: f.Hosts[g.Host].View, To: to.View,
		Map: to.Map, Waivers: f.Waivers, Now: f.Now,
	}
}
