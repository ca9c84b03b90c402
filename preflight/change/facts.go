package change

import (
	"slices"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// facts are the changes of facts on all hosts, those that are alike together.
type facts struct {
	doc    *Document
	at     map[hostinfo.Change]int
	byHost [][]int // by new number: places in doc.Facts
	wanted map[int]bool
}

func newFacts(d *Document, hosts int) *facts {
	return &facts{doc: d, at: map[hostinfo.Change]int{}, byHost: make([][]int, hosts), wanted: map[int]bool{}}
}

// add notes a change; wanted says whether it was asked for by itself.
func (f *facts) add(host int, name string, ch hostinfo.Change, wanted bool) {
	i, met := f.at[ch]
	if !met {
		i = len(f.doc.Facts)
		f.at[ch] = i
		f.doc.Facts = append(f.doc.Facts, FactChange{Change: ch})
	}
	f.doc.Facts[i].Hosts.add(name)
	f.wanted[i] = f.wanted[i] || wanted
	f.byHost[host] = append(f.byHost[host], i)
}

// seenIn are the traits of a device that a fact of rules shows in.
var seenIn = map[preflight.Fact][]string{
	preflight.AllDevices:  {"port of", "stands on", "mac", "altnames"},
	preflight.Devices:     {"altnames", "port of", "stands on"},
	preflight.Device:      {"altnames", "port of", "stands on"},
	preflight.Kinds:       {"kind", "port of", "stands on"},
	preflight.Flags:       {"state"},
	preflight.Carrier:     {"carrier", "state", "port of", "link as the bond sees it", "loose binding"},
	preflight.VLANs:       {"vlan", "vlan protocol", "vni", "stands on"},
	preflight.BridgeVLANs: {"vlan filtering", "vlan of new ports", "vlans on the bridge"},
	preflight.Bonds:       {"bond mode", "miimon", "arp interval", "arp validate", "fail over mac", "min links", "port of", "link as the bond sees it", "carrier"},
	preflight.LACP:        {"lacp partner", "lacp ports", "port of", "bond mode"},
	preflight.MTU:         {"mtu", "largest mtu"},
	preflight.MAC:         {"mac"},
	preflight.LinkType:    {"link type"},
	preflight.Children:    {"macvlan mode"},
	preflight.Addresses:   {"addresses"},
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
