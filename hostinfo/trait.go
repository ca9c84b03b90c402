package hostinfo

import (
	"slices"
	"strconv"
	"strings"
)

// trait is a fact of a host in words. Empty is unknown, or where none is set
// nothing of the kind; whether it was read says fact.
type trait[T any] struct {
	fact Fact
	what string
	none bool
	of   func(T) string
}

var hostTraits = []trait[*Host]{
	{"", "host uuid", false, func(h *Host) string { return h.UUID }},
	{"", "hostname", false, func(h *Host) string { return h.Hostname }},
	{"", "architecture", false, func(h *Host) string { return h.Arch }},
	{"", "kernel", false, func(h *Host) string { return h.Kernel }},
	{FactModules, "macvtap module", false, func(h *Host) string { return known(h.MacvtapModule) }},
	{FactVhost, "vhost-net", false, func(h *Host) string { return known(h.VhostNet) }},
	{FactShaping, "shaping", false, func(h *Host) string { return known(h.Setup.Shaping) }},
	{FactShaping, "missing for shaping", true, func(h *Host) string { return listed(h.Setup.ShapingLacks) }},
	{FactTaps, "file system on /dev", false, func(h *Host) string { return h.Setup.DevFS }},
	{FactTaps, "stale /dev/tap nodes", true, func(h *Host) string { return counted(h.Setup.StaleTaps) }},
	{FactLLDPAD, "lldpad", false, func(h *Host) string { return known(h.Setup.LLDPAD) }},
	{FactDaemon, "libvirt in another network namespace", false, func(h *Host) string { return known(h.Setup.DaemonElsewhere) }},
	{FactAddresses, "default routes", true, func(h *Host) string { return listed(h.Setup.DefaultRoutes) }},
	{FactConfigured, "network configuration", true, func(h *Host) string { return listed(h.Setup.Managers) }},
	{FactConfigured, "configured devices", true, func(h *Host) string { return listed(h.Setup.Configured) }},
	{FactNWFilters, "network filters", true, func(h *Host) string { return listed(h.NWFilters) }},
	ofDaemon("libvirt", func(l *Libvirt) string { return l.Version }),
	ofDaemon("emulator", func(l *Libvirt) string { return l.Hypervisor }),
	ofDaemon("libvirt uri", func(l *Libvirt) string { return l.URI }),
	ofDaemon("libvirt hostname", func(l *Libvirt) string { return l.Hostname }),
	ofDaemon("libvirt may only be read", func(l *Libvirt) string { return known(TriOf(l.ReadOnly)) }),
}

func ofDaemon(what string, of func(*Libvirt) string) trait[*Host] {
	return trait[*Host]{FactLibvirt, what, false, func(h *Host) string {
		if h.Libvirt == nil {
			return ""
		}
		return of(h.Libvirt)
	}}
}

var networkTraits = []trait[*Network]{
	{"", "uuid", false, func(n *Network) string { return n.UUID }},
	{"", "active", false, func(n *Network) string { return known(n.Active) }},
	{"", "forward", true, func(n *Network) string { return n.Forward }},
	{"", "bridge", true, func(n *Network) string { return n.Bridge }},
	{"", "pool", true, func(n *Network) string {
		var devs []string
		for _, d := range n.Devices {
			devs = append(devs, d.Dev+d.PCI)
		}
		return strings.Join(devs, " ") // libvirt takes them in this order
	}},
	{"", "physical function", true, func(n *Network) string { return n.PF }},
	{"", "port groups", true, portgroupWords},
	{"", "trustGuestRxFilters", true, func(n *Network) string { return n.TrustGuestRxFilters }},
	{"", "virtual port", true, func(n *Network) string { return n.VirtualPort }},
	{"", "vlan tags", true, func(n *Network) string { return counted(n.VLANTags) }},
}

func networkWords(n *Network) string {
	if n.Forward == "" {
		return "isolated"
	}
	return n.Forward
}

func portgroupWords(n *Network) string {
	var out []string
	for i := range n.Portgroups {
		p := &n.Portgroups[i]
		words := []string{p.Name}
		if p.Default {
			words = append(words, "default")
		}
		for _, w := range [][2]string{{"trust", p.TrustGuestRxFilters}, {"virtual port", p.VirtualPort}, {"vlan", counted(p.VLANTags)}} {
			if w[1] != "" {
				words = append(words, w[0]+" "+w[1])
			}
		}
		out = append(out, strings.Join(words, ", "))
	}
	return strings.Join(out, "; ")
}

// known is a truth value in words; empty if it is unknown.
func known(t Tri) string {
	if !t.Known() {
		return ""
	}
	return t.String()
}

// listed is a list as a set.
func listed(list []string) string {
	list = slices.Clone(list)
	slices.Sort(list)
	return strings.Join(list, " ")
}

func counted(list []int) string {
	out := make([]string, 0, len(list))
	for _, n := range list {
		out = append(out, strconv.Itoa(n))
	}
	return strings.Join(out, " ")
}

// positive is a number of which 0 and less is none or unknown.
func positive(n int) string {
	if n <= 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// counting is a number of which only what is below 0 is unknown.
func counting(n int) string {
	if n < 0 {
		return ""
	}
	return strconv.Itoa(n)
}
