package fleet

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/rules"
)

// TestWays holds what is counted in sets to what is counted pair by pair.
func TestWays(t *testing.T) {
	for seed := range uint64(60) {
		f := (&world{bytes: seeded(5000 + seed)}).fleet()
		m := Judge(f, rules.All)
		hosts := make([]HostWays, len(f.Hosts))
		c := &causes{m, map[causeKey]*Cause{}, map[causeKey]bool{}, map[causeKey]bool{}}
		for g := range f.Guests {
			var w Ways
			home := f.Guests[g].Host
			hosts[home].Guests++
			clear(c.seen)
			clear(c.alone)
			for h := range f.Hosts {
				if h == home {
					continue
				}
				c.count(m.ownItems(g, h), 1, g, h, excepted(m.exceptions[g], h))
				switch m.Verdict(g, h) {
				case preflight.Blocked:
					w.Blocked++
					hosts[h].Refuses++
				case preflight.Undecided:
					w.Undecided++
					hosts[h].Doubts++
					if to := f.Hosts[h].View; to.Missing(hostinfo.FactDevices, "") != nil || to.Missing(hostinfo.FactDomains, "") != nil {
						w.Unseen++
					}
				case preflight.Warning:
					w.Warned++
					w.Allowed++
					hosts[h].Takes++
				default:
					w.Allowed++
					hosts[h].Takes++
				}
			}
			switch {
			case w.Allowed > 0:
			case w.Undecided > w.Unseen, w.Undecided > 0 && w.Blocked == 0:
				hosts[home].Doubtful++
			default:
				hosts[home].Stuck++
			}
			if got := m.Ways(g); got != w {
				t.Errorf("seed %d: guest %d has %+v, and pair by pair %+v", seed, g, got, w)
			}
		}
		if diff := cmp.Diff(hosts, m.HostWays()); diff != "" {
			t.Errorf("seed %d: hosts (-pair by pair +counted):\n%s", seed, diff)
		}
		all := m.Causes()
		tellsWhy(t, m, all)
		if diff := cmp.Diff(counted(c.sorted()), counted(all)); diff != "" {
			t.Fatalf("seed %d: causes (-pair by pair +counted):\n%s", seed, diff)
		}
	}
}

// tellsWhy: whatever a single check says of a pair leads from the guest to its
// cause, by one of its needs or, in an exception, by itself.
func tellsWhy(t *testing.T, m *Matrix, all []Cause) {
	t.Helper()
	by := map[causeKey]*Cause{}
	for i := range all {
		by[causeKey{all[i].Host, all[i].Rule, all[i].Device, all[i].Level}] = &all[i]
	}
	for g := range m.fleet.Guests {
		for h := range m.fleet.Hosts {
			if h == m.fleet.Guests[g].Host {
				continue
			}
			for _, k := range m.ownItems(g, h) {
				c := by[k.causeKey]
				switch {
				case c == nil:
					t.Errorf("guest %d on host %d: %+v is no cause", g, h, k)
				case excepted(m.exceptions[g], h):
					if !slices.Contains(c.Alone, g) {
						t.Errorf("guest %d on host %d is not among %v of %+v", g, h, c.Alone, k)
					}
				case !slices.ContainsFunc(m.rowsIn(g), func(r uint32) bool { return slices.Contains(c.Needs, int(r)) }):
					t.Errorf("guest %d on host %d has none of the needs %v of %+v", g, h, c.Needs, k)
				}
			}
		}
	}
}

// counted are causes as counts alone.
func counted(list []Cause) []Cause {
	for i := range list {
		list[i].Example, list[i].Needs, list[i].Alone = [2]int{}, nil, nil
	}
	return list
}

// TestNothingPerVerdict: asking for a verdict allocates nothing.
func TestNothingPerVerdict(t *testing.T) {
	m := Judge((&world{bytes: seeded(1)}).fleet(), rules.All)
	g, h := 0, 0
	if n := testing.AllocsPerRun(200, func() {
		m.Verdict(g, h)
		g, h = (g+1)%len(m.fleet.Guests), (h+1)%len(m.fleet.Hosts)
	}); n != 0 {
		t.Errorf("a verdict takes %v allocations", n)
	}
}
