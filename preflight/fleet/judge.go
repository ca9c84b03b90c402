package fleet

import (
	"cmp"
	"hash/maphash"
	"runtime"
	"slices"
	"sync"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// judge is the state of judging a fleet.
type judge struct {
	f       *Fleet
	rules   []*preflight.Rule
	byID    map[string]*preflight.Rule
	waivers []preflight.Waiver // those that have not ended
	names   named
	uuids   map[string]int // how many hosts have it
	boots   map[string]int

	nodes, ends, setups, places, needs, requestIDs, rowIDs, meets classes
	kids                                                          families
	bounds                                                        bounds
	elements                                                      elements
	persons                                                       classes

	looks    []*look
	wants    []*asked
	wantIDs  map[want]int
	requests []request
	stands   []stand
	standIDs map[stand]int
	hand     hand
	keys     keys
	rows     []row
	rowsOf   []uint32 // of all guests, one after the other
	offsets  []uint32 // by guest: where its rows begin
	alone    map[pair]preflight.Level
	odd      []bool // guests that have pairs in alone
	met      map[[2]uint32]uint32
	results  map[meeting]*result
	judged   int // pairs that the engine was asked about

	buf, scratch code
}

// pair is a guest and a host.
type pair struct{ guest, host int32 }

// meeting is a combination of classes: whatever pairs are of it, the rules say
// the same of them.
type meeting struct{ need, src, dst, kids, equal uint32 }

// Judge judges a fleet by the rules.
func Judge(f *Fleet, rules []*preflight.Rule) *Matrix {
	j := newJudge(f, rules)
	j.prepare()
	j.collisions()
	j.resolve()
	return j.matrix()
}

func newJudge(f *Fleet, rules []*preflight.Rule) *judge {
	j := &judge{
		f: f, rules: rules, byID: map[string]*preflight.Rule{}, names: namedIn(f.Waivers),
		uuids: map[string]int{}, boots: map[string]int{},
		kids: families{others: map[besides]uint32{}},
		keys: keys{seed: maphash.MakeSeed()}, hand: hand{nodes: map[*hostinfo.Device]node{}, ends: map[endKey]*end{}},
		wantIDs: map[want]int{}, standIDs: map[stand]int{}, alone: map[pair]preflight.Level{}, odd: make([]bool, len(f.Guests)), offsets: make([]uint32, len(f.Guests)+1),
		met: map[[2]uint32]uint32{}, results: map[meeting]*result{},
	}
	for _, r := range rules {
		j.byID[r.ID] = r
	}
	for i := range f.Waivers {
		if !f.Waivers[i].Expired(f.Now) {
			j.waivers = append(j.waivers, f.Waivers[i])
		}
	}
	return j
}

// prepare finds the classes of all guests and hosts, one host after the other:
// what was looked up there is used while it is at hand, and then let go. Wants
// that only a later host's guests have are looked up once more.
func (j *judge) prepare() {
	at := make([][]int32, len(j.f.Hosts))
	for i := range j.f.Guests {
		h := j.f.Guests[i].Host
		at[h] = append(at[h], int32(i))
	}
	for i := range j.f.Hosts {
		j.uuids[j.f.Hosts[i].View.UUID]++
		j.boots[j.f.Hosts[i].View.BootID]++
	}
	delete(j.uuids, "")
	delete(j.boots, "")
	j.number()
	for h := range j.f.Hosts {
		l := j.look(h, j.f.Hosts[h].View)
		j.looks = append(j.looks, l)
		for _, g := range at[h] {
			j.seat(int(g), l)
			j.keys.guest(int(g), j.f.Guests[g].Guest)
		}
		j.keys.host(h, l.Host)
		j.surveyAll(l)
	}
	for _, l := range j.looks {
		j.hand.clear()
		j.surveyAll(l)
		for _, a := range j.wants { // what the guest as a whole meets builds on the rest
			if a.kind == wantHost {
				j.survey(a, l)
			}
		}
	}
}

// surveyAll tells what a host has for all that is wanted by now.
func (j *judge) surveyAll(l *look) {
	for _, a := range j.wants[l.wants:] {
		if a.kind != wantHost {
			j.survey(a, l)
		}
	}
	l.wants = len(j.wants)
}

// collisions judges the pairs in which the host has a key of the guest.
func (j *judge) collisions() {
	var pairs []pair
	j.keys.meet(j.f, func(g, h int) {
		p := pair{int32(g), int32(h)}
		if _, met := j.alone[p]; !met && j.f.Guests[g].Host != h {
			j.alone[p], j.odd[g] = preflight.Ready, true
			pairs = append(pairs, p)
		}
	})
	j.keys = keys{}
	j.judged += len(pairs)
	levels := make([]preflight.Level, len(pairs))
	atOnce(len(pairs), func(i int) {
		levels[i] = preflight.Run(j.f.plan(int(pairs[i].guest), int(pairs[i].host)), j.rules).Verdict
	})
	for i, p := range pairs {
		j.alone[p] = levels[i]
	}
}

// atOnce does n things, as many at a time as there are processors.
func atOnce(n int, do func(i int)) {
	workers := min(runtime.GOMAXPROCS(0), n)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < n; i += workers {
				do(i)
			}
		})
	}
	wg.Wait()
}

