package main

import (
	"fmt"
	"strings"

	"migcheck/cmd/internal/exit"
	"migcheck/preflight"
)

// mapping is one --map flag.
type mapping struct {
	host     string // only for this destination; empty: for any
	from, to string
}

// parseMaps reads [HOST:]DEV=DEV. Device names may hold colons (eth0:1), so a
// host is only what stands before the last colon of the first half, and hosts
// with colons of their own (IPv6) are in brackets.
func parseMaps(flags []string) ([]mapping, error) {
	var out []mapping
	for _, f := range flags {
		left, to, ok := strings.Cut(f, "=")
		m := mapping{from: left, to: to}
		if i := strings.LastIndex(left, ":"); i >= 0 {
			m.host, m.from = left[:i], left[i+1:]
		}
		if !ok || m.from == "" || m.to == "" {
			return nil, exit.Because(fmt.Errorf("--map %s is not of the form [HOST:]DEVICE=DEVICE", f), "for example --map bond0.623=bond1.623")
		}
		out = append(out, m)
	}
	return out, nil
}

// mapFor is the map for one destination: the fleet file's, then the flags'.
func (r *checkRun) mapFor(to string) map[string]string {
	out := r.fleet.MapFor(to)
	maps, _ := parseMaps(r.flags.maps)
	for _, m := range maps {
		if m.host == "" || m.host == to {
			out[m.from] = m.to
		}
	}
	return out
}

// mapOption is the map as reports print it.
func (r *checkRun) mapOption() map[string]string {
	out := map[string]string{}
	for _, to := range r.flags.to {
		for from, name := range r.mapFor(to) {
			out[to+":"+from] = name
		}
	}
	return out
}

// mapsUsed refuses a --map that named no device of any guest: it is a typing
// error, and the verdict would be about something else than was meant.
func (r *checkRun) mapsUsed(d *preflight.Document) error {
	maps, _ := parseMaps(r.flags.maps)
	for _, m := range maps {
		used := false
		for i := range d.Reports {
			for _, n := range d.Reports[i].NICs {
				used = used || n.Destination.Mapped && n.Destination.Device == m.to && (m.host == "" || m.host == d.Reports[i].To)
			}
		}
		if !used {
			return exit.Because(fmt.Errorf("--map %s=%s maps nothing: no direct NIC of the guests names %s", m.from, m.to, m.from), "")
		}
	}
	return nil
}
