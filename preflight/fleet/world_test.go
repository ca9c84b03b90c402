package fleet

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/rules"
)

// world makes fleets of a fuzzer's bytes: hosts and guests cast in a few forms,
// and then some of whatever can be different about them. Out of bytes, nothing
// is.
type world struct {
	bytes []byte
	f     *Fleet
	forms []hostinfo.NIC
	// calm fleets have one thing wrong here and there, so that nothing hides it.
	calm bool
}

func (w *world) next(n int) int {
	if len(w.bytes) == 0 {
		return 0
	}
	b := w.bytes[0]
	w.bytes = w.bytes[1:]
	return int(b) % n
}

// now and then: once in n.
func (w *world) once(n int) bool { return w.next(n) == n-1 }

// busy is how often something happens, which is never in a calm fleet.
func (w *world) busy(n int) int {
	if w.calm {
		return 0
	}
	return max(0, n)
}

func one[T any](w *world, of ...T) T { return of[w.next(len(of))] }

// mac is the address of the n-th NIC of the n-th guest, or of a host's device.
func mac(kind string, a, b int) string {
	if kind == "guest" {
		return fmt.Sprintf("52:54:00:00:%02x:%02x", a, b)
	}
	return fmt.Sprintf("02:00:00:%02x:%02x:00", a, b)
}

func copied[T any](v T) T {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	var out T
	if err := json.Unmarshal(raw, &out); err != nil {
		panic(err)
	}
	return out
}

// fleet is hosts, their guests, and what is odd about both.
func (w *world) fleet() *Fleet {
	w.f = &Fleet{Now: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)}
	w.calm = w.once(2)
	hosts := w.hosts(3 + w.next(8))
	for i := range 4 + w.next(12) {
		w.f.Guests = append(w.f.Guests, Guest{w.guest(i), w.next(len(hosts))})
	}
	for i := range w.f.Guests {
		w.settle(&w.f.Guests[i], hosts)
	}
	for range w.busy(w.next(4)) {
		w.collide(hosts)
	}
	for i := range w.f.Guests {
		for range w.busy(w.next(10) - 7) {
			w.mutate(reflect.ValueOf(w.f.Guests[i].Guest).Elem(), "Guest")
		}
	}
	for i, h := range hosts {
		for range max(w.busy(w.next(6)-2), w.next(2)) {
			w.drift(h)
		}
		for range w.busy(w.next(8) - 5) {
			w.mutate(reflect.ValueOf(h).Elem(), "Host")
		}
		h.Name = fmt.Sprintf("host%d", i)
		if w.once(16) {
			h = hostinfo.Unobserved(h.Name, one(w, "refused", "timed out"))
		}
		w.f.Hosts = append(w.f.Hosts, Host{View: preflight.NewView(h), Map: w.mapped()})
	}
	w.waivers()
	return w.f
}

func (w *world) hosts(n int) []*hostinfo.Host {
	forms := []*hostinfo.Host{form(), form()}
	for range w.busy(w.next(4)) {
		w.mutate(reflect.ValueOf(forms[1]).Elem(), "Host")
	}
	for range w.busy(w.next(3)) {
		w.drift(forms[0])
	}
	for range w.busy(w.next(6)) {
		w.drift(forms[1])
	}
	hosts := make([]*hostinfo.Host, n)
	for i := range hosts {
		h := copied(forms[w.next(2)])
		h.Name, h.UUID, h.BootID = fmt.Sprintf("host%d", i), fmt.Sprintf("u%d", i), fmt.Sprintf("b%d", i)
		if w.once(12) {
			h.UUID = "u0"
		}
		if w.once(16) {
			h.BootID = one(w, "b0", "")
		}
		for j := range h.Devices {
			if d := &h.Devices[j]; d.MAC != "" {
				d.MAC = mac("host", i, j)
			}
		}
		if w.once(8) && !w.calm {
			for _, f := range []hostinfo.Fact{hostinfo.FactNamespaces, hostinfo.FactModules, hostinfo.FactVhost, hostinfo.FactLACP, hostinfo.FactDaemon} {
				h.AddGap(f, "", "permission denied")
			}
		}
		if w.once(10) && !w.calm {
			h.AddGap(one(w, hostinfo.Unobserved("", "").Gaps...).Fact, one(w, "", deviceName(w)), one(w, "denied", "not found"))
		}
		hosts[i] = h
	}
	return hosts
}

