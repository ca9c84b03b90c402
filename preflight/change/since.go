package change

import "migcheck/hostinfo"

// Settle notes since when things have been as they are after d. It is called
// with comparisons of the runs in between with that same last run, the latest
// first, each with the run that follows it; last with nil and the first run
// after Document.Before.
func (d *Document) Settle(between *Document, next Ref) {
	facts := map[string]bool{}
	ways := map[string]bool{}
	if between != nil {
		for i := range between.Facts {
			between.Facts[i].each(func(k string) { facts[k] = true })
		}
		for i := range between.Ways {
			between.Ways[i].each(func(k string) { ways[k] = true })
		}
	}
	for i := range d.Facts {
		d.Facts[i].each(func(k string) {
			if f := &d.Facts[i]; f.Since == (Ref{}) && (between == nil || facts[k]) {
				f.Since = next
			}
		})
	}
	for i := range d.Ways {
		d.Ways[i].each(func(k string) {
			if w := &d.Ways[i]; w.Since == (Ref{}) && (between == nil || ways[k]) {
				w.Since = next
			}
		})
	}
}

// Settled says whether it is known of everything since when it is so.
func (d *Document) Settled() bool {
	for i := range d.Facts {
		if d.Facts[i].Since == (Ref{}) {
			return false
		}
	}
	for i := range d.Ways {
		if d.Ways[i].Since == (Ref{}) {
			return false
		}
	}
	return true
}

// each names a change once for each host that it is known of. What it was before
// does not matter for how long it has been so.
func (f *FactChange) each(do func(string)) {
	ch := hostinfo.Change{Fact: f.Fact, Device: f.Device, Network: f.Network, What: f.What, After: f.After}
	for _, h := range f.Hosts.First {
		do(join(h, string(ch.Fact), ch.Device, ch.Network, ch.What, ch.After))
	}
}

func (w *WayChange) each(do func(string)) {
	for _, h := range w.Hosts.First {
		do(join(h, w.After.String(), w.Rule, w.Device))
	}
}

func join(parts ...string) string {
	out := ""
	for _, p := range parts {
		out += p + "\x00"
	}
	return out
}
