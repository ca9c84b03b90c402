package evacuate_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/assume"
	"migcheck/preflight/evacuate"
	"migcheck/preflight/fleet"
	"migcheck/preflight/fleet/synth"
	"migcheck/preflight/rules"
)

// TestEveryStepHolds plans the evacuation of every host of random fleets and
// walks through each plan: every step, judged by itself with both hosts as the
// steps before have left them, is allowed, and no host is given more memory than
// it has. Every guest is somewhere in the document, once.
func TestEveryStepHolds(t *testing.T) {
	steps, left := 0, map[preflight.Level]int{}
	for seed := range uint64(10) {
		n := 2 + int(seed)%4
		f := synth.Fleet(synth.Size{Hosts: n, Guests: 24 * n, NICs: 2, VLANs: 6}, seed)
		if h := f.Hosts[0].View; seed%4 == 0 {
			h.Memory = nil
			h.AddGap(hostinfo.FactMemory, "", "no /proc")
		}
		for from := range f.Hosts {
			task := &evacuate.Task{Fleet: f, From: from, Rules: rules.All, Offline: from%2 == 0, Tries: 20}
			d := evacuate.Plan(task, preflight.Tool{}, preflight.Options{})
			walk(t, f, d)
			everybody(t, f, from, d)
			steps += len(d.Steps)
			for _, l := range d.Left {
				left[l.Verdict]++
				checkLeft(t, f, from, &l)
			}
			if again := evacuate.Plan(task, preflight.Tool{}, preflight.Options{}); !same(t, d, again) {
				t.Errorf("seed %d, host %d: planned twice, and not the same", seed, from)
			}
		}
	}
	if steps < 200 || left[preflight.Blocked] < 10 || left[preflight.Undecided] < 10 {
		t.Errorf("the fleets are too easy or too hard: %d steps, left %v", steps, left)
	}
}

func same(t *testing.T, a, b any) bool {
	t.Helper()
	x, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Equal(x, y)
}

// walk carries a plan out on what is known.
func walk(t *testing.T, f *fleet.Fleet, d *evacuate.Document) {
	t.Helper()
	views, free, pages := map[string]*preflight.View{}, map[string]int{}, map[string]int{}
	for i := range f.Hosts {
		v := f.Hosts[i].View
		views[v.Name] = v
		if v.Memory != nil {
			free[v.Name] = v.Memory.Available
			for _, p := range v.Memory.Pools {
				pages[v.Name] = p.Free
			}
		}
	}
	for i, s := range d.Steps {
		g := guest(f, s.Name)
		p := &preflight.Plan{Guest: g, From: views[d.Host.Name], To: views[s.To], Waivers: f.Waivers, Now: f.Now}
		if r := preflight.Run(p, rules.All); r.Verdict >= preflight.Undecided || r.Verdict != s.Verdict {
			t.Errorf("step %d, %s to %s, is %s, and the plan says %s", i, s.Name, s.To, r.Verdict, s.Verdict)
		}
		if g.State.Active() {
			if m := g.Sent().Memory; m.HugePages != nil {
				pages[s.To] -= m.Max / 2048
			} else {
				free[s.To] -= m.Current
			}
		}
		if free[s.To] < 0 || pages[s.To] < 0 {
			t.Errorf("step %d, %s to %s, leaves %d KiB and %d hugepages", i, s.Name, s.To, free[s.To], pages[s.To])
		}
		views[s.To], views[d.Host.Name] = preflight.NewView(assume.Arrive(p)), preflight.NewView(assume.Depart(p))
	}
	for _, to := range d.Destinations {
		if to.Unknown == "" && (to.Left < 0 || len(to.Pools) > 0 && to.Pools[0].Left != pages[to.Name] || to.Left > free[to.Name]) {
			t.Errorf("%s: %d KiB and %d hugepages are left, and the plan says %d and %+v", to.Name, free[to.Name], pages[to.Name], to.Left, to.Pools)
		}
	}
}

