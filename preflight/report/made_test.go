package report_test

import (
	"encoding/json"
	"testing"
	"time"

	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/fleet"
	"migcheck/preflight/fleet/synth"
	"migcheck/preflight/rules"
)

// smallFleet is a fleet with some of everything: a host that did not answer, one
// whose libvirt did not, a stuck guest, an undecided one, a waiver in force and
// one that has ended.
func smallFleet(s synth.Size) *fleet.Fleet {
	f := synth.Fleet(s, 11)
	gathered := f.Now.Add(-3 * time.Minute)
	change := func(i int, do func(h *hostinfo.Host)) {
		h := *f.Hosts[i].View.Host
		h.Devices = append([]hostinfo.Device(nil), h.Devices...)
		do(&h)
		f.Hosts[i].View = preflight.NewView(&h)
	}
	for i := range f.Hosts {
		if f.Hosts[i].View.Missing(hostinfo.FactDevices, "") == nil {
			change(i, func(h *hostinfo.Host) { h.Gathered = gathered })
		}
	}
	last := len(f.Hosts) - 1
	change(last, func(h *hostinfo.Host) {
		*h = *hostinfo.Unobserved(h.Name, "ssh: connect to host "+h.Hostname+" port 22: connection refused")
	})
	change(last-1, func(h *hostinfo.Host) { h.Unreached("no permission for the socket of libvirt") })
	device := func(h *hostinfo.Host, name string) *hostinfo.Device {
		for i := range h.Devices {
			if h.Devices[i].Name == name {
				return &h.Devices[i]
			}
		}
		return nil
	}
	change(1, func(h *hostinfo.Host) {
		d := device(h, "bond0.601")
		v := *d.VLAN
		v.ID = 700
		d.VLAN = &v
	})
	change(2, func(h *hostinfo.Host) {
		device(h, "bond0.601").Up, device(h, "bond0.601").LowerUp = hostinfo.No, hostinfo.No
	})
	asks := func(guest int, dev string) {
		g := *f.Guests[guest].Guest
		for _, d := range []**hostinfo.Definition{&g.Live, &g.Inactive} {
			if *d == nil {
				continue
			}
			c := **d
			c.NICs = append([]hostinfo.NIC(nil), c.NICs...)
			for k := range c.NICs {
				c.NICs[k].Type, c.NICs[k].Network, c.NICs[k].Dev, c.NICs[k].Mode = "direct", "", dev, "bridge"
			}
			*d = &c
		}
		f.Guests[guest].Guest = &g
		if g.Live == nil || dev == "bond9" {
			return
		}
		change(f.Guests[guest].Host, func(h *hostinfo.Host) {
			if tap, on := device(h, g.Live.NICs[0].Target), device(h, dev); tap != nil && on != nil {
				tap.Parent = on.Index
			}
		})
	}
	asks(0, "bond0.601")
	asks(1, "bond9")
	asks(2, "bond0.602")
	for i, g := range f.Guests[3:] { // none but guest 2 stands on what is taken away
		if f.Hosts[g.Host].View.Missing(hostinfo.FactDevices, "") == nil && g.Sent().NICs[0].Dev == "bond0.602" {
			asks(3+i, "bond0.600")
		}
	}
	for i := range f.Hosts { // a way for guest 2 where it is not known whether there is one
		if i == f.Guests[2].Host || i >= last-1 {
			continue
		}
		change(i, func(h *hostinfo.Host) {
			for k := range h.Devices {
				if h.Devices[k].Name == "bond0.602" {
					h.Devices = append(h.Devices[:k:k], h.Devices[k+1:]...)
					break
				}
			}
		})
	}
	f.Waivers = []preflight.Waiver{
		{Rule: "vlan-mismatch", Host: "host00003", Reason: "recabling | until \x1b[31mSunday", Until: f.Now.Add(36 * time.Hour)},
		{Rule: "bond-degraded", Reason: "over", Until: f.Now.Add(-time.Hour)},
	}
	return f
}

// fleetDocument judges a small fleet.
func fleetDocument(t testing.TB, s synth.Size) (*fleet.Document, []byte) {
	t.Helper()
	return judged(t, smallFleet(s))
}

func judged(t testing.TB, f *fleet.Fleet) (*fleet.Document, []byte) {
	t.Helper()
	d := fleet.Judge(f, rules.All).Document(preflight.Tool{Name: "migcheck", Version: "test"}, preflight.Options{})
	raw, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return d, raw
}

var small = synth.Size{Hosts: 7, Guests: 14, NICs: 1, VLANs: 3}
