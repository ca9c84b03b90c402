package evacuate

import (
	"cmp"
	"slices"
	"strings"

	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/assume"
	"migcheck/preflight/fleet"
)

// Tries is how often a placement is judged after the simple plans have left
// somebody out, before the search is ended: a second or less.
const Tries = 500

// candidate is a guest that is to leave, with the hosts that take it as they
// are now.
type candidate struct {
	guest int // index in the fleet
	need  need
	hosts []int
}

// placement is one step of a plan.
type placement struct{ guest, host int }

// search looks for the plan that places most guests.
type search struct {
	task   *Task
	fleet  *fleet.Fleet
	matrix *fleet.Matrix
	order  []candidate
	snug   bool // a guest goes where least memory is left over
	// The state of the hosts, which placements change and taking them back
	// restores.
	rooms  []*room
	states []*state
	now    []placement
	best   []placement
	most   int // no plan can place more
	left   int // tries
}

// state is a host after some guests have come.
type state struct {
	before *state
	plan   *preflight.Plan // of the last that came; nil for nobody
	view   *preflight.View // made when it is asked for
}

func (s *state) seen() *preflight.View {
	if s.view == nil {
		s.view = preflight.NewView(assume.Arrive(s.plan))
	}
	return s.view
}

// run tries the simple plans first: those with the fewest ways come first, and
// each goes where most memory is left; or where it fits most snugly; or the
// largest come first. Only if each leaves somebody out it goes back and forth.
func (s *search) run() []placement {
	s.most = s.bound()
	fewest := func(a, b candidate) int { return len(a.hosts) - len(b.hosts) }
	largest := func(a, b candidate) int { return b.need.kib - a.need.kib }
	s.sort(fewest, largest)
	first := slices.Clone(s.order)
	for _, try := range []struct {
		largest, snug bool
	}{{false, false}, {false, true}, {true, true}} {
		if try.largest {
			s.sort(largest, fewest)
		}
		s.snug = try.snug
		if s.start(); len(s.best) < s.most {
			s.straight()
		}
	}
	s.order, s.snug, s.left = first, false, cmp.Or(s.task.Tries, Tries)
	s.start()
	s.place(0)
	return s.best
}

// sort puts guests in an order; those that it does not tell apart by name.
func (s *search) sort(by ...func(a, b candidate) int) {
	slices.SortFunc(s.order, func(a, b candidate) int {
		for _, f := range by {
			if n := f(a, b); n != 0 {
				return n
			}
		}
		return cmp.Or(strings.Compare(s.name(a.guest), s.name(b.guest)), a.guest-b.guest)
	})
}

func (s *search) name(guest int) string { return s.fleet.Guests[guest].Name }

// start is the state before anybody has moved.
func (s *search) start() {
	s.rooms, s.states, s.now = nil, nil, nil
	for i := range s.fleet.Hosts {
		v := s.fleet.Hosts[i].View
		s.rooms = append(s.rooms, roomOf(v.Host))
		s.states = append(s.states, &state{view: v})
	}
}

// bound is how many guests have room at most: the smallest first, as if all
// hosts' memory were one.
func (s *search) bound() int {
	s.start()
	sum, n := 0, 0
	var sizes []int
	for _, r := range s.rooms {
		sum += r.free
	}
	for _, c := range s.order {
		if c.need.huge || s.task.Overcommit {
			n++
		} else {
			sizes = append(sizes, c.need.kib)
		}
	}
	slices.Sort(sizes)
	for _, size := range sizes {
		if sum -= size; sum < 0 {
			break
		}
		n++
	}
	return n
}

// straight gives every guest the first host that takes it.
func (s *search) straight() {
	for i := range s.order {
		c := &s.order[i]
		for _, h := range s.byRoom(c) {
			if s.allowed(c.guest, h) {
				s.put(c, h)
				break
			}
		}
	}
	if len(s.now) > len(s.best) {
		s.best = s.now
	}
}

// place tries every host for the guests from k on.
func (s *search) place(k int) {
	if len(s.now) > len(s.best) {
		s.best = slices.Clone(s.now)
	}
	for _, h := range s.worth(k) {
		if s.left--; !s.allowed(s.order[k].guest, h) {
			continue
		}
		s.put(&s.order[k], h)
		s.place(k + 1)
		s.takeBack(&s.order[k], h)
	}
	if s.goesOn(k) {
		s.place(k + 1)
	}
}

// goesOn says whether a plan that is as now up to guest k can be better than
// the best.
func (s *search) goesOn(k int) bool {
	return k < len(s.order) && s.left > 0 && len(s.best) < s.most && len(s.now)+len(s.order)-k > len(s.best)
}

// worth yields the hosts to try for guest k, as long as it makes sense.
func (s *search) worth(k int) func(func(int, int) bool) {
	return func(yield func(int, int) bool) {
		if k == len(s.order) {
			return
		}
		for i, h := range s.byRoom(&s.order[k]) {
			if !s.goesOn(k) || !yield(i, h) {
				return
			}
		}
	}
}

// allowed says whether the rules let a guest go to a host as it is now.
func (s *search) allowed(guest, host int) bool {
	if s.states[host].plan == nil {
		return s.matrix.Verdict(guest, host) < preflight.Undecided
	}
	return preflight.Run(s.plan(guest, host), s.task.Rules).Verdict < preflight.Undecided
}

func (s *search) put(c *candidate, host int) {
	s.states[host] = &state{before: s.states[host], plan: s.plan(c.guest, host)}
	s.rooms[host].place(c.need, 1)
	s.now = append(s.now, placement{c.guest, host})
}

func (s *search) takeBack(c *candidate, host int) {
	s.states[host] = s.states[host].before
	s.rooms[host].place(c.need, -1)
	s.now = s.now[:len(s.now)-1]
}

// byRoom are the hosts that have room for a guest, best first.
func (s *search) byRoom(c *candidate) []int {
	var out []int
	for _, h := range c.hosts {
		if fits, _ := s.rooms[h].takes(c.need); fits || s.task.Overcommit {
			out = append(out, h)
		}
	}
	slices.SortStableFunc(out, func(a, b int) int {
		n := cmp.Compare(s.rooms[b].free, s.rooms[a].free)
		if s.snug {
			return -n
		}
		return n
	})
	return out
}

// plan is the way of a guest to a host as both are now.
func (s *search) plan(guest, host int) *preflight.Plan {
	return &preflight.Plan{
		Guest: s.fleet.Guests[guest].Guest, From: s.states[s.task.From].seen(), To: s.states[host].seen(),
		Map: s.fleet.Hosts[host].Map, Waivers: s.fleet.Waivers, Now: s.fleet.Now,
	}
}

// isStopped says whether only the definition of a guest could be moved. One of
// unknown state is not taken for stopped.
func isStopped(g *hostinfo.Guest) bool {
	return !g.State.Active() && g.State != hostinfo.StateUnknown
}
