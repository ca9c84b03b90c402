package fleet

import (
	"testing"

	"github.com/google/go-cmp/cmp"

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
			case w.Undecided > 0:
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
		if diff := cmp.Diff(counted(c.sorted()), counted(m.Causes())); diff != "" {
			t.Fatalf("seed %d: causes (-pair by pair +counted):\n%s", seed, diff)
		}
	}
}

// counted are causes without the pairs that stand for them, which may differ.
func counted(list []Cause) []Cause {
	for i := range list {
		list[i].Example = [2]int{}
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
