package fleet

import (
	"slices"
	"testing"

	"migcheck/preflight"
	"migcheck/preflight/rules"
)

// TestFindingsLeadToPairs: by the needs and exceptions that findings name, a
// document says of every pair what a single check finds in it.
func TestFindingsLeadToPairs(t *testing.T) {
	met, alone := 0, 0
	for seed := range uint64(60) {
		f := (&world{bytes: seeded(9000 + seed)}).fleet()
		m := Judge(f, rules.All)
		d := m.Document(preflight.Tool{}, preflight.Options{})
		for g := range d.Guests {
			for h := range d.Hosts {
				if h == d.Guests[g].Host {
					continue
				}
				want := m.ownItems(g, h)
				got := said(d, g, h)
				for _, k := range want {
					if !slices.Contains(got, k) {
						t.Fatalf("seed %d: guest %d on host %d: the document does not lead to %+v", seed, g, h, k)
					}
				}
				for _, k := range got {
					if k.host == h && !slices.Contains(want, k) {
						t.Fatalf("seed %d: guest %d on host %d: the document leads to %+v, which is not found", seed, g, h, k)
					}
				}
				met += len(want)
			}
		}
		for i := range d.Findings {
			alone += len(d.Findings[i].Exceptions)
		}
	}
	if met == 0 || alone == 0 {
		t.Errorf("%d findings were met, %d of pairs by themselves", met, alone)
	}
}

// said are the findings about a pair.
func said(d *Document, g, h int) []causeKey {
	guest := &d.Guests[g]
	exception := slices.Index(pairsOf(d.Exceptions), [2]int{g, h})
	var out []causeKey
	for i := range d.Findings {
		f := &d.Findings[i]
		if f.Host != h && f.Host != guest.Host {
			continue
		}
		needs := f.Needs
		if f.Host == guest.Host {
			needs = f.Leaving
		}
		in := slices.ContainsFunc(needs, func(n int) bool { return slices.Contains(guest.Needs, n) })
		if exception >= 0 {
			in = slices.Contains(f.Exceptions, exception)
		}
		if in {
			out = append(out, causeKey{f.Host, f.Rule, f.Device, f.Level})
		}
	}
	return out
}

func pairsOf(list []Exception) [][2]int {
	var out [][2]int
	for _, e := range list {
		out = append(out, [2]int{e.Guest, e.Host})
	}
	return out
}