func guest(f *fleet.Fleet, name string) *hostinfo.Guest {
	for i := range f.Guests {
		if f.Guests[i].Name == name {
			return f.Guests[i].Guest
		}
	}
	return nil
}

func everybody(t *testing.T, f *fleet.Fleet, from int, d *evacuate.Document) {
	t.Helper()
	said := map[string]int{}
	for _, s := range d.Steps {
		said[s.Name]++
	}
	for _, l := range d.Left {
		said[l.Name]++
	}
	for _, g := range d.Stopped {
		said[g.Name]++
		if g.State.Active() || d.Offline {
			t.Errorf("%s is %s, and not planned", g.Name, g.State)
		}
	}
	n := 0
	for _, g := range f.Guests {
		if g.Host == from {
			n++
			if said[g.Name] != 1 {
				t.Errorf("%s is there %d times", g.Name, said[g.Name])
			}
		}
	}
	if len(said) != n {
		t.Errorf("%d guests are told of, and %d live there", len(said), n)
	}
}

// checkLeft: every host but the home is in one reason, with words; and a fix
// opens a way.
func checkLeft(t *testing.T, f *fleet.Fleet, from int, l *evacuate.Left) {
	t.Helper()
	hosts := map[string]bool{}
	for _, r := range l.Reasons {
		for _, h := range r.Hosts {
			if hosts[h] {
				t.Errorf("%s: %s is there twice", l.Name, h)
			}
			hosts[h] = true
		}
		if r.Level < preflight.Undecided || (r.Memory == "") == (len(r.Findings) == 0) {
			t.Errorf("%s: a reason without words: %+v", l.Name, r)
		}
	}
	if len(hosts) != len(f.Hosts)-1 || hosts[f.Hosts[from].View.Name] {
		t.Errorf("%s: reasons of %d hosts", l.Name, len(hosts))
	}
	if x := l.Fix; x != nil && (x.Verdict >= preflight.Blocked || len(x.Commands) == 0) {
		t.Errorf("%s: the fix is %+v", l.Name, x)
	}
}

// small is a fleet of a full host and empty ones with so much memory each, GiB.
func small(guests []int, hosts ...int) *fleet.Fleet {
	f := synth.Fleet(synth.Size{Hosts: len(hosts) + 1, Guests: 0, NICs: 1, VLANs: 2}, 1)
	for i, gib := range hosts {
		f.Hosts[i+1].View.Memory = &hostinfo.Memory{Total: 512 << 20, Available: gib << 20}
	}
	for i, gib := range guests {
		def := &hostinfo.Definition{Type: "kvm", Arch: "x86_64", Memory: &hostinfo.GuestMemory{Max: gib << 20, Current: gib << 20}}
		def.NICs = []hostinfo.NIC{{Type: "direct", Dev: "bond0.600", Mode: "bridge", MAC: fmt.Sprintf("52:54:00:00:00:%02x", i+1), Model: "virtio"}}
		f.Guests = append(f.Guests, fleet.Guest{Guest: &hostinfo.Guest{
			Name: fmt.Sprintf("g%d", i), UUID: fmt.Sprintf("d0000000-0000-4000-8000-%012x", i), State: hostinfo.StateRunning,
			Persistent: hostinfo.Yes, Live: def, Inactive: def,
		}})
	}
	return f
}

func plan(f *fleet.Fleet, change ...func(*evacuate.Task)) *evacuate.Document {
	task := &evacuate.Task{Fleet: f, Rules: rules.All}
	for _, c := range change {
		c(task)
	}
	return evacuate.Plan(task, preflight.Tool{}, preflight.Options{})
}

func places(d *evacuate.Document) (out []string) {
	for _, s := range d.Steps {
		out = append(out, s.Name+"->"+s.To)
	}
	return out
}

// The largest first, each where most is left, would leave g0 out: 4 GiB to the
// host of 6, and then neither 3 GiB has room.
func TestGoesBackWhereTheFirstChoiceLeavesSomebodyOut(t *testing.T) {
	d := plan(small([]int{4, 3, 3}, 6, 4))
	if len(d.Left) != 0 || d.Better || d.Verdict != preflight.Ready {
		t.Errorf("%v, left %+v, better %v", places(d), d.Left, d.Better)
	}
	walk(t, small([]int{4, 3, 3}, 6, 4), d)
}

