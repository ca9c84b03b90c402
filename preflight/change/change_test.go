package change_test

import (
	"slices"
	"testing"
	"time"

	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/change"
	"migcheck/preflight/fleet"
	"migcheck/preflight/fleet/synth"
	"migcheck/preflight/rules"
)

var size = synth.Size{Hosts: 12, Guests: 60, NICs: 2, VLANs: 5}

// fleetOf is a fleet after something was done to it.
func fleetOf(s synth.Size, do func(f *fleet.Fleet)) *fleet.Fleet {
	f := synth.Fleet(s, 5)
	if do != nil {
		do(f)
		for i := range f.Hosts {
			f.Hosts[i].View = preflight.NewView(f.Hosts[i].View.Host)
		}
	}
	return f
}

func judged(id int64, f *fleet.Fleet) *change.Run {
	f.Now = f.Now.Add(time.Duration(id) * time.Hour)
	r := &change.Run{ID: id, Document: fleet.Judge(f, rules.All).Document(preflight.Tool{Name: "migcheck", Version: "test"}, preflight.Options{})}
	for i := range f.Hosts {
		r.Hosts = append(r.Hosts, f.Hosts[i].View.Host)
	}
	for i := range f.Guests {
		r.Guests = append(r.Guests, f.Guests[i].Guest)
	}
	return r
}

func compare(a, b *change.Run) *change.Document {
	return change.Compare(a, b, rules.All, change.Only{})
}

const changed = 3 // the host that things are done to

func device(f *fleet.Fleet, name string) *hostinfo.Device {
	h := f.Hosts[changed].View.Host
	return &h.Devices[slices.IndexFunc(h.Devices, func(d hostinfo.Device) bool { return d.Name == name })]
}

// TestBehind: one thing is done to one host. What became of the verdicts names
// the rule and the fact behind it, there and back.
func TestBehind(t *testing.T) {
	before := judged(1, fleetOf(size, nil))
	if c := change.Count(before.Document); c.Unobserved != 0 || c.Free != c.Guests {
		t.Fatalf("the fleet is not healthy to begin with: %+v", c)
	}
	for what, c := range map[string]struct {
		do               func(f *fleet.Fleet)
		kind, rule, fact string
	}{
		"vlan gone": {func(f *fleet.Fleet) {
			h := f.Hosts[changed].View.Host
			gone := device(f, "bond0.601").Index
			h.Devices = slices.DeleteFunc(h.Devices, func(d hostinfo.Device) bool { return d.Index == gone || d.Parent == gone })
		}, change.Lost, "source-dev-missing", "device"},
		"vlan other":  {func(f *fleet.Fleet) { device(f, "bond0.601").VLAN.ID = 99 }, change.Lost, "vlan-mismatch", "vlan"},
		"bond mode":   {func(f *fleet.Fleet) { device(f, "bond0").Bond.Mode = "balance-alb" }, change.Lost, "bond-mode-incompatible", "bond mode"},
		"no macvtap":  {func(f *fleet.Fleet) { f.Hosts[changed].View.Host.MacvtapModule = hostinfo.No }, change.Lost, "macvtap-module-missing", "macvtap module"},
		"network off": {func(f *fleet.Fleet) { f.Hosts[changed].View.Host.Networks[0].Active = hostinfo.No }, change.Lost, "network-missing-or-inactive", "active"},
		"cables out": {func(f *fleet.Fleet) {
			for i := range f.Hosts[changed].View.Host.Devices {
				if d := &f.Hosts[changed].View.Host.Devices[i]; d.SlaveKind == hostinfo.KindBond {
					d.LowerUp, d.BondPort.MIIStatus = hostinfo.No, "DOWN"
				}
			}
			device(f, "bond0").LowerUp = hostinfo.No
		}, change.Lost, "lowerdev-no-carrier", "carrier"},
		"mtu": {func(f *fleet.Fleet) {
			for i := range f.Hosts[changed].View.Host.Devices {
				if d := &f.Hosts[changed].View.Host.Devices[i]; d.MTU == 9000 {
					d.MTU = 1500
				}
			}
		}, change.Worse, "mtu-lower-than-guest", "mtu"},
	} {
		after := judged(2, fleetOf(size, c.do))
		for _, dir := range []struct {
			d    *change.Document
			back bool
		}{{compare(before, after), false}, {compare(after, before), true}} {
			if err := dir.d.Check(); err != nil {
				t.Errorf("%s: %v", what, err)
			}
			if !slices.ContainsFunc(dir.d.Ways, func(w change.WayChange) bool { return led(dir.d, &w, c.kind, c.rule, c.fact, dir.back) }) {
				t.Errorf("%s (back: %v): no change of ways names %s because of %q: %+v", what, dir.back, c.rule, c.fact, dir.d.Ways)
			}
			for i := range dir.d.Ways {
				w := &dir.d.Ways[i]
				if w.Because == nil || len(w.Because.Facts) == 0 {
					t.Errorf("%s (back: %v): %+v has no cause", what, dir.back, w)
				}
			}
			if dir.d.GotWorse() == dir.back && c.kind == change.Lost {
				t.Errorf("%s (back: %v): got worse: %v", what, dir.back, dir.d.GotWorse())
			}
		}
	}
}

