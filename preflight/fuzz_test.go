package preflight_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"migcheck/hostinfo"
	"migcheck/hostinfo/shell"
	"migcheck/preflight"
	"migcheck/preflight/assume"
	"migcheck/preflight/rules"
)

// world makes hosts and guests of a fuzzer's bytes: healthy ones at first, with
// devices among them that stand on themselves, share names and indexes, and
// lack what their kind should have. Out of bytes, everything is the first of
// its choices.
type world struct{ bytes []byte }

func (w *world) next(n int) int {
	if len(w.bytes) == 0 {
		return 0
	}
	b := w.bytes[0]
	w.bytes = w.bytes[1:]
	return int(b) % n
}

func one[T any](w *world, of ...T) T { return of[w.next(len(of))] }

// mostly is the first choice seven times in eight.
func mostly[T any](w *world, usual T, others ...T) T {
	if w.next(8) != 7 {
		return usual
	}
	return one(w, others...)
}

func (w *world) tri() hostinfo.Tri { return mostly(w, hostinfo.Yes, hostinfo.No, hostinfo.Unknown) }
func (w *world) index() int        { return w.next(12) - 1 }
func (w *world) some(n int) int    { return mostly(w, n, 0, -1, 9000, 1400) }

func (w *world) name() string {
	return one(w, "bond0.623", "bond0", "eth1", "eth2", "br0", "", "a;reboot", "x\x1b\u202e\xff", "a name of twenty bytes", "%s%d", "uplink", "-f", "a/b")
}

func (w *world) mac() string {
	return one(w, "02:00:00:00:00:07", "52:54:00:aa:00:01", "52:54:00:aa:00:02", "02:00:00:00:00:08", "", "no mac")
}

func (w *world) state() hostinfo.DomainState {
	return mostly(w, hostinfo.StateRunning, hostinfo.StatePaused, hostinfo.StateShutoff, hostinfo.StateUnknown, hostinfo.StateCrashed, "odd")
}

func (w *world) device(index int, name, kind string, parent, master int) hostinfo.Device {
	d := hostinfo.Device{
		Index: index, Name: name, Kind: kind, Parent: parent, Master: master, ParentElsewhere: w.next(16) == 15,
		LinkType: mostly(w, "ether", "", "none"), SlaveKind: one(w, "", "", "bond", "bridge", "vrf"),
		Up: w.tri(), LowerUp: w.tri(), AllMulticast: w.tri(), MTU: w.some(1500), MAC: w.mac(), Promiscuity: w.next(3),
	}
	has := func(of ...string) bool { // what the kind should have, and now and then what it should not
		return slices.Contains(of, kind) != (w.next(16) == 15)
	}
	if has("vlan") {
		d.VLAN = &hostinfo.VLAN{ID: w.some(623), Protocol: mostly(w, "802.1Q", "", "802.1ad"), LooseBinding: w.tri()}
	}
	if has("bond") {
		d.Bond = &hostinfo.Bond{Mode: one(w, "active-backup", "802.3ad", "", "balance-alb", "balance-rr"), MIIMon: one(w, 100, 0, -1), ARPInterval: one(w, 0, 100, -1), ActiveSlave: w.index()}
		if w.next(2) == 0 {
			d.Bond.LACP = &hostinfo.LACP{Aggregator: 1, PartnerMAC: one(w, "00:1b:21:00:00:01", "", "00:00:00:00:00:00")}
		}
	}
	if master > 0 && has(kind) {
		d.BondPort = &hostinfo.BondPort{MIIStatus: mostly(w, "UP", "", "DOWN", "GOING_DOWN"), Aggregator: w.next(3), ActorState: one(w, 0x3d, 0, 0x45), PartnerState: one(w, 0x3d, 0)}
	}
	if has("macvlan", "macvtap") {
		d.Macvlan = &hostinfo.Macvlan{Mode: one(w, "bridge", "passthru", "vepa", "")}
	}
	if w.next(4) == 3 {
		d.AltNames = []string{w.name(), w.name()}
	}
	if w.next(4) == 3 {
		d.Held = []string{w.mac(), w.mac()}
	}
	return d
}

