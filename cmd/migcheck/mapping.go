package main

import (
	"fmt"
	"slices"
	"strings"

	"migcheck/cmd/internal/exit"
	"migcheck/cmd/internal/fleetfile"
	"migcheck/preflight"
)

// mapping is one --map flag.
type mapping struct {
	host     string // only for this destination; empty: for any
	from, to string
}

// parseMaps reads [HOST:]DEV=DEV. Hosts may have colons of their own (a port, an
// IPv6 address in brackets) and so may altnames, so a host is what a destination
// is called.
func parseMaps(flags, destinations []string) ([]mapping, error) {
	var out []mapping
	for _, f := range flags {
		from, to, ok := strings.Cut(f, "=")
		m := mapping{from: from, to: to}
		for _, host := range destinations {
			if dev, is := strings.CutPrefix(from, host+":"); is && len(host) > len(m.host) {
				m.host, m.from = host, dev
			}
		}
		if !ok || m.from == "" || m.to == "" {
			return nil, exit.Because(fmt.Errorf("--map %s is not of the form [HOST:]DEVICE=DEVICE", f), "for example --map bond0.623=bond1.623")
		}
		if twice := slices.ContainsFunc(out, func(o mapping) bool { return o.host == m.host && o.from == m.from && o.to != m.to }); twice {
			return nil, exit.Because(fmt.Errorf("--map names two devices for %s", from), "")
		}
		out = append(out, m)
	}
	return out, nil
}

func (r *checkRun) mapFor(to string) map[string]string {
	maps, _ := parseMaps(r.flags.maps, r.flags.to)
	return mapFor(r.fleet, maps, to)
}

// mapFor is the map for one destination: the fleet file's, then the flags',
// those that name the host last.
func mapFor(fleet *fleetfile.Fleet, maps []mapping, to string) map[string]string {
	out := fleet.MapFor(to)
	for _, host := range []string{"", to} {
		for _, m := range maps {
			if m.host == host {
				out[m.from] = m.to
			}
		}
	}
	return out
}

func (r *checkRun) mapOption() map[string]string { return mapOption(r.flags.to, r.mapFor) }

// mapOption is the map as reports print it.
func mapOption(destinations []string, mapFor func(to string) map[string]string) map[string]string {
	out := map[string]string{}
	for _, to := range destinations {
		for from, name := range mapFor(to) {
			out[to+":"+from] = name
		}
	}
	return out
}

// mapsUsed refuses a --map that named no device of any guest: it is a typing
// error, and the verdict would be about something else than was meant. Where a
// guest's NICs could not be read nobody can say so.
func (r *checkRun) mapsUsed(d *preflight.Document) error {
	if slices.ContainsFunc(d.Reports, func(r preflight.Report) bool { return r.Guest.View == "" }) {
		return nil
	}
	maps, _ := parseMaps(r.flags.maps, r.flags.to)
	for _, m := range maps {
		used := slices.ContainsFunc(d.Reports, func(rep preflight.Report) bool {
			return (m.host == "" || m.host == rep.To) && slices.ContainsFunc(rep.NICs, func(n preflight.NICReport) bool {
				return n.Destination.Mapped && n.Source.Device == m.from
			})
		})
		if !used {
			hint := ""
			if host, _, ok := strings.Cut(m.from, ":"); ok && m.host == "" {
				hint = fmt.Sprintf("if %s is meant as a host: it is none of the destinations, %s", host, strings.Join(r.flags.to, " and "))
			}
			return exit.Because(fmt.Errorf("--map %s=%s maps nothing: no direct NIC of the guests names %s", m.from, m.to, m.from), hint)
		}
	}
	return nil
}