// led says whether a change of ways is the one that is expected.
func led(d *change.Document, w *change.WayChange, kind, rule, fact string, back bool) bool {
	if back {
		kind = map[string]string{change.Lost: change.Won, change.Worse: change.Better}[kind]
	}
	return w.Kind == kind && w.Rule == rule && w.Because != nil && slices.ContainsFunc(w.Because.Facts, func(i int) bool {
		f := &d.Facts[i]
		return f.What == fact && slices.Contains(f.Hosts.First, "host00003")
	})
}

// TestEveryWay: what a document counts is what the verdicts of all pairs say.
func TestEveryWay(t *testing.T) {
	a, b := synth.Fleet(synth.Size{Hosts: 40, Guests: 160, NICs: 2, VLANs: 6}, 1), synth.Fleet(synth.Size{Hosts: 40, Guests: 160, NICs: 2, VLANs: 6}, 2)
	x, y := judged(1, a), judged(2, b)
	d := compare(x, y)
	want := map[[2]preflight.Level]int{}
	coarse := func(l preflight.Level) preflight.Level {
		if l == preflight.Note {
			return preflight.Ready
		}
		return l
	}
	for g := range x.Document.Guests { // both have the same guests on the same hosts
		home := x.Document.Guests[g].Host
		if !x.Document.Hosts[home].Observed || !y.Document.Hosts[home].Observed {
			continue
		}
		for h := range x.Document.Hosts {
			was, is := coarse(x.Document.Verdict(g, h)), coarse(y.Document.Verdict(g, h))
			if x.Document.Hosts[h].Observed && y.Document.Hosts[h].Observed && was != is {
				want[[2]preflight.Level{was, is}]++
			}
		}
	}
	got := map[[2]preflight.Level]int{}
	named := 0
	for i := range d.Ways {
		w := &d.Ways[i]
		got[[2]preflight.Level{w.Before, w.After}] += w.Ways
		if w.Rule != "" {
			named += w.Ways
		}
	}
	total := 0
	for k, n := range want {
		total += n
		if got[k] != n {
			t.Errorf("from %s to %s: %d ways, and pair by pair %d", k[0], k[1], got[k], n)
		}
		delete(got, k)
	}
	if len(got) != 0 || total < 100 || named != total {
		t.Errorf("%v more; %d in all, of which %d name a finding", got, total, named)
	}
}

// TestNotObserved: of a host that does not answer it is said that it was not
// observed, and nothing else.
func TestNotObserved(t *testing.T) {
	before := judged(1, fleetOf(size, nil))
	f := fleetOf(size, func(f *fleet.Fleet) {
		h := f.Hosts[changed].View.Host
		f.Hosts[changed].View = preflight.NewView(hostinfo.Unobserved(h.Name, "no route to host"))
	})
	f.Guests = slices.DeleteFunc(f.Guests, func(g fleet.Guest) bool { return g.Host == changed })
	after := judged(2, f)
	d := compare(before, after)
	if len(d.NotObserved) != 1 || d.NotObserved[0].Reason != "no route to host" || d.NotObserved[0].Hosts.First[0] != "host00003" {
		t.Errorf("not observed: %+v", d.NotObserved)
	}
	if d.GotWorse() || len(d.Facts)+len(d.Guests)+len(d.Ways)+len(d.Standings)+len(d.Waivers) != 0 {
		t.Errorf("there is more: %+v", d)
	}
	back := compare(after, before)
	if back.Observed.Count != 1 || len(back.Facts)+len(back.Guests)+len(back.Ways)+len(back.Standings) != 0 {
		t.Errorf("back again: %+v", back)
	}
}

