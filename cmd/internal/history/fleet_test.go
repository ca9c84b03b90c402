package history

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/fleet"
	"migcheck/preflight/fleet/synth"
	"migcheck/preflight/rules"
)

// run is the n-th of several runs over one fleet, an hour after the other. In
// each of them one host is not as it was.
func run(t testing.TB, size synth.Size, n int) (*fleet.Fleet, *fleet.Document) {
	t.Helper()
	f := synth.Fleet(size, 3)
	f.Now = f.Now.Add(time.Duration(n) * time.Hour)
	for i := range f.Hosts {
		h := f.Hosts[i].View.Host
		h.Gathered = f.Now.Add(time.Duration(i) * time.Millisecond)
		for k := range h.Devices {
			h.Devices[k].Promiscuity = (n + k) % 3
		}
		for k := range h.Networks {
			for d := range h.Networks[k].Devices {
				h.Networks[k].Devices[d].Connections = n
			}
		}
		if n > 0 && i == n%len(f.Hosts) && len(h.Devices) > 0 {
			h.Devices[0].MTU = 60000 + n
		}
		f.Hosts[i].View = preflight.NewView(h)
	}
	d := fleet.Judge(f, rules.All).Document(preflight.Tool{Name: "migcheck", Version: fmt.Sprintf("v%d", n)}, preflight.Options{})
	return f, d
}

var small = synth.Size{Hosts: 8, Guests: 24, NICs: 2, VLANs: 4}

func opened(t testing.TB, path string) *File {
	t.Helper()
	f, err := Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func record(t testing.TB, f *File, n int, k Keep) int64 {
	t.Helper()
	of, d := run(t, small, n)
	id, err := f.Record(context.Background(), of, d, k)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func number(t testing.TB, f *File, query string) int64 {
	t.Helper()
	var n int64
	if err := f.db.QueryRowContext(context.Background(), query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

func temporary(t testing.TB) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "state", "history.db")
}

// stored are the guests as a history keeps them.
func storedGuests(f *fleet.Fleet) []*hostinfo.Guest {
	var out []*hostinfo.Guest
	for i := range f.Guests {
		g := *f.Guests[i].Guest
		g.ID = 0
		out = append(out, &g)
	}
	return out
}