func deviceName(w *world) string {
	return one(w, "bond0.623", "bond0", "bond0.624", "eth1", "eth2", "eth3", "pf0", "vf0", "br0", "br1", "enc1000", "macv0", "dmz", "a name of twenty bytes", "nowhere", "", "pool0", "pool1", "bond1", "bond0.623.7", "a;reboot", "br2", "ovs0")
}

// settle puts a guest where it lives: a macvtap for each of its NICs, and a line
// among the domains.
func (w *world) settle(g *Guest, hosts []*hostinfo.Host) {
	h := hosts[g.Host]
	dom := hostinfo.Domain{Name: g.Name, UUID: g.UUID, State: g.State}
	if g.Live != nil {
		for _, n := range g.Live.NICs {
			dom.MACs = append(dom.MACs, n.MAC)
			if n.Type == "direct" && g.State.Active() && !w.once(12) {
				addMacvtap(h, &n, w)
			}
			if n.Type == "bridge" && g.State.Active() && !w.once(12) {
				addTap(h, &n, w)
			}
		}
	}
	h.Domains = append(h.Domains, dom)
	if w.once(8) { // left behind by an earlier visit
		other := hosts[w.next(len(hosts))]
		dom.State = one(w, hostinfo.StateShutoff, hostinfo.StateRunning, hostinfo.StateUnknown)
		other.Domains = append(other.Domains, dom)
	}
}

func addMacvtap(h *hostinfo.Host, n *hostinfo.NIC, w *world) {
	for i := range h.Devices {
		d := &h.Devices[i]
		if !d.Called(n.Dev) {
			continue
		}
		tap := hostinfo.Device{
			Index: h.Devices[len(h.Devices)-1].Index + 1, Name: n.Target, Kind: hostinfo.KindMacvtap, LinkType: "ether",
			Up: hostinfo.Yes, LowerUp: hostinfo.Yes, MTU: d.MTU, MAC: n.MAC, Parent: d.Index,
			Macvlan: &hostinfo.Macvlan{Mode: map[string]string{"passthrough": "passthru", "": "vepa"}[n.Mode]},
		}
		if tap.Macvlan.Mode == "" {
			tap.Macvlan.Mode = n.Mode
		}
		if d.IsMacvlan() {
			tap.Parent = d.Parent
		}
		if n.Mode == "passthrough" {
			d.MAC = n.MAC
		} else if !w.once(8) {
			d.Held = append(d.Held, n.MAC)
		}
		h.Devices = append(h.Devices, tap)
		return
	}
}

// addTap makes a NIC's tap on its bridge, in the VLANs that somebody gave it.
func addTap(h *hostinfo.Host, n *hostinfo.NIC, w *world) {
	l := hostinfo.IndexLinks(h)
	d := l.ByName(n.Bridge)
	if d == nil || len(h.Devices) == 0 || n.Target == "" {
		return
	}
	tap := hostinfo.Device{
		Index: h.Devices[len(h.Devices)-1].Index + 1, Name: n.Target, Kind: hostinfo.KindTun, LinkType: "ether",
		Up: hostinfo.Yes, LowerUp: hostinfo.Yes, MTU: one(w, d.MTU, d.MTU, 9000), MAC: "fe" + octets(n.MAC), Master: d.Index, SlaveKind: d.Kind,
	}
	if d.Bridge != nil && d.Bridge.VLANFiltering == hostinfo.Yes {
		id := one(w, d.Bridge.DefaultPVID, d.Bridge.DefaultPVID, 623, 700)
		tap.BridgePort = &hostinfo.BridgePort{VLANs: []hostinfo.VLANRange{{First: id, Last: id, PVID: true, Untagged: true}}}
	}
	h.Devices = append(h.Devices, tap)
}