func (w *world) devices() []hostinfo.Device {
	out := []hostinfo.Device{
		w.device(1, "eth1", "hardware", 0, 3), w.device(2, "eth2", "hardware", 0, 3),
		w.device(3, "bond0", "bond", 0, 0), w.device(4, "bond0.623", "vlan", 3, 0),
	}
	for range w.next(8) {
		kind := one(w, "macvtap", "hardware", "", "vlan", "bond", "bridge", "team", "macvlan", "veth", "tun", "ipvlan", "vrf", "openvswitch")
		out = append(out, w.device(mostly(w, len(out)+1, w.index()), w.name(), kind, one(w, 4, 3, 0, w.index()), one(w, 0, 0, w.index())))
	}
	return out[mostly(w, 0, 1, 4):]
}

func (w *world) network() hostinfo.Network {
	n := hostinfo.Network{
		Name: one(w, "lan", "", "a;reboot"), Active: w.tri(), Bridge: one(w, "", "br0"), VirtualPort: one(w, "", "802.1Qbg"),
		Forward: one(w, "bridge", "", "nat", "passthrough", "private", "vepa", "odd"), TrustGuestRxFilters: one(w, "", "yes", "no", "odd"),
	}
	for range w.next(4) {
		n.Devices = append(n.Devices, hostinfo.NetworkDevice{Dev: w.name(), Connections: w.next(3) - 1})
	}
	for range w.next(3) {
		n.Portgroups = append(n.Portgroups, hostinfo.Portgroup{Name: one(w, "web", ""), Default: w.next(2) == 1, TrustGuestRxFilters: one(w, "", "yes"), VLANTags: []int{w.some(5)}})
	}
	return n
}

func (w *world) host(name string) *hostinfo.Host {
	h := &hostinfo.Host{Name: name, UUID: one(w, "", "u"), BootID: one(w, "", "b"), User: one(w, "", "alice"), MacvtapModule: w.tri()}
	if w.next(4) != 3 {
		h.Libvirt = &hostinfo.Libvirt{Version: one(w, "9.0.0", "", "10", "10.1.x", "99999999999999999999.1")}
	}
	h.Devices = w.devices()
	w.setup(h)
	for range w.next(3) {
		h.Networks = append(h.Networks, w.network())
	}
	for range w.next(3) {
		h.Domains = append(h.Domains, hostinfo.Domain{Name: one(w, "guest1", "", "other"), UUID: one(w, "u1", "", "u2"), State: one(w, hostinfo.StateShutoff, w.state()), MACs: []string{w.mac()}})
	}
	for range mostly(w, 0, 1, 2) {
		fact := one(w, hostinfo.Unobserved("", "").Gaps...).Fact
		h.AddGap(fact, one(w, "", w.name()), one(w, "", "denied", "not found"))
	}
	w.services(h)
	w.lends(h)
	return h
}

func (w *world) definition() *hostinfo.Definition {
	if w.next(8) == 7 {
		return nil
	}
	d := &hostinfo.Definition{Type: one(w, "kvm", "qemu"), Arch: one(w, "x86_64", "s390x"), LaunchSecurity: one(w, "", "sev", "s390-pv")}
	for range 1 + w.next(3) {
		n := hostinfo.NIC{
			Type: mostly(w, "direct", "network", "bridge", "user", "hostdev", ""), Dev: w.name(), Network: one(w, "", "", "lan", "a;reboot"), Portgroup: one(w, "", "web"),
			Mode: one(w, "bridge", "passthrough", "", "vepa", "odd"), MAC: w.mac(), Model: one(w, "virtio", "", "e1000e"), Target: one(w, "", "", w.name()),
			TrustGuestRxFilters: one(w, "", "yes"), MTU: mostly(w, 0, 9000, 1400, -1), IOMMU: one(w, "", "on"),
		}
		w.settings(&n)
		w.asks(&n)
		d.NICs = append(d.NICs, n)
	}
	w.kinds(d)
	return d
}

