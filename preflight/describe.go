package preflight

import (
	"fmt"
	"strings"

	"migcheck/hostinfo"
)

// Describe is the stack in one line: "bond0.623 = vlan 623 on bond0
// (active-backup, 2/2 up) on eth1 eth2, mtu 1500".
func (e *Endpoint) Describe() string {
	switch {
	case e.View == nil:
		return "not observed"
	case e.Wanted == "" && e.NetworkName != "":
		return e.describeNetwork()
	case e.Wanted == "":
		return "names no device"
	case e.View.Missing(hostinfo.FactDevices, "") != nil:
		return e.Wanted + " (not observed)"
	case e.Device == nil:
		return e.Wanted + " is not there"
	case e.Bridged:
		return e.describeBridge()
	}
	var b strings.Builder
	b.WriteString(e.Wanted)
	if e.Device.Name != e.Wanted {
		b.WriteString(" (altname of " + e.Device.Name + ")")
	}
	b.WriteString(downWord(e.Device))
	if what := e.describeBelow(e.Device, 0); what != "" {
		b.WriteString(" = " + what)
	}
	if e.Device.MTU != 0 {
		fmt.Fprintf(&b, ", mtu %d", e.Device.MTU)
	}
	return b.String()
}

func (e *Endpoint) describeNetwork() string {
	n := e.Network
	switch {
	case n == nil && e.View.Missing(hostinfo.FactNetworks, "") != nil:
		return "network " + e.NetworkName + " (not observed)"
	case n == nil:
		return "network " + e.NetworkName + " is not there"
	case n.DirectMode() != "":
		return "network " + e.NetworkName + " (" + n.DirectMode() + ") names no device"
	case n.Forward == "":
		return "network " + e.NetworkName + " (isolated)"
	}
	return "network " + e.NetworkName + " (" + n.Forward + ")"
}

// describeBelow says what a device is and what it stands on. Depth ends loops
// in what a hostile host may claim.
func (e *Endpoint) describeBelow(d *hostinfo.Device, depth int) string {
	if depth > 8 {
		return "..."
	}
	switch d.Kind {
	case hostinfo.KindUnknown:
		return "unknown kind"
	case hostinfo.KindHardware:
		return "NIC"
	case hostinfo.KindBond, hostinfo.KindTeam, hostinfo.KindBridge:
		return e.describePorts(d)
	}
	what := d.Kind
	if d.VLAN != nil {
		what = fmt.Sprintf("vlan %d", d.VLAN.ID)
		if d.VLAN.Protocol == "802.1ad" {
			what += " (802.1ad)"
		}
	}
	if d.Macvlan != nil && d.Macvlan.Mode != "" {
		what += " (" + d.Macvlan.Mode + ")"
	}
	below := e.View.Links.Parent(d)
	if below == nil {
		if d.ParentElsewhere {
			what += " on a device in another network namespace"
		}
		return what
	}
	what += " on " + below.Name + downWord(below)
	switch below.Kind {
	case hostinfo.KindHardware, hostinfo.KindUnknown:
		return what
	case hostinfo.KindBond, hostinfo.KindTeam, hostinfo.KindBridge:
		return what + strings.TrimPrefix(e.describePorts(below), below.Kind)
	}
	return what + " = " + e.describeBelow(below, depth+1)
}

// describePorts is "bond (active-backup, 2/2 up) on eth1 eth2".
func (e *Endpoint) describePorts(d *hostinfo.Device) string {
	ports := e.View.Links.Ports(d)
	up := 0
	var names []string
	for _, p := range ports {
		if p.Up == hostinfo.Yes && p.LowerUp == hostinfo.Yes {
			up++
		}
		if len(names) < 4 {
			names = append(names, p.Name)
		}
	}
	if len(ports) > len(names) {
		names = append(names, fmt.Sprintf("and %d more", len(ports)-len(names)))
	}
	var about []string
	if d.Bond != nil && d.Bond.Mode != "" {
		about = append(about, d.Bond.Mode)
	}
	if d.Kind == hostinfo.KindBridge {
		word := "ports"
		if len(ports) == 1 {
			word = "port"
		}
		about = append(about, fmt.Sprintf("%d %s", len(ports), word))
		return d.Kind + " (" + strings.Join(about, ", ") + ")"
	}
	about = append(about, fmt.Sprintf("%d/%d up", up, len(ports)))
	out := d.Kind + " (" + strings.Join(about, ", ") + ")"
	if len(names) > 0 {
		out += " on " + strings.Join(names, " ")
	}
	return out
}

// downWord says what is wrong with a layer's state, if anything.
func downWord(d *hostinfo.Device) string {
	switch {
	case d.Up == hostinfo.No:
		return " (down)"
	case d.Up == hostinfo.Yes && d.LowerUp == hostinfo.No:
		return " (no carrier)"
	}
	return ""
}
