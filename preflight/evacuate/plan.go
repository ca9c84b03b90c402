package evacuate

import (
	"cmp"
	"maps"
	"slices"

	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/assume"
	"migcheck/preflight/fleet"
)

// Task is what is asked for.
type Task struct {
	// Fleet has the host to be emptied, with its guests, and the hosts that they
	// may go to. Guests of other hosts are left out of account.
	Fleet *fleet.Fleet
	From  int // the host to be emptied
	Rules []*preflight.Rule
	// Offline plans stopped guests too, Overcommit leaves memory out of account.
	Offline, Overcommit bool
	// Tries ends the search for a plan with a place for everybody; 0: Tries.
	Tries int
}

// Plan finds a place for every guest, as far as there is one.
func Plan(t *Task, tool preflight.Tool, options preflight.Options) *Document {
	f := *t.Fleet
	f.Guests = nil
	d := &Document{
		Schema: Schema, Tool: tool, Created: f.Now, Options: options, Waivers: f.Waivers, Offline: t.Offline, Overcommit: t.Overcommit,
		Host: preflight.Identify(f.Hosts[t.From].View.Host), Steps: []Step{}, Left: []Left{},
	}
	for _, g := range t.Fleet.Guests {
		switch {
		case g.Host != t.From:
		case isStopped(g.Guest) && !t.Offline:
			d.Stopped = append(d.Stopped, guestOf(g.Guest))
		default:
			f.Guests = append(f.Guests, g)
		}
	}
	m := fleet.Judge(&f, t.Rules)
	s := &search{task: t, fleet: &f, matrix: m}
	for i := range f.Guests {
		c := candidate{guest: i, need: needOf(f.Guests[i].Guest)}
		for h := range f.Hosts {
			if h != t.From && m.Verdict(i, h) < preflight.Undecided {
				c.hosts = append(c.hosts, h)
			}
		}
		if len(c.hosts) > 0 && (c.need.unknown == "" || t.Overcommit) {
			s.order = append(s.order, c)
		}
	}
	placed := s.run()
	d.Better = len(placed) < s.most && s.left <= 0
	s.tell(d, placed)
	return d
}

// tell carries the plan out on what is known, from the start, and says of each
// step and of everybody left what the rules do.
func (s *search) tell(d *Document, placed []placement) {
	s.start()
	d.destinations(s)
	out := map[int]bool{}
	for _, p := range placed {
		plan := s.plan(p.guest, p.host)
		r := preflight.Run(plan, s.task.Rules)
		if r.Verdict >= preflight.Undecided { // since others have left the source
			continue
		}
		d.Steps = append(d.Steps, Step{Guest: guestOf(plan.Guest), To: r.To, Verdict: r.Verdict, Findings: roots(r, preflight.Note)})
		s.put(&candidate{guest: p.guest, need: needOf(plan.Guest)}, p.host)
		s.states[s.task.From] = &state{view: preflight.NewView(assume.Depart(plan))}
		out[p.guest] = true
	}
	for i := range s.fleet.Guests {
		if !out[i] {
			d.Left = append(d.Left, s.leftOver(i))
		}
	}
	d.settle(s)
}

// destinations lists the hosts as they are before the plan.
func (d *Document) destinations(s *search) {
	for i := range s.fleet.Hosts {
		h := s.fleet.Hosts[i].View.Host
		d.Example = d.Example || h.Example
		if i == s.task.From {
			d.Unlisted = unlisted(h)
			continue
		}
		r := s.rooms[i]
		line := Destination{HostIdentity: preflight.Identify(h), Unknown: r.unknown, Free: r.free}
		if g := h.Missing(hostinfo.FactDevices, ""); g != nil {
			line.Reason = g.Reason
		}
		for _, size := range slices.Sorted(maps.Keys(r.pages)) {
			line.Pools = append(line.Pools, PoolLine{Size: size, Free: r.pages[size]})
		}
		d.Destinations = append(d.Destinations, line)
	}
}

// unlisted is why a host's guests may not all be known; empty if they are.
func unlisted(h *hostinfo.Host) string {
	for _, f := range []hostinfo.Fact{hostinfo.FactLibvirt, hostinfo.FactDomains} {
		if g := h.Missing(f, ""); g != nil {
			return g.Reason
		}
	}
	return ""
}

// settle says what comes of the plan as a whole.
func (d *Document) settle(s *search) {
	count := map[int]int{}
	for _, p := range s.now {
		count[p.host]++
	}
	n := 0
	for i, r := range s.rooms {
		if i == s.task.From {
			continue
		}
		line := &d.Destinations[n]
		line.Guests, line.Left = count[i], r.free
		for k := range line.Pools {
			line.Pools[k].Left = r.pages[line.Pools[k].Size]
		}
		n++
	}
	for i := range d.Left {
		d.Verdict = max(d.Verdict, d.Left[i].Verdict)
	}
	if d.Unlisted != "" {
		d.Verdict = max(d.Verdict, preflight.Undecided)
	}
	slices.SortStableFunc(d.Left, func(a, b Left) int {
		return cmp.Or(cmp.Compare(b.Verdict, a.Verdict), cmp.Compare(a.Name, b.Name))
	})
}

func guestOf(g *hostinfo.Guest) Guest {
	n := needOf(g)
	return Guest{Name: g.Name, UUID: g.UUID, State: g.State, Needs: n.kib, Huge: n.huge, Page: n.page, Unknown: n.unknown}
}

// roots are the findings of a report that count, from a level on, consequences
// left out.
func roots(r *preflight.Report, from preflight.Level) []preflight.Finding {
	var out []preflight.Finding
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Level >= from && f.CausedBy == "" && f.Counts() {
			out = append(out, *f)
		}
	}
	return out
}