func (w *world) plan() *preflight.Plan {
	p := &preflight.Plan{Now: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC), Map: map[string]string{w.name(): w.name()}}
	p.Guest = &hostinfo.Guest{
		Name: one(w, "guest1", "", "x\x1b; reboot"), UUID: one(w, "u1", ""), State: w.state(), Persistent: w.tri(), Job: one(w, "", "", "", "save"),
		Live: w.definition(), Migratable: w.definition(), Inactive: w.definition(),
	}
	for range w.next(3) {
		p.Guest.Gaps = append(p.Guest.Gaps, hostinfo.Gap{Fact: one(w, hostinfo.FactLive, hostinfo.FactJob, hostinfo.FactInactive, ""), Reason: one(w, "", "denied")})
	}
	for range w.next(3) {
		p.Waivers = append(p.Waivers, preflight.Waiver{Rule: one(w, rules.All...).ID, Host: one(w, "", "hostB", "c"), Until: one(w, time.Time{}, p.Now.Add(-1), p.Now.Add(1))})
	}
	for _, side := range []struct {
		view **preflight.View
		name string
	}{{&p.From, "hostA"}, {&p.To, one(w, "hostB", "", "%s\x1b")}} {
		switch w.next(8) {
		case 1:
			*side.view = preflight.NewView(hostinfo.Unobserved(side.name, "refused"))
		case 2:
			*side.view = nil
		default:
			*side.view = preflight.NewView(w.host(side.name))
		}
	}
	return p
}

// FuzzRun: whatever hosts and guests claim to be, there is a report, the same
// each time, and it keeps its promises.
func FuzzRun(f *testing.F) {
	f.Add([]byte{})
	for seed := range 200 {
		b := make([]byte, 1200)
		x := uint32(seed)*2654435761 + 1
		for i := range b {
			x ^= x << 13
			x ^= x >> 17
			x ^= x << 5
			b[i] = byte(x >> 8)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r := preflight.Run((&world{b}).plan(), rules.All)
		promises(t, r)
		raw, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := json.Marshal(preflight.Run((&world{b}).plan(), rules.All))
		if !bytes.Equal(raw, again) {
			t.Fatalf("another run says otherwise:\n%s\n%s", raw, again)
		}
		var back preflight.Report
		if err := json.Unmarshal(raw, &back); err != nil {
			t.Fatal(err)
		}
		after := (&world{b}).plan()
		if assumeFixes(after, r) {
			promises(t, preflight.Run(after, rules.All))
		}
	})
}

// assumeFixes puts the plan's destination into the state after all commands
// that its report prints for it and that are possible.
func assumeFixes(p *preflight.Plan, r *preflight.Report) (any bool) {
	for _, f := range r.Findings {
		for _, line := range f.Fix {
			c, err := assume.Parse(line)
			if err != nil || p.To == nil || f.Subject.Host != p.To.Name {
				continue
			}
			if h, err := assume.Apply(p.To.Host, c); err == nil {
				p.To, any = preflight.NewView(h), true
			}
		}
	}
	return any
}

func promises(t *testing.T, r *preflight.Report) {
	byID := map[string]*preflight.Finding{}
	worst := preflight.Ready
	for i := range r.Findings {
		f := &r.Findings[i]
		if byID[f.ID] != nil {
			t.Fatalf("two findings are %s", f.ID)
		}
		byID[f.ID] = f
		if f.Level == preflight.Ready || f.Reason == "" && f.Rule != preflight.FactsNotObserved || f.Phase == "" || rules.ByID(f.Rule) == nil {
			t.Fatalf("%+v says too little", f)
		}
		if w := f.Waived; w != nil && (f.Rule == preflight.FactsNotObserved || w.Refused != (f.Unwaivable != "")) {
			t.Fatalf("%s was waived", f.ID)
		}
		for _, s := range f.Suggest {
			if from, to, ok := strings.Cut(s.Map, "="); !ok || !shell.Quotable(from) || !shell.Quotable(to) || s.Evidence == "" || to == f.Subject.Device {
				t.Fatalf("%s suggests %+v", f.ID, s)
			}
		}
		if (f.PermanentFor == "") != (len(f.Permanent) == 0) {
			t.Fatalf("%s is kept by %q with %q", f.ID, f.PermanentFor, f.Permanent)
		}
		for _, line := range slices.Concat(f.Fix, f.Permanent) {
			if !shell.Quotable(line) {
				t.Fatalf("%s prints the command %q", f.ID, line)
			}
		}
		if f.CausedBy == "" && f.Counts() && !(f.Level == preflight.Note && rules.ByID(f.Rule).Posture) {
			worst = max(worst, f.Level)
		}
	}
	if r.Verdict != worst {
		t.Fatalf("the verdict is %s, and the worst that counts is %s", r.Verdict, worst)
	}
	for _, f := range r.Findings {
		if f.CausedBy != "" && (byID[f.CausedBy] == nil || f.CausedBy == f.ID) {
			t.Fatalf("%s follows from %q, which is not there", f.ID, f.CausedBy)
		}
	}
}
