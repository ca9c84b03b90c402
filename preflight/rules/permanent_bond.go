package rules

import (
	"fmt"
	"slices"
	"strings"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// keepStack says how layers of a stack that nobody would make again are made to
// last, as they are now, the lowest first.
func keepStack(f preflight.Finding, e *preflight.Endpoint, loose []*hostinfo.Device) preflight.Finding {
	var names []string
	for _, d := range loose {
		names = append(names, d.Name)
		for _, below := range e.View.Links.Below(d) {
			names = append(names, below.Name)
		}
	}
	return keep(f, e, names, func(c lasting) (lines []string) {
		for _, d := range slices.Backward(loose) {
			more := lastingOf(c, e, d, loose)
			if more == nil || hostsOrPort(e, d) {
				return nil
			}
			lines = append(lines, more...)
			lines = append(lines, otherMTU(c, d)...)
		}
		return lines
	})
}

// otherMTU is how a layer that was just configured takes the frames that it takes
// now, if they are not of Ethernet's usual size. Its profile has its name.
func otherMTU(c lasting, d *hostinfo.Device) []string {
	if d.MTU == 0 || d.MTU == ethernetMTU {
		return nil
	}
	lines := c.mtu(d.Name, d.MTU)
	for i := range lines {
		lines[i] = strings.ReplaceAll(lines[i], nmProfile(d.Name), d.Name)
	}
	return lines
}

// hostsOrPort says whether a device may have an address of the host's own, or is
// a port of another: to configure it without them takes them away.
func hostsOrPort(e *preflight.Endpoint, d *hostinfo.Device) bool {
	return len(d.Addresses) > 0 || d.Master != 0 || e.View.Missing(hostinfo.FactAddresses, d.Name) != nil
}

// lastingOf is how one of the loose layers is made; nil where that can't be said.
func lastingOf(c lasting, e *preflight.Endpoint, d *hostinfo.Device, loose []*hostinfo.Device) []string {
	switch {
	case d.VLAN != nil:
		parent := e.View.Links.Parent(d)
		if parent != nil && (slices.Contains(loose, parent) || linkable(e.View, parent.Name)) {
			return c.vlan(d.Name, parent.Name, d.VLAN, false)
		}
	case d.Bond != nil:
		return bondOf(c, e, d)
	}
	return nil
}

// bondOf is a bond with its mode, its monitoring and its ports. What else it may
// have been given is not known, so a bond that asks for answers to ARP, whose
// targets are not known, has no words.
func bondOf(c lasting, e *preflight.Endpoint, d *hostinfo.Device) []string {
	if d.Bond.Mode == "" || d.Bond.MIIMon <= 0 || d.Bond.ARPInterval > 0 {
		return nil
	}
	var ports []string
	for _, p := range e.View.Links.Ports(d) {
		if p.Kind != hostinfo.KindHardware {
			return nil
		}
		ports = append(ports, p.Name)
	}
	if len(ports) == 0 {
		return nil
	}
	return c.bond(d.Name, d.Bond, ports)
}

func nmBond(name string, b *hostinfo.Bond, ports []string) []string {
	lines := []string{fmt.Sprintf("nmcli connection add type bond con-name %s ifname %s bond.options mode=%s,miimon=%d ipv4.method disabled ipv6.method disabled", name, name, b.Mode, b.MIIMon)}
	for _, port := range ports {
		lines = append(lines, fmt.Sprintf("nmcli connection add type ethernet con-name %s-%s ifname %s master %s", name, port, port, name))
	}
	return lines
}

func networkdBond(name string, b *hostinfo.Bond, ports []string) []string {
	lines := []string{
		"# /etc/systemd/network/" + name + ".netdev",
		"[NetDev]", "Name=" + name, "Kind=bond", "[Bond]", "Mode=" + b.Mode, fmt.Sprintf("MIIMonitorSec=%dms", b.MIIMon),
		"# /etc/systemd/network/" + name + ".network, unless there is one for it",
		"[Match]", "Name=" + name, "[Network]", "LinkLocalAddressing=no",
	}
	for _, port := range ports {
		lines = append(lines, "# in the .network file of "+port, "[Network]", "Bond="+name)
	}
	return lines
}

func ifupdownBond(name string, b *hostinfo.Bond, ports []string) []string {
	return []string{
		ifupdownFile,
		"auto " + name, "iface " + name + " inet manual",
		"    bond-slaves " + strings.Join(ports, " "),
		"    bond-mode " + b.Mode,
		fmt.Sprintf("    bond-miimon %d", b.MIIMon),
	}
}

func netplanBond(name string, b *hostinfo.Bond, ports []string) []string {
	lines := []string{
		"# /etc/netplan/90-" + name + ".yaml, then: netplan apply",
		"network:", "  version: 2", "  ethernets:",
	}
	for _, port := range ports {
		lines = append(lines, "    "+port+": {}")
	}
	return append(lines,
		"  bonds:", "    "+name+":", "      interfaces: ["+strings.Join(ports, ", ")+"]", netplanNoAddress,
		"      parameters:", "        mode: "+b.Mode, fmt.Sprintf("        mii-monitor-interval: %d", b.MIIMon))
}
