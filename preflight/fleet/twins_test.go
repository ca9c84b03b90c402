package fleet

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/rules"
)

// TestOneFieldApart takes hosts that differ in one field each. Where the classes
// of a guest don't tell two of them apart, the rules must not either, be it that
// the guest would go there or comes from there. The fields are found by
// reflection, so that one that is added to hostinfo is tried without a word here.
func TestOneFieldApart(t *testing.T) {
	for _, s := range surroundings {
		t.Run(s.name, func(t *testing.T) {
			healthy := form()
			s.change(func(name string) *hostinfo.Device { return device(healthy, name) }, healthy)
			twins := apart(healthy)
			if len(twins) < 1000 {
				t.Errorf("only %d hosts are one field apart", len(twins))
			}
			for n, twin := range twins {
				if n%sparse() != 0 {
					continue
				}
				judgeTwin(t, healthy, twin, n)
			}
		})
	}
}

// sparse is 1, or how many cases a run takes one of that is to be short: under the
// race detector and on an emulated machine, which look for something else.
func sparse() int {
	if testing.Short() {
		return 32
	}
	return 1
}

// TestGuestsOneFieldApart does the same with guests.
func TestGuestsOneFieldApart(t *testing.T) {
	for k, def := range askers() {
		if k%5 != 0 {
			continue
		}
		base := asker(def, k, 1)
		for _, g := range guestsApart(base) {
			f := &Fleet{Now: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC), Guests: []Guest{{base, 0}, {g.guest, 1}}}
			for i := range 3 {
				h := called(form(), i)
				if i < 2 {
					tapsOf(base, h)
				}
				f.Hosts = append(f.Hosts, Host{View: preflight.NewView(h)})
			}
			prepared(f).same(t, "a guest with "+g.what, pair{0, 2}, pair{1, 2})
		}
	}
}

// twin is a host that is one field apart from another.
type twin struct {
	host *hostinfo.Host
	what string
	some bool // it is a device's field, of which there are many: not every guest needs to see it
}

// surroundings are states of all hosts in which fields decide something that
// they don't decide where all is well.
var surroundings = []struct {
	name   string
	change func(device func(name string) *hostinfo.Device, h *hostinfo.Host)
}{
	{"in good health", func(func(string) *hostinfo.Device, *hostinfo.Host) {}},
	{"what stands in the way of a guest's address", func(device func(string) *hostinfo.Device, h *hostinfo.Host) {
		device("pf0").Functions[0] = hostinfo.Function{MAC: "02:00:00:00:00:99", Trust: hostinfo.No, SpoofCheck: hostinfo.Yes}
		device("enc1000").QETH.Isolation = "drop"
		device("eth3").Held = []string{"02:00:00:00:66:68"}
		device("eth3").Addresses = []string{"10.0.0.9/24"}
		h.Networks[2].Devices[0].Connections = 1
		h.Networks[1].Devices[0].Connections = 1
	}},
	{"ports whose master alone says what it is", func(device func(string) *hostinfo.Device, h *hostinfo.Host) {
		for _, name := range []string{"eth3", "pool0"} {
			device(name).Master = 12
		}
		device("eth1").SlaveKind, device("bond0.700").SlaveKind = "", ""
		h.Domains = []hostinfo.Domain{{Name: "other", UUID: "o", State: hostinfo.StateRunning}}
	}},
	{"nothing watches the bonds", func(device func(string) *hostinfo.Device, h *hostinfo.Host) {
		device("bond0").Bond.MIIMon, device("bond0").Bond.ARPInterval = 0, 1000
		device("bond1").Bond.LACP.PartnerMAC = noMAC
		device("eth2").LowerUp, device("eth2").BondPort.MIIStatus = hostinfo.No, "DOWN"
		device("br1").MTU = 9000
		h.Setup.Shaping, h.Setup.ShapingLacks = hostinfo.No, []string{"tc"}
	}},
}

func device(h *hostinfo.Host, name string) *hostinfo.Device {
	return &h.Devices[slices.IndexFunc(h.Devices, func(d hostinfo.Device) bool { return d.Name == name })]
}

// apart are hosts that are one field apart from h, one for each field and value.
func apart(h *hostinfo.Host) []twin {
	var out []twin
	devices, _ := reflect.TypeFor[hostinfo.Host]().FieldByName("Devices")
	eachApart(h, func(other *hostinfo.Host, path []int, what string) {
		out = append(out, twin{other, what, path[0] == devices.Index[0]})
	})
	return out
}

