package change

import (
	"cmp"
	"slices"
	"strings"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// facts are the changes of facts on all hosts, those that are alike together.
type facts struct {
	doc    *Document
	at     map[hostinfo.Change]int
	byHost [][]int // by new number: places in doc.Facts
}

func newFacts(d *Document, hosts int) *facts {
	return &facts{doc: d, at: map[hostinfo.Change]int{}, byHost: make([][]int, hosts)}
}

func (f *facts) add(host int, name string, ch hostinfo.Change) {
	i, met := f.at[ch]
	if !met {
		i = len(f.doc.Facts)
		f.at[ch] = i
		f.doc.Facts = append(f.doc.Facts, FactChange{Change: ch})
	}
	f.doc.Facts[i].Hosts.add(name)
	f.byHost[host] = append(f.byHost[host], i)
}

// seenIn are the traits of a device that a fact of rules shows in.
var seenIn = map[preflight.Fact][]string{
	preflight.AllDevices: {"port of", "stands on", "mac", "altnames"},
	preflight.Devices:    {"altnames", "port of", "stands on"},
	preflight.Device:     {"altnames", "port of", "stands on"},
	preflight.Kinds:      {"kind", "port of", "stands on"},
	preflight.Flags:      {"state"},
	preflight.Carrier:    {"carrier", "state", "port of", "link as the bond sees it", "loose binding"},
	preflight.VLANs:      {"vlan", "vlan protocol", "stands on"},
	preflight.Bonds:      {"bond mode", "miimon", "arp interval", "fail over mac", "min links", "port of", "link as the bond sees it", "carrier"},
	preflight.LACP:       {"lacp partner", "lacp ports", "port of", "bond mode"},
	preflight.MTU:        {"mtu", "largest mtu"},
	preflight.MAC:        {"mac"},
	preflight.LinkType:   {"link type"},
	preflight.Children:   {"macvlan mode"},
	preflight.Addresses:  {"addresses"},
}

// explains says whether a rule looks at what changed, on a device of the stack
// or on the host as a whole.
func explains(r *preflight.Rule, ch *hostinfo.Change, stack []string) bool {
	onDevice := ch.Device != ""
	if onDevice && !slices.Contains(stack, ch.Device) {
		return false
	}
	if onDevice && ch.What == "device" {
		return true
	}
	if r == nil || ch.What == "boot" {
		return false
	}
	return slices.ContainsFunc(r.Needs, func(n preflight.Need) bool {
		return ch.Fact != "" && ch.Fact == n.Fact.OfHost() || onDevice && slices.Contains(seenIn[n.Fact], ch.What)
	})
}

// on are the changes of facts on a host that a finding may follow from.
func (c *comparison) on(host int, rule, device string) []int {
	if len(c.facts.byHost[host]) == 0 {
		return nil
	}
	k := linkKey{host, rule, device}
	if list, met := c.links[k]; met {
		return list
	}
	stack := c.stack(host, device)
	var out []int
	for _, i := range c.facts.byHost[host] {
		if explains(c.rules[rule], &c.doc.Facts[i].Change, stack) {
			out = append(out, i)
		}
	}
	c.links[k] = out
	return out
}

type linkKey struct {
	host         int
	rule, device string
}

// stack are the names of a device and of all below it, as it was and as it is.
func (c *comparison) stack(host int, device string) []string {
	if device == "" {
		return nil
	}
	var out []string
	h := &c.hosts[host]
	for _, look := range []struct {
		of *side
		at int
	}{{c.before, h.before}, {c.after, h.after}} {
		if look.at < 0 {
			continue
		}
		l := hostinfo.IndexLinks(look.of.Hosts[look.at])
		out = append(out, device)
		if d := l.ByName(device); d != nil {
			for _, s := range l.Stack(d) {
				out = append(out, s.Name)
			}
		}
	}
	return out
}

// arrange puts the changes of facts that verdicts follow from first, then those
// that most hosts have, and cuts what is too long.
func (c *comparison) arrange() {
	d := c.doc
	slices.SortStableFunc(d.Ways, func(a, b WayChange) int {
		return cmp.Or(cmp.Compare(weight[a.Kind], weight[b.Kind]), -cmp.Compare(a.Guests.Count, b.Guests.Count), -cmp.Compare(a.Ways, b.Ways))
	})
	if n := len(d.Ways) - maxEntries; n > 0 {
		d.Ways, d.LeftOut.Ways = d.Ways[:maxEntries], n
	}
	behind := map[int]bool{}
	for i := range d.Ways {
		if b := d.Ways[i].Because; b != nil {
			for _, f := range b.Facts {
				behind[f] = true
			}
		}
	}
	order := make([]int, 0, len(d.Facts))
	for i := range d.Facts {
		if c.only == (Only{}) || behind[i] || c.only.Host != "" && slices.Contains(d.Facts[i].Hosts.First, c.only.Host) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := &d.Facts[a], &d.Facts[b]
		return cmp.Or(cmp.Compare(first(behind[a]), first(behind[b])), -cmp.Compare(x.Hosts.Count, y.Hosts.Count),
			strings.Compare(x.Hosts.First[0], y.Hosts.First[0]), strings.Compare(x.Device, y.Device))
	})
	if n := len(order) - maxEntries; n > 0 {
		order, d.LeftOut.Facts = order[:maxEntries], n
	}
	c.reorder(order)
}

var weight = map[string]int{Lost: 0, Unclear: 1, Worse: 2, Won: 3, Better: 4}

func first(b bool) int {
	if b {
		return 0
	}
	return 1
}

// reorder puts the changes of facts in an order, and what names them with it.
func (c *comparison) reorder(order []int) {
	d := c.doc
	to := map[int]int{}
	sorted := make([]FactChange, 0, len(order))
	for now, was := range order {
		to[was] = now
		sorted = append(sorted, d.Facts[was])
	}
	d.Facts = sorted
	for i := range d.Ways {
		b := d.Ways[i].Because
		if b == nil || b.Facts == nil {
			continue
		}
		var kept []int
		for _, f := range b.Facts {
			if now, in := to[f]; in {
				kept = append(kept, now)
			}
		}
		slices.Sort(kept)
		if b.Facts = kept; kept == nil {
			d.Ways[i].Because = nil
		}
	}
}