func TestTooLittleMemory(t *testing.T) {
	d := plan(small([]int{4, 4, 4}, 5, 5))
	if len(d.Steps) != 2 || len(d.Left) != 1 || d.Better || d.Verdict != preflight.Blocked {
		t.Fatalf("%v, left %+v, better %v", places(d), d.Left, d.Better)
	}
	if r := d.Left[0].Reasons; len(r) != 1 || r[0].Memory != "too little memory: 1 GiB" || !r[0].After || len(r[0].Hosts) != 2 || d.Left[0].Fix != nil {
		t.Errorf("reasons %+v", r)
	}
	d = plan(small([]int{4, 4, 4}, 5, 5), func(t *evacuate.Task) { t.Overcommit = true })
	if len(d.Steps) != 3 || !d.Overcommit || d.Destinations[0].Left+d.Destinations[1].Left != -2<<20 {
		t.Errorf("overcommitted: %v, %+v", places(d), d.Destinations)
	}
}

// Guests were started there just now: what they have not touched is available,
// and theirs.
func TestMemoryThatIsPromised(t *testing.T) {
	f := small([]int{4}, 100)
	f.Hosts[1].View.Memory.Total = 101 << 20
	f.Hosts[1].View.Domains = []hostinfo.Domain{
		{Name: "other", State: hostinfo.StateRunning, Memory: &hostinfo.GuestMemory{Max: 200 << 20, Current: 98 << 20}},
		{Name: "stopped", State: hostinfo.StateShutoff, Memory: &hostinfo.GuestMemory{Max: 9 << 20, Current: 9 << 20}},
		{Name: "huge", State: hostinfo.StateRunning, Memory: &hostinfo.GuestMemory{Max: 9 << 20, Current: 9 << 20, HugePages: []int{0}}},
	}
	d := plan(f)
	if d.Destinations[0].Free != 3<<20 || len(d.Left) != 1 || d.Left[0].Reasons[0].After {
		t.Errorf("%+v, left %+v", d.Destinations, d.Left)
	}
}

func TestUnknownMemory(t *testing.T) {
	f := small([]int{4}, 100)
	f.Hosts[1].View.Memory = nil
	f.Hosts[1].View.AddGap(hostinfo.FactMemory, "", "the free memory is not known: cut")
	d := plan(f)
	if d.Verdict != preflight.Undecided || len(d.Left) != 1 || d.Left[0].Reasons[0].Memory != "the free memory is not known: cut" {
		t.Errorf("%v: %+v", d.Verdict, d.Left)
	}
	if d = plan(f, func(t *evacuate.Task) { t.Overcommit = true }); len(d.Steps) != 1 {
		t.Errorf("overcommitted: %+v", d.Left)
	}
	f = small([]int{4}, 100)
	f.Guests[0].Live.Memory = nil
	if d = plan(f); d.Verdict != preflight.Undecided || d.Left[0].Unknown == "" || d.Left[0].Reasons[0].Memory != "the guest's memory was not read" {
		t.Errorf("%v: %+v", d.Verdict, d.Left)
	}
	f.Guests[0].Live.Memory = &hostinfo.GuestMemory{Max: 1, Current: 1, HugePages: []int{2048, 1 << 20}}
	if d = plan(f); d.Verdict != preflight.Undecided {
		t.Errorf("two sizes of hugepages: %v: %+v", d.Verdict, d.Left)
	}
}