type guestTwin struct {
	guest *hostinfo.Guest
	what  string
}

func guestsApart(g *hostinfo.Guest) []guestTwin {
	var out []guestTwin
	eachApart(g, func(other *hostinfo.Guest, _ []int, what string) { out = append(out, guestTwin{other, what}) })
	return out
}

// eachApart changes every field there is, one at a time, to up to two values.
func eachApart[T any](base *T, do func(other *T, path []int, what string)) {
	for _, path := range paths(reflect.ValueOf(base).Elem(), nil) {
		found := 0
		for n := 0; found < 2; n++ {
			other := copied(base)
			v, name := at(reflect.ValueOf(other).Elem(), path)
			old := copied(v.Interface())
			if !setTo(v, name, n) {
				break
			}
			if !reflect.DeepEqual(old, copied(v.Interface())) {
				found++
				do(other, path, fmt.Sprintf("%s %v: %v", name, path, v.Interface()))
			}
		}
	}
}

// setTo gives a field the n-th of the values that it is tried with, and says
// whether there are so many.
func setTo(v reflect.Value, name string, n int) bool {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set([]reflect.Value{reflect.Zero(v.Type()), reflect.New(v.Type().Elem())}[n%2])
		return n < 2
	case reflect.Bool:
		v.SetBool(n == 0)
		return n < 2
	case reflect.Uint8:
		v.SetUint(uint64(n % 3))
		return n < 3
	case reflect.Int:
		of := []int64{0, 1, 2, 12, 623, 1400, 9000}
		v.SetInt(of[n%len(of)])
		return n < len(of)
	case reflect.String:
		of := words(&world{}, name)
		v.SetString(of[n%len(of)])
		return n < len(of)
	case reflect.Slice:
		if n == 0 {
			v.SetZero()
			return true
		}
		change(v)
		return n < 2
	}
	return false // the time of gathering
}

// askers are guests with one NIC each, or with two of one pool: one for each
// thing that a NIC may ask for.
func askers() []*hostinfo.Definition {
	direct := func(mode string, devs ...string) (out []hostinfo.NIC) {
		for _, dev := range devs {
			out = append(out, hostinfo.NIC{Type: "direct", Dev: dev, Mode: mode, Model: "virtio"})
		}
		return out
	}
	nics := direct("bridge", "bond0.623", "dmz", "bond1", "bond0.623.7", "vf0", "enc1000", "br0", "macv0", "eth1", "eth3", "nowhere", "br2", "br2.650", "vx100")
	nics = append(nics, direct("passthrough", "vf0", "eth3", "enc1000", "pool0")...)
	nics = append(nics, direct("vepa", "bond0.624")...)
	trusting := direct("bridge", "enc1000", "vf0", "bond0.623")
	for i := range trusting {
		trusting[i].TrustGuestRxFilters, trusting[i].Bandwidth, trusting[i].Inbound, trusting[i].DriverName = "yes", true, true, "vhost"
	}
	nics = append(nics, trusting...)
	for _, n := range []string{"lan", "two", "pool", "nat"} {
		nics = append(nics, hostinfo.NIC{Type: "network", Network: n, Model: "virtio"})
	}
	nics = append(nics,
		hostinfo.NIC{Type: "network", Network: "vfs", TeamingType: "transient"},
		hostinfo.NIC{Type: "hostdev", PCI: "0000:05:10.0"},
		hostinfo.NIC{Type: "vdpa", Dev: "/dev/vhost-vdpa-0"},
		hostinfo.NIC{Type: "null"},
		hostinfo.NIC{Type: "ethernet", TargetManaged: "no"},
		hostinfo.NIC{Type: "bridge", Bridge: "br0", Model: "virtio", Filter: "clean"},
		hostinfo.NIC{Type: "network", Network: "nat", Model: "virtio", Filter: "clean"},
	)
	var out []*hostinfo.Definition
	for _, n := range nics {
		d := &hostinfo.Definition{Type: "kvm", Arch: "x86_64", NICs: []hostinfo.NIC{n}}
		if n.Network == "pool" || n.Network == "two" {
			d.NICs = append(d.NICs, n)
		}
		out = append(out, d)
	}
	return out
}

