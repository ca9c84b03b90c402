package rules

import (
	"slices"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// above are the devices of this namespace that stand on d, at any height. Their
// addresses are handed down through the layers between (dev_uc_sync), so d
// receives for all of them.
func above(e *preflight.Endpoint, d *hostinfo.Device) []*hostinfo.Device {
	seen := map[*hostinfo.Device]bool{d: true}
	var out []*hostinfo.Device
	for next := e.View.Links.Children(d); len(next) > 0; {
		var higher []*hostinfo.Device
		for _, c := range next {
			if !seen[c] {
				seen[c] = true
				out = append(out, c)
				higher = append(higher, e.View.Links.Children(c)...)
				higher = append(higher, masterOf(e, c)...)
			}
		}
		next = higher
	}
	return out
}

// masterOf is the device that c is a port of, if it is to be seen.
func masterOf(e *preflight.Endpoint, c *hostinfo.Device) []*hostinfo.Device {
	if m := e.View.Links.ByIndex(c.Master); c.Master != 0 && m != nil {
		return []*hostinfo.Device{m}
	}
	return nil
}

// unexplained are the addresses that d receives for something that is not to be
// seen: neither in this namespace nor in those that were looked into.
func unexplained(e *preflight.Endpoint, d *hostinfo.Device) []string {
	seen := above(e, d)
	all := append(slices.Clone(seen), d)
	var out []string
	for _, mac := range d.Held {
		if !slices.ContainsFunc(seen, func(c *hostinfo.Device) bool { return c.MAC == mac }) && !explainedElsewhere(e, all, mac) {
			out = append(out, mac)
		}
	}
	return out
}
