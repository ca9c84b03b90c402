package report_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/change"
	"migcheck/preflight/fleet"
	"migcheck/preflight/fleet/synth"
	"migcheck/preflight/report"
	"migcheck/preflight/rules"
)

// changedFleet is what became different in a fleet overnight.
func changedFleet(s synth.Size, do func(h *hostinfo.Host, i int) *hostinfo.Host) *change.Document {
	run := func(id int64, do func(h *hostinfo.Host, i int) *hostinfo.Host) *change.Run {
		f := synth.Fleet(s, 5)
		f.Now = f.Now.Add(time.Duration(id) * 12 * time.Hour)
		r := &change.Run{ID: id}
		for i := range f.Hosts {
			h := do(f.Hosts[i].View.Host, i)
			f.Hosts[i].View = preflight.NewView(h)
			r.Hosts = append(r.Hosts, h)
		}
		for i := range f.Guests {
			r.Guests = append(r.Guests, f.Guests[i].Guest)
		}
		r.Document = fleet.Judge(f, rules.All).Document(preflight.Tool{Name: "migcheck", Version: "test"}, preflight.Options{})
		return r
	}
	same := func(h *hostinfo.Host, _ int) *hostinfo.Host { return h }
	return change.Compare(run(1, same), run(2, do), rules.All, change.Only{})
}

func overnight() *change.Document {
	return changedFleet(synth.Size{Hosts: 12, Guests: 60, NICs: 2, VLANs: 5}, func(h *hostinfo.Host, i int) *hostinfo.Host {
		for k := range h.Devices {
			d := &h.Devices[k]
			switch {
			case i == 3 && d.VLAN != nil && d.VLAN.ID == 601:
				d.VLAN.ID = 99
			case i == 5 && d.MTU == 9000:
				d.MTU = 1500
			}
		}
		switch i {
		case 7:
			return hostinfo.Unobserved(h.Name, "ssh: connect to host "+h.Hostname+" port 22: no route to host")
		case 8:
			h.BootID, h.Kernel = "b0000000-0000-4000-8000-00000000ffff", "6.12.0-1-amd64"
		case 9:
			h.MacvtapModule = hostinfo.No
		}
		return h
	})
}

func rendered(t *testing.T, d *change.Document, format string) []byte {
	t.Helper()
	raw, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := report.Render(&b, raw, format, report.Options{Width: 100}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestDiff renders what changed: JSON as its schema says, and text from it.
func TestDiff(t *testing.T) {
	s, err := report.Changes.Schema()
	if err != nil {
		t.Fatal(err)
	}
	resolved, err := s.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	d := overnight()
	for format, golden := range map[string]string{"json": "../../fixtures/history/diff.json", "text": "../../fixtures/history/diff.txt"} {
		got := rendered(t, d, format)
		if *update {
			if err := os.WriteFile(golden, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (-want +got; go test ./preflight/report -update rewrites it):\n%s", golden, diff)
		}
	}
	var v any
	if err := json.Unmarshal(rendered(t, d, "json"), &v); err != nil {
		t.Fatal(err)
	}
	if err := resolved.Validate(v); err != nil {
		t.Error(err)
	}
	for _, wrong := range []string{`{}`, `{"schema": 1}`, strings.Replace(string(rendered(t, d, "json")), `"after": "blocked"`, `"after": "gone"`, 1)} {
		_ = json.Unmarshal([]byte(wrong), &v)
		if resolved.Validate(v) == nil {
			t.Errorf("the schema takes %.60s", wrong)
		}
	}
	spoilt := overnight()
	spoilt.Ways[0].Because = &change.Because{Facts: []int{99}}
	raw, _ := json.Marshal(spoilt)
	if err := report.Render(&bytes.Buffer{}, raw, "text", report.Options{}); err == nil {
		t.Error("a cause that is not there is taken")
	}
}

// TestDiffIsBounded: nobody reads a thousand lines, whatever changed on a
// thousand hosts.
func TestDiffIsBounded(t *testing.T) {
	d := changedFleet(synth.Size{Hosts: 60, Guests: 240, NICs: 2, VLANs: 40}, func(h *hostinfo.Host, i int) *hostinfo.Host {
		for k := range h.Devices {
			if v := h.Devices[k].VLAN; v != nil && i%2 == 0 {
				v.ID = 1000 + i + k
			}
			h.Devices[k].MTU = 1400 + i
		}
		return h
	})
	if n := strings.Count(string(rendered(t, d, "text")), "\n"); n < 20 || n > 300 {
		t.Errorf("the text has %d lines", n)
	}
	if n := len(rendered(t, d, "json")); n > 8<<20 {
		t.Errorf("the JSON has %d bytes", n)
	}
	if len(d.Facts) > 2000 || len(d.Ways) > 2000 || d.LeftOut.Facts == 0 {
		t.Errorf("%d facts (%d left out), %d ways", len(d.Facts), d.LeftOut.Facts, len(d.Ways))
	}
}

// FuzzDiffText: whatever things are called, no character is one that a terminal
// would obey.
func FuzzDiffText(f *testing.F) {
	f.Add("guest1\x1b[31m", "bond0\n", "why\u202e\u0007")
	f.Add("\uf8f2red", "a", "\x9b1m")
	f.Fuzz(func(t *testing.T, name, device, words string) {
		n := change.Names{Count: 3, First: []string{name, device}}
		d := change.Document{
			Schema: change.Schema, Came: n, Gone: n, Observed: n, NotObserved: []change.Unseen{{Reason: words, Hosts: n}},
			Facts: []change.FactChange{{Change: hostinfo.Change{Device: device, Network: name, What: words, Before: name, After: device}, Hosts: n}},
			Guests: []change.GuestChange{
				{Kind: "changed", What: words, Before: name, Guests: n},
				{Kind: "moved", Before: name, After: device, Guests: n},
			},
			Waivers:   []change.WaiverChange{{Kind: words, Waiver: preflight.Waiver{Rule: device, Reason: words}}},
			Ways:      []change.WayChange{{Kind: "lost", After: preflight.Blocked, Guests: n, Hosts: n, Rule: device, Reason: words, Because: &change.Because{Facts: []int{0}}}},
			Standings: []change.StandingChange{{After: change.Stuck, Guests: n}},
		}
		for _, r := range string(rendered(t, &d, "text")) {
			if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
				t.Fatalf("%q in the text", r)
			}
		}
	})
}
