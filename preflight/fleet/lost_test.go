package fleet

import (
	"testing"
	"time"

	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/rules"
)

// TestOneNameTwice: no kernel has two devices of one name, a file may. The rules
// take the last one, whatever it is; a fleet says the same of it.
func TestOneNameTwice(t *testing.T) {
	def := askers()[0]
	for _, kind := range []string{hostinfo.KindMacvtap, hostinfo.KindDummy} {
		base := asker(def, 0, 1)
		f := &Fleet{Now: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC), Guests: []Guest{{base, 0}, {base, 1}}}
		for i := range 3 {
			h := called(form(), i)
			if i < 2 {
				tapsOf(base, h)
			}
			if i == 1 {
				last := h.Devices[len(h.Devices)-1]
				last.Index, last.Kind = last.Index+1, kind
				last.Parent, last.Macvlan, last.MAC = 0, nil, "02:00:00:00:77:77"
				h.Devices = append(h.Devices, last)
			}
			f.Hosts = append(f.Hosts, Host{View: preflight.NewView(h)})
		}
		if !f.Hosts[1].View.Links.Twice() || f.Hosts[0].View.Links.Twice() {
			t.Fatal("the wrong host has a name twice")
		}
		m := Judge(f, rules.All)
		for g := range f.Guests {
			for h := range f.Hosts {
				if got, want := m.Verdict(g, h), m.Explain(g, h).Verdict; h != f.Guests[g].Host && got != want {
					t.Errorf("%s: guest %d to host %d: %v, a single check says %v", kind, g, h, got, want)
				}
			}
		}
	}
}
