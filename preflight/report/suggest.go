package report

import (
	"fmt"
	"slices"
	"strings"

	"migcheck/hostinfo/shell"
	"migcheck/preflight"
)

// suggestions are the devices that the NIC could be mapped to, each with the
// command that judges so. Several are shown alike: nothing chooses among them.
func (p *printer) suggestions(d *preflight.Document, r *preflight.Report, f *preflight.Finding) {
	if n := len(f.Suggest); n > 1 {
		p.wrap(indent, indent, fmt.Sprintf("or one of these %d, if it leads to the same network; nothing that was seen tells which:", n))
	}
	for _, s := range f.Suggest {
		if len(f.Suggest) == 1 {
			p.wrap(indent, indent, "or, if it leads to the same network: "+s.Evidence)
		} else {
			p.wrap(indent+2, indent+2, s.Evidence)
		}
		p.line(indent+2, mapCommand(d, r, s.Map))
	}
}

// mapCommand is the command line that judges a report's pair with one device
// mapped beside those that are.
func mapCommand(d *preflight.Document, r *preflight.Report, to string) string {
	flag := strings.HasPrefix(r.Guest.Name, "-") // to be told from a guest's name
	line := "migcheck check "
	if !flag {
		line += shell.Quote(r.Guest.Name) + " "
	}
	line += shell.Join("--from", r.From, "--to", r.To)
	if d.Options.Snapshot != "" {
		line += " --snapshot " + shell.Quote(d.Options.Snapshot)
	}
	maps := []string{to}
	for _, n := range r.NICs {
		m := r.To + ":" + n.Source.Device + "="
		if n.Destination.Mapped && !strings.HasPrefix(to, m) && !slices.Contains(maps, m+n.Destination.Device) {
			maps = append(maps, m+n.Destination.Device)
		}
	}
	for _, m := range maps {
		from, to, _ := strings.Cut(m, "=")
		line += " --map " + shell.Quote(from) + "=" + shell.Quote(to)
	}
	if flag {
		line += " -- " + shell.Quote(r.Guest.Name)
	}
	return line
}