// collide makes something of a guest appear on a host a second time.
func (w *world) collide(hosts []*hostinfo.Host) {
	g := w.f.Guests[w.next(len(w.f.Guests))]
	h := hosts[w.next(len(hosts))]
	if len(h.Devices) == 0 {
		return
	}
	d := &h.Devices[w.next(len(h.Devices))]
	addr := mac("guest", w.next(10), w.next(3))
	if def := g.Sent(); def != nil && len(def.NICs) > 0 && !w.once(3) {
		nic := def.NICs[w.next(len(def.NICs))]
		addr = nic.MAC
		for i := range h.Devices {
			if h.Devices[i].Called(nic.Dev) {
				d = &h.Devices[i] // where it hurts
			}
		}
	}
	switch w.next(11) {
	case 0:
		d.MAC = addr
	case 1:
		d.Held = append(d.Held, addr)
	case 2:
		h.Namespaces = append(h.Namespaces, hostinfo.Namespace{Name: "web", Devices: []hostinfo.Device{{
			Index: one(w, 7, 60, 3000), Name: deviceName(w), Kind: one(w, "macvtap", "hardware", "macvlan"), MAC: addr, LinkType: "ether",
			Up: one(w, hostinfo.Yes, hostinfo.No), Parent: d.Index, ParentElsewhere: true, Macvlan: &hostinfo.Macvlan{Mode: "bridge"},
		}}})
	case 3:
		h.Domains = append(h.Domains, hostinfo.Domain{Name: one(w, "other", g.Name), UUID: one(w, "u-other", "", g.UUID), State: one(w, hostinfo.StateRunning, hostinfo.StateShutoff, hostinfo.StateUnknown), MACs: []string{addr}})
	case 4, 5: // stale
		addMacvtap(h, &hostinfo.NIC{Dev: d.Name, Mode: one(w, "bridge", "passthrough", "vepa"), MAC: addr, Target: "macvtap99"}, w)
		if last := &h.Devices[len(h.Devices)-1]; w.once(2) {
			last.Up = hostinfo.No
		}
	case 6:
		d.Functions = append(d.Functions, hostinfo.Function{Number: w.next(2), MAC: addr, Trust: hostinfo.No})
	case 7: // two guests with one address
		if other := w.f.Guests[w.next(len(w.f.Guests))]; other.Live != nil && g.Live != nil && len(other.Live.NICs) > 0 && len(g.Live.NICs) > 0 {
			other.Live.NICs[0].MAC = g.Live.NICs[0].MAC
		}
	case 8:
		d.AltNames = append(d.AltNames, "wan7", "fixed0")
	case 9:
		h.Devices = append(h.Devices, hostinfo.Device{Index: 500, Name: "vnet9", Kind: hostinfo.KindTun, LinkType: "ether", Up: hostinfo.Yes, LowerUp: hostinfo.Yes, MAC: "fe" + octets(addr), Master: one(w, 0, 12), SlaveKind: "bridge"})
	case 10:
		w.f.Guests[w.next(len(w.f.Guests))].Name = g.Name
	}
}

func (w *world) mapped() map[string]string {
	if !w.once(5) {
		return nil
	}
	return map[string]string{deviceName(w): deviceName(w), "bond0.623": deviceName(w)}
}

func (w *world) waivers() {
	for range max(0, w.next(8)-4) {
		w.f.Waivers = append(w.f.Waivers, preflight.Waiver{
			Rule: one(w, rules.All...).ID, Host: one(w, "", "", "host0", "host1", "host7"), Guest: one(w, "", "", "guest1", "guest2"),
			Device: one(w, "", "", "", deviceName(w), "macvtap0", "macvtap3"), Reason: "known",
			Until: one(w, time.Time{}, w.f.Now.Add(-time.Hour), w.f.Now.Add(time.Hour)),
		})
	}
	if w.once(6) {
		for _, id := range []string{"source-dev-missing", "vlan-mismatch", "mac-busy-on-lowerdev", "lowerdev-no-carrier", "nic-not-judged", "bridge-missing"} {
			w.f.Waivers = append(w.f.Waivers, preflight.Waiver{Rule: id, Reason: "hurry"})
		}
	}
}
