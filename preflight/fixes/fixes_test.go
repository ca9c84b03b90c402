package fixes_test

import (
	"slices"
	"testing"

	"migcheck/fixtures/purity"
	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/assume"
	"migcheck/preflight/fixes"
	"migcheck/preflight/fleet"
	"migcheck/preflight/fleet/synth"
	"migcheck/preflight/rules"
)

func TestImports(t *testing.T) {
	purity.Check(t, "cmp", "slices", "strings", "time", "migcheck/preflight", "migcheck/preflight/assume", "migcheck/preflight/fleet")
}

// TestCountsAreTrue holds every proven fix of random fleets against single
// checks of every pair, before and after.
func TestCountsAreTrue(t *testing.T) {
	proven, unproven := 0, 0
	for seed := range uint64(6) {
		f := synth.Fleet(synth.Size{Hosts: 9, Guests: 30, NICs: 2, VLANs: 4}, seed)
		f.Hosts[2].View = gone(f.Hosts[2].View, "bond0.601")
		d := fixes.Rank(f, rules.All, 0, preflight.Tool{}, preflight.Options{})
		before := verdicts(f)
		for _, x := range d.Fixes {
			if !x.Proven {
				unproven++
				if x.Unproven == "" || x.Opens == 0 {
					t.Errorf("unproven, and nobody says why: %+v", x)
				}
				continue
			}
			proven++
			i := slices.IndexFunc(f.Hosts, func(h fleet.Host) bool { return h.View.Name == x.Host })
			h, err := assume.Run(f.Hosts[i].View.Host, x.Commands)
			if err != nil {
				t.Fatal(err)
			}
			g := *f
			g.Hosts = slices.Clone(f.Hosts)
			g.Hosts[i].View = preflight.NewView(h)
			opens, guests := opened(before, verdicts(&g))
			if opens != x.Opens || guests != x.Guests {
				t.Errorf("seed %d: %q opens %d ways of %d guests, and the document says %d of %d", seed, x.Commands, opens, guests, x.Opens, x.Guests)
			}
		}
		if !slices.IsSortedFunc(d.Fixes, func(a, b fixes.Fix) int { return b.Opens - a.Opens }) {
			t.Errorf("seed %d: not in order", seed)
		}
		few := fixes.Rank(f, rules.All, 2, preflight.Tool{}, preflight.Options{})
		for k := range few.Fixes {
			if few.Fixes[k].Opens != d.Fixes[k].Opens || few.More != len(d.Fixes)-len(few.Fixes) {
				t.Errorf("seed %d: of two: %+v, of all: %+v", seed, few.Fixes[k], d.Fixes[k])
			}
		}
	}
	if proven < 6 || unproven == 0 {
		t.Errorf("%d fixes were proven, and %d not", proven, unproven)
	}
}

// gone is a host without a device.
func gone(v *preflight.View, name string) *preflight.View {
	h := *v.Host
	d := v.Links.ByName(name)
	h.Devices = slices.DeleteFunc(slices.Clone(h.Devices), func(o hostinfo.Device) bool { return o.Name == name || o.Parent == d.Index })
	return preflight.NewView(&h)
}

func verdicts(f *fleet.Fleet) [][]preflight.Level {
	var out [][]preflight.Level
	for _, g := range f.Guests {
		row := make([]preflight.Level, len(f.Hosts))
		for h := range f.Hosts {
			if h != g.Host {
				p := &preflight.Plan{Guest: g.Guest, From: f.Hosts[g.Host].View, To: f.Hosts[h].View, Waivers: f.Waivers, Now: f.Now}
				row[h] = preflight.Run(p, rules.All).Verdict
			}
		}
		out = append(out, row)
	}
	return out
}

func opened(before, after [][]preflight.Level) (ways, guests int) {
	for g := range before {
		was := ways
		for h := range before[g] {
			if before[g][h] >= preflight.Undecided && after[g][h] < preflight.Undecided {
				ways++
			}
		}
		if ways > was {
			guests++
		}
	}
	return ways, guests
}