// asking is a pair, and the rows for which it speaks.
type asking struct {
	pair
	rows []uint32
}

// resolve has one pair of each meeting judged, and gives every row its levels.
func (j *judge) resolve() {
	var todo []asking
	waiting := map[meeting]bool{}
	for r := range j.rows {
		for c := range j.wants[j.rows[r].want].classes {
			if waiting[j.meeting(r, c)] {
				continue
			}
			p, found := j.example(r, c)
			if !found {
				continue
			}
			a := asking{pair: p}
			for _, other := range j.rowsIn(int(p.guest)) {
				m := j.meetingOf(other, p)
				if !waiting[m] {
					waiting[m] = true
					a.rows = append(a.rows, other)
				}
			}
			todo = append(todo, a)
		}
	}
	j.judged += len(todo)
	slices.SortFunc(todo, func(a, b asking) int { // a host's facts are at hand for the next that asks about it
		return cmp.Or(cmp.Compare(a.host, b.host), cmp.Compare(a.guest, b.guest))
	})
	parts := make([]map[int]*result, len(todo))
	atOnce(len(todo), func(i int) { parts[i] = j.ask(&todo[i]) })
	for i := range todo {
		for _, r := range todo[i].rows {
			part := parts[i][j.nicOf(int(todo[i].guest), r)]
			if part == nil {
				part = &result{}
			}
			part.number(j.devicesOf(r, todo[i].host))
			j.results[j.meetingOf(r, todo[i].pair)] = part
		}
	}
	for r := range j.rows {
		j.fill(r)
	}
}

// devicesOf are the devices that a host has for a row.
func (j *judge) devicesOf(r uint32, host int32) []string {
	w := j.wants[j.rows[r].want]
	if w.kind == wantHost {
		return nil
	}
	return j.bounds.names[w.classes[w.of[host]].bound-1]
}

// ask has the rules judge the NICs of a pair that stand for others.
func (j *judge) ask(a *asking) map[int]*result {
	plan := j.f.plan(int(a.guest), int(a.host))
	plan.Waivers = nil
	rows := j.rowsIn(int(a.guest))
	return j.parts(plan, preflight.Findings(plan, j.rules, func(nic int) bool {
		return slices.Contains(a.rows, rows[nic+1])
	}))
}

func (j *judge) rowsIn(guest int) []uint32 {
	return j.rowsOf[j.offsets[guest]:j.offsets[guest+1]]
}

// meeting is the combination of a row and a class of hosts.
func (j *judge) meeting(r, c int) meeting {
	row := &j.rows[r]
	dst := &j.wants[row.want].classes[c]
	both := [2]uint32{row.src.bound, dst.bound}
	equal, met := j.met[both]
	if !met {
		equal = j.meets.of(j.bounds.meet(both[0], both[1]))
		j.met[both] = equal
	}
	return meeting{row.need, row.src.id, dst.id, j.kids.beside(dst.kids, row.mode), equal}
}

// meetingOf is the combination of a row and the class that a pair's host is in.
func (j *judge) meetingOf(r uint32, p pair) meeting {
	return j.meeting(int(r), int(j.wants[j.rows[r].want].of[p.host]))
}

// example is a pair of a row and a class that stands for all others.
func (j *judge) example(r, c int) (p pair, found bool) {
	hosts := j.wants[j.rows[r].want].classes[c].hosts
	set := false // a pair of it is judged by itself
	try := func(g int) bool {
		hosts.All(func(h int) bool {
			p = pair{int32(g), int32(h)}
			_, alone := j.alone[p]
			set = set || alone
			found = h != j.f.Guests[g].Host && !alone
			return !found
		})
		return found
	}
	if try(j.rows[r].guest) || try(j.rows[r].other) || !set {
		return p, found
	}
	for g := range j.f.Guests {
		if slices.Contains(j.rowsIn(g), uint32(r)) && try(g) {
			return p, true
		}
	}
	return p, false
}

// nicOf is which of a guest's parts is in a row: several NICs may be in one, and
// then the rules say the same of each.
func (j *judge) nicOf(guest int, r uint32) int {
	return slices.Index(j.rowsIn(guest), r) - 1
}

// fill gives a row its levels.
func (j *judge) fill(r int) {
	row := &j.rows[r]
	a := j.wants[row.want]
	row.results, row.levels = make([]*result, len(a.classes)), make([]preflight.Level, len(a.classes))
	for c := range a.classes {
		res := j.results[j.meeting(r, c)]
		if res == nil { // every pair of it is judged by itself
			continue
		}
		named := row.named
		named.to = a.classes[c].named
		l := j.level(res, named)
		row.results[c], row.levels[c] = res, l
		if row.sets[l] == nil {
			row.sets[l] = newSet(len(j.looks))
		}
		row.sets[l].or(a.classes[c].hosts)
	}
}