// TestGapsAreNoChanges: a fact that could not be read is none that changed.
func TestGapsAreNoChanges(t *testing.T) {
	before := judged(1, fleetOf(size, nil))
	after := judged(2, fleetOf(size, func(f *fleet.Fleet) {
		h := f.Hosts[changed].View.Host
		h.Networks, h.Libvirt = nil, nil
		for i := range h.Devices {
			h.Devices[i].Speed, h.Devices[i].Duplex = 0, ""
		}
		h.AddGap(hostinfo.FactNetworks, "", "why not")
		h.AddGap(hostinfo.FactLibvirt, "", "why not")
		h.AddGap(hostinfo.FactHardware, "", "no sysfs")
	}))
	for _, d := range []*change.Document{compare(before, after), compare(after, before)} {
		if len(d.Facts) != 0 {
			t.Errorf("%+v", d.Facts)
		}
	}
	if d := compare(before, after); len(d.NotObserved) != 3 {
		t.Errorf("%+v", d.NotObserved)
	}
}

// TestGuests: guests that moved, came, went and were edited.
func TestGuests(t *testing.T) {
	before := judged(1, fleetOf(size, nil))
	f := fleetOf(size, func(f *fleet.Fleet) {
		f.Guests[0].Host = 7
		f.Guests = slices.Delete(f.Guests, 1, 2)
		f.Guests[5].Live.NICs[0].Dev = "bond0.602"
		f.Guests[6].State = hostinfo.StatePaused
		g := *f.Guests[8].Guest
		g.Name, g.UUID = "new", "d0000000-0000-4000-8000-00000000ffff"
		f.Guests = append(f.Guests, fleet.Guest{Guest: &g, Host: 2})
	})
	d := compare(before, judged(2, f))
	var got []string
	for _, g := range d.Guests {
		got = append(got, g.Kind+" "+g.What+" "+g.Before+" "+g.After+" "+g.Guests.First[0])
	}
	for _, want := range []string{
		"moved  host00000 host00007 guest000000", "gone  host00000  guest000001", "came   host00002 new",
		"changed nic 0 device " + before.Guests[6].Live.NICs[0].Dev + " bond0.602 guest000006", "state  running paused guest000007",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
}

// TestOnly: of one guest or host nothing is said but what is about it.
func TestOnly(t *testing.T) {
	before := judged(1, fleetOf(size, nil))
	after := judged(2, fleetOf(size, func(f *fleet.Fleet) {
		f.Hosts[changed].View.Host.MacvtapModule = hostinfo.No
		f.Hosts[9].View.Host.Kernel = "6.12"
		f.Guests[0].Live.NICs[0].Model = "e1000e"
	}))
	d := change.Compare(before, after, rules.All, change.Only{Host: "host00009"})
	if len(d.Ways) != 0 || len(d.Facts) != 1 || d.Facts[0].What != "kernel" || len(d.Guests) != 0 {
		t.Errorf("host00009: %+v", d)
	}
	d = change.Compare(before, after, rules.All, change.Only{Guest: "guest000030"})
	if len(d.Ways) != 1 || d.Ways[0].Guests.Count != 1 || d.Ways[0].Hosts.First[0] != "host00003" || len(d.Facts) != 1 || len(d.Guests) != 0 {
		t.Errorf("guest000030: %+v", d)
	}
}

// TestSince: of what changed in several runs it is said in which.
func TestSince(t *testing.T) {
	steps := []func(f *fleet.Fleet){
		nil,
		func(f *fleet.Fleet) { f.Hosts[changed].View.Host.MacvtapModule = hostinfo.No },
		func(f *fleet.Fleet) { device(f, "bond0").MTU = 8000 },
		func(f *fleet.Fleet) { f.Hosts[changed].View.Host.Kernel = "6.12" },
	}
	var runs []*change.Run
	for i := range steps {
		runs = append(runs, judged(int64(i+1), fleetOf(size, func(f *fleet.Fleet) {
			for _, do := range steps[1 : i+1] {
				do(f)
			}
		})))
	}
	d := compare(runs[0], runs[3])
	d.Settle(compare(runs[2], runs[3]), runs[3].Ref())
	d.Settle(compare(runs[1], runs[3]), runs[2].Ref())
	d.Settle(nil, runs[1].Ref())
	if !d.Settled() {
		t.Error("something is not settled")
	}
	for what, want := range map[string]int64{"macvtap module": 2, "mtu": 3, "kernel": 4} {
		i := slices.IndexFunc(d.Facts, func(f change.FactChange) bool { return f.What == what })
		if i < 0 || d.Facts[i].Since.ID != want {
			t.Errorf("%s: %+v", what, d.Facts)
		}
	}
	if i := slices.IndexFunc(d.Ways, func(w change.WayChange) bool { return w.Rule == "macvtap-module-missing" }); i < 0 || d.Ways[i].Since.ID != 2 {
		t.Errorf("%+v", d.Ways)
	}
}