// judgeTwin looks at guests of a healthy host that might go to another one or to
// its twin, and at guests of both. Of the twins by a device's field each sees a
// fifth of them, since most of it is the same for all.
func judgeTwin(t *testing.T, healthy *hostinfo.Host, twin twin, n int) {
	t.Helper()
	defs := askers()
	f := &Fleet{Now: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)}
	for i, h := range []*hostinfo.Host{copied(healthy), copied(healthy), copied(twin.host), twin.host} {
		for k, def := range defs {
			if i == 1 || i == 2 {
				break // where guests would go nobody lives: their macvtaps would tell the two apart
			}
			g := asker(def, k, 1+i)
			f.Guests = append(f.Guests, Guest{g, i})
			tapsOf(g, h)
		}
		f.Hosts = append(f.Hosts, Host{View: preflight.NewView(called(h, i))})
	}
	j := prepared(f)
	first, step := 0, 1
	if twin.some {
		first, step = n%5, 5
	}
	for k := first; k < len(defs); k += step {
		g := int32(k)
		j.same(t, "going to the host with "+twin.what, pair{g, 1}, pair{g, 2})
		j.same(t, "coming from the host with "+twin.what, pair{g, 1}, pair{g + int32(len(defs)), 1})
	}
}

func prepared(f *Fleet) *judge {
	j := newJudge(f, rules.All)
	j.prepare()
	j.collisions()
	return j
}

// same sees whether the rules say the same of two pairs, where these are of one
// class.
func (j *judge) same(t *testing.T, what string, a, b pair) {
	t.Helper()
	_, alone := j.alone[a]
	_, alsoAlone := j.alone[b]
	if alone || alsoAlone || !slices.Equal(j.meetings(a), j.meetings(b)) {
		return
	}
	one, other := preflight.Run(j.f.plan(int(a.guest), int(a.host)), j.rules), preflight.Run(j.f.plan(int(b.guest), int(b.host)), j.rules)
	if one.Verdict != other.Verdict {
		t.Errorf("%s and %+v: the classes are the same, and the rules say %s %v and %s %v",
			what, j.f.Guests[b.guest].Sent().NICs, one.Verdict, worst(one), other.Verdict, worst(other))
	}
}

func (j *judge) meetings(p pair) []meeting {
	var out []meeting
	for _, r := range j.rowsIn(int(p.guest)) {
		out = append(out, j.meetingOf(r, p))
	}
	return out
}

// called gives a host names of its own where it had not been given others.
func called(h *hostinfo.Host, i int) *hostinfo.Host {
	h.Name = fmt.Sprintf("host%d", i)
	if h.UUID == "" && h.BootID == "" {
		h.UUID, h.BootID = fmt.Sprintf("u%d", i), fmt.Sprintf("b%d", i)
	}
	return h
}

func asker(def *hostinfo.Definition, k, nth int) *hostinfo.Guest {
	live := copied(def)
	for i := range live.NICs {
		nic := &live.NICs[i]
		nic.MAC, nic.Target = mac("guest", k, 2*nth+i), fmt.Sprintf("macvtap%d", 2*k+i)
	}
	sent := copied(live)
	for i := range live.NICs {
		switch nic := &live.NICs[i]; nic.Network {
		case "", "nat":
		case "vfs":
			nic.Type = "hostdev"
		default:
			nic.Type, nic.Mode = "direct", "bridge"
			nic.Dev = map[string]string{"lan": "bond0.623", "two": "bond0.624", "pool": "pool1"}[nic.Network]
		}
	}
	return &hostinfo.Guest{
		Name: fmt.Sprintf("asker%d.%d", k, nth), UUID: fmt.Sprintf("asker-%d-%d", k, nth), ID: k + 1, State: hostinfo.StateRunning,
		Persistent: hostinfo.Yes, Live: live, Migratable: sent, Inactive: copied(sent),
	}
}

// tapsOf puts a guest's macvtaps on its home.
func tapsOf(g *hostinfo.Guest, h *hostinfo.Host) {
	dom := hostinfo.Domain{Name: g.Name, UUID: g.UUID, State: g.State}
	for i := range g.Live.NICs {
		n := &g.Live.NICs[i]
		dom.MACs = append(dom.MACs, n.MAC)
		if n.Type == "direct" && n.Mode != "passthrough" && len(h.Devices) > 0 {
			addMacvtap(h, n, &world{})
		}
	}
	h.Domains = append(h.Domains, dom)
}