func TestHugePages(t *testing.T) {
	f := small([]int{4, 4, 1}, 100)
	for i, size := range []int{0, 2048, 1 << 20} {
		f.Guests[i].Live.Memory.HugePages = []int{size}
	}
	f.Hosts[1].View.Memory.Pools, f.Hosts[1].View.Memory.DefaultPage = []hostinfo.Pool{{Size: 2048, Pages: 4096, Free: 2048}}, 2048
	d := plan(f)
	if len(d.Steps) != 1 || len(d.Left) != 2 || d.Destinations[0].Pools[0].Left != 0 {
		t.Fatalf("%v, left %+v", places(d), d.Left)
	}
	var got []string
	for _, l := range d.Left {
		for _, r := range l.Reasons {
			got = append(got, l.Name+": "+r.Memory)
		}
	}
	want := []string{"g1: too little memory: 0 free hugepages of 2 MiB", "g2: too little memory: 0 free hugepages of 1 GiB"}
	if !slices.Equal(got, want) {
		t.Errorf("reasons %q, want %q", got, want)
	}
	f.Hosts[1].View.Memory.Pools, f.Hosts[1].View.Memory.DefaultPage = nil, 0
	if d = plan(f); d.Left[0].Reasons[0].Memory != "too little memory: no hugepages" {
		t.Errorf("without hugepages: %+v", d.Left[0].Reasons)
	}
}

// Two guests of one address, or one device for both, can't go to one host.
func TestOnePlacementStandsInTheWayOfTheNext(t *testing.T) {
	for what, change := range map[string]func(f *fleet.Fleet){
		"one address": func(f *fleet.Fleet) { f.Guests[1].Live.NICs[0].MAC = f.Guests[0].Live.NICs[0].MAC },
		"one device": func(f *fleet.Fleet) {
			for i := range f.Guests {
				f.Guests[i].Live.NICs[0].Mode = "passthrough"
			}
		},
		"one of a pool": func(f *fleet.Fleet) {
			for i := range f.Hosts {
				f.Hosts[i].View.Networks[0].Forward = "passthrough"
				f.Hosts[i].View.Networks[0].Devices[0].Connections = 0
			}
			for i := range f.Guests {
				f.Guests[i].Live.NICs[0].Network = "lan"
			}
		},
	} {
		f := small([]int{1, 1}, 100, 90)
		change(f)
		d := plan(f)
		if len(d.Steps) != 2 || d.Steps[0].To == d.Steps[1].To {
			t.Errorf("%s: %v, left %+v", what, places(d), d.Left)
		}
		f = small([]int{1, 1}, 100)
		change(f)
		d = plan(f)
		if len(d.Left) != 1 || d.Better || !d.Left[0].Reasons[0].After || len(d.Left[0].Reasons[0].Findings) == 0 {
			t.Errorf("%s, with one host: %v, left %+v", what, places(d), d.Left)
		}
	}
}

// A search that has not tried everything says so.
func TestSaysThatABetterPlanMayExist(t *testing.T) {
	sizes := make([]int, 16)
	for i := range sizes {
		sizes[i] = 7 + i%3
	}
	d := plan(small(sizes, 23, 23, 23, 23, 20))
	if !d.Better || len(d.Steps)+len(d.Left) != len(sizes) {
		t.Errorf("%d steps, %d left, better %v", len(d.Steps), len(d.Left), d.Better)
	}
}

func TestUnlistedGuests(t *testing.T) {
	f := small(nil, 5)
	f.Hosts[0].View.Unreached("no socket")
	if d := plan(f); d.Verdict != preflight.Undecided || d.Unlisted != "no socket" {
		t.Errorf("%v, %q", d.Verdict, d.Unlisted)
	}
}

// What is missing on the only other host is a command away.
func TestTheFixThatWouldFreeAGuest(t *testing.T) {
	f := small([]int{1}, 5)
	h := f.Hosts[1].View.Host
	for i := range h.Devices {
		if d := &h.Devices[i]; d.Name == "bond0.600" {
			d.VLAN.ID = 999
		}
	}
	d := plan(f)
	if len(d.Left) != 1 || d.Left[0].Fix == nil {
		t.Fatalf("left %+v", d.Left)
	}
	if x := d.Left[0].Fix; x.Host != h.Name || x.To != h.Name || x.Rule != d.Left[0].Reasons[0].Findings[0].Rule || x.Verdict >= preflight.Blocked {
		t.Errorf("the fix is %+v", x)
	}
}
