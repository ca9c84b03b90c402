package snapshot

import (
	"slices"
	"unicode/utf8"

	"migcheck/hostinfo"
)

// rawNames are the names of a device whose bytes are no UTF-8, which JSON can't
// hold: two of them must not become one.
type rawNames struct {
	Index    int      `json:"index"`
	Name     []byte   `json:"name"`
	AltNames [][]byte `json:"alt_names,omitempty"`
}

// rawNamesOf are those of a host's own devices; nil on any sane host.
func rawNamesOf(h *hostinfo.Host) []rawNames {
	var out []rawNames
	for i := range h.Devices {
		d := &h.Devices[i]
		if utf8.ValidString(d.Name) && !slices.ContainsFunc(d.AltNames, func(s string) bool { return !utf8.ValidString(s) }) {
			continue
		}
		r := rawNames{Index: d.Index, Name: []byte(d.Name)}
		for _, s := range d.AltNames {
			r.AltNames = append(r.AltNames, []byte(s))
		}
		out = append(out, r)
	}
	return out
}

// restoreNames gives devices back the names that JSON could not hold.
func (f *hostFile) restoreNames() {
	for _, r := range f.RawNames {
		at := slices.IndexFunc(f.Host.Devices, func(d hostinfo.Device) bool { return d.Index == r.Index })
		if at < 0 {
			continue
		}
		d := &f.Host.Devices[at]
		d.Name = string(r.Name)
		if len(r.AltNames) == len(d.AltNames) {
			for i, s := range r.AltNames {
				d.AltNames[i] = string(s)
			}
		}
	}
}
