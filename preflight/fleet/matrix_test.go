package fleet

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"migcheck/preflight"
	"migcheck/preflight/rules"
)

// seeded are bytes for a world, the same for each seed.
func seeded(seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 623))
	b := make([]byte, 4096)
	for i := 0; i < len(b); i += 8 {
		binary.LittleEndian.PutUint64(b[i:], r.Uint64())
	}
	return b
}

// checked compares a matrix with a single check of every pair, and counts the
// verdicts.
func checked(t *testing.T, f *Fleet) (counts [preflight.Blocked + 1]int) {
	t.Helper()
	m := Judge(f, rules.All)
	for g := range f.Guests {
		for h := range f.Hosts {
			if h == f.Guests[g].Host {
				continue
			}
			want := preflight.Run(f.plan(g, h), rules.All)
			counts[want.Verdict]++
			if got := m.Verdict(g, h); got != want.Verdict {
				t.Errorf("guest %d %s on host %d to %d: the matrix says %s, a single check %s: %v", g, f.Guests[g].Name, f.Guests[g].Host, h, got, want.Verdict, worst(want))
			}
		}
	}
	return counts
}

// worst are the findings that decide a report.
func worst(r *preflight.Report) []string {
	var out []string
	for _, f := range r.Findings {
		if f.CausedBy == "" && f.Counts() && f.Level > preflight.Note {
			out = append(out, f.Level.String()+" "+f.ID)
		}
	}
	return out
}

// TestSameVerdicts holds the matrix to what single checks say, in fleets with
// drift, gaps, waivers, maps and collisions.
func TestSameVerdicts(t *testing.T) {
	fleets := 600 / sparse()
	var all [preflight.Blocked + 1]int
	for seed := range uint64(fleets) {
		counts := checked(t, (&world{bytes: seeded(seed)}).fleet())
		for l, n := range counts {
			all[l] += n
		}
		if t.Failed() {
			t.Fatalf("in the fleet of seed %d", seed)
		}
	}
	for l, n := range all {
		if n < fleets/8 {
			t.Errorf("only %d pairs of all fleets are %s", n, preflight.Level(l))
		}
	}
}

func FuzzSameVerdicts(f *testing.F) {
	f.Add([]byte{})
	for seed := range uint64(20) {
		f.Add(seeded(1000 + seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) { checked(t, (&world{bytes: b}).fleet()) })
}
