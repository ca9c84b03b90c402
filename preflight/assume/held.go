package assume

import (
	"slices"

	"migcheck/hostinfo"
)

// heldForHidden are, by ifindex, the addresses that devices receive for
// something that is not to be seen here: a macvlan in another namespace. No
// command of this package takes those away.
func heldForHidden(h *hostinfo.Host) map[int][]string {
	links := hostinfo.IndexLinks(h)
	out := map[int][]string{}
	for i := range h.Devices {
		d := &h.Devices[i]
		seen := received(links, d, func(up hostinfo.Tri) bool { return up == hostinfo.Yes })
		for _, mac := range d.Held {
			if !slices.Contains(seen, mac) {
				out[d.Index] = append(out[d.Index], mac)
			}
		}
	}
	return out
}

// settleHeld drops the addresses that a device received only for something that
// is no longer there, or no longer up.
func (m *model) settleHeld(hidden map[int][]string) {
	links := hostinfo.IndexLinks(m.host)
	for i := range m.host.Devices {
		d := &m.host.Devices[i]
		seen := received(links, d, func(up hostinfo.Tri) bool { return up != hostinfo.No })
		d.Held = slices.DeleteFunc(d.Held, func(mac string) bool {
			return !slices.Contains(hidden[d.Index], mac) && !slices.Contains(seen, mac)
		})
	}
}

// received are the addresses of what stands on d at any height, which are
// handed down through the layers between (dev_uc_sync).
func received(links *hostinfo.Links, d *hostinfo.Device, counts func(up hostinfo.Tri) bool) []string {
	seen := map[*hostinfo.Device]bool{d: true}
	var out []string
	for next := []*hostinfo.Device{d}; len(next) > 0; {
		x := next[0]
		next = next[1:]
		over := slices.Clone(links.Children(x))
		if master := links.ByIndex(x.Master); x.Master != 0 && master != nil {
			over = append(over, master)
		}
		for _, c := range over {
			if !seen[c] {
				seen[c] = true
				next = append(next, c)
				if counts(c.Up) {
					out = append(out, c.MAC)
				}
			}
		}
	}
	return out
}
