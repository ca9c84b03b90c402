package preflight

import (
	"fmt"
	"strings"

	"migcheck/hostinfo"
)

// describeBridge is a bridge with its uplinks in one line: "br0 = bridge (VLANs
// filtered, 3 ports), uplink bond0.623 = vlan 623 on bond0 (active-backup, 2/2
// up) on eth1 eth2, mtu 1500".
func (e *Endpoint) describeBridge() string {
	d := e.Device
	var b strings.Builder
	b.WriteString(e.Wanted)
	if d.Name != e.Wanted {
		b.WriteString(" (altname of " + d.Name + ")")
	}
	b.WriteString(downWord(d) + " = " + e.describeSwitch())
	if d.MTU != 0 {
		fmt.Fprintf(&b, ", mtu %d", d.MTU)
	}
	return b.String()
}

func (e *Endpoint) describeSwitch() string {
	d := e.Device
	what := e.describeBelow(d, 0)
	switch {
	case d.Kind == hostinfo.KindOpenVSwitch:
		what = "Open vSwitch"
	case d.Kind != hostinfo.KindBridge:
		return what
	case d.Filters() && d.Bridge != nil && d.Bridge.VLANFiltering == hostinfo.Yes:
		what = strings.Replace(what, "(", "(VLANs filtered, ", 1)
	}
	up := e.View.Links.Uplinks(d)
	if len(up) == 0 {
		return what + ", no uplink"
	}
	for i, u := range up {
		if i == 2 {
			return what + fmt.Sprintf(" and %d more", len(up)-i)
		}
		what += []string{", uplink ", " and "}[i] + u.Name + downWord(u)
		if below := e.describeBelow(u, 0); below != "NIC" {
			what += " = " + below
		}
	}
	return what
}
