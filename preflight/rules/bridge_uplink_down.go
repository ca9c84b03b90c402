package rules

import (
	"fmt"
	"strings"

	"migcheck/hostinfo"
	"migcheck/hostinfo/shell"
	"migcheck/preflight"
)

// BridgeUplinkDown looks for the way out of the bridge.
var BridgeUplinkDown = &preflight.Rule{
	ID:       "bridge-uplink-down",
	Level:    preflight.Blocked,
	Phase:    preflight.Silent,
	Scope:    preflight.PerDevice,
	About:    preflight.OnBridge,
	CausedBy: []string{"bridge-missing", "ovs-bridge-missing"},
	Needs:    preflight.Essential(preflight.Destination, preflight.Device, preflight.Kinds, preflight.Flags, preflight.Carrier),
	Doc: `the bridge leads nowhere on the destination
A bridge leads out of its host by a port that is no guest's: a NIC, a bond, a VLAN, a
tunnel. Without one that is up and has a carrier the guest reaches its host and the
guests there, and nobody else; libvirt looks at none of this and reports a success.
A bridge that is down forwards nothing at all. Where the source's bridge has no way
out either it is a note: the guest's neighbours on that host stay behind. Which of
Open vSwitch's bridges a port belongs to the kernel does not tell. Where there are
several, and the bridge has the address of no live port alone (it is given that of
one of its own), it is undecided, unless it is the same on the source.`,
	Value: func(e *preflight.Endpoint) string { return strings.Join(uplinkWords(e), ", ") },
	Check: func(p *preflight.Pass) {
		e := p.Side
		d := e.Device
		if !e.Bridged || d.Kind != hostinfo.KindBridge && d.Kind != hostinfo.KindOpenVSwitch {
			return
		}
		if d.Up == hostinfo.No && d.Kind == hostinfo.KindBridge {
			f := preflight.Finding{
				DestinationValue: "down",
				Reason:           fmt.Sprintf("the bridge %s is down on %s and forwards nothing; libvirt does not set it up", e.Wanted, e.Name),
				Fix:              commands("ip link set dev " + shell.Quote(d.Name) + " up"),
			}
			p.Report(keepUp(f, e, []*hostinfo.Device{d}))
			return
		}
		up := e.View.Links.Uplinks(d)
		if len(up) == 0 {
			withoutUplink(p)
			return
		}
		var why []string
		var at *hostinfo.Device
		for _, u := range up {
			if where, w := deadUplink(e, u); w != "" {
				why, at = append(why, w), where
			}
		}
		switch {
		case len(why) == len(up):
			down := switchedOff(e, at)
			f := preflight.Finding{
				Reason: fmt.Sprintf("the bridge %s on %s leads nowhere: %s", e.Wanted, e.Name, strings.Join(why[:min(len(why), 4)], ", ")),
				Hint:   "look at the cable, the switch port and " + at.Name,
				Fix:    setUp(down),
			}
			p.Report(keepUp(f, e, down))
		default:
			unsureUplink(p, d)
		}
	},
}

// withoutUplink speaks of a bridge that has no way out, as far as is known.
func withoutUplink(p *preflight.Pass) {
	e, src := p.Side, p.Req.Source
	f := preflight.Finding{
		DestinationValue: "no uplink",
		Reason:           fmt.Sprintf("the bridge %s on %s has no port that leads out of the host", e.Wanted, e.Name),
		Hint:             hint("ip link show master %s on %s shows its ports", e.Wanted, e.Name),
	}
	switch through := pairsOf(e); {
	case e != src && p.Plan.DestinationOnly:
		f.Level = preflight.Warning
	case e != src && src.Device == nil:
		f.Reason += fmt.Sprintf("; whether the guest has one on %s is not known", src.Name)
		p.Undecided(f)
		return
	case through != nil:
		f.Reason += fmt.Sprintf(" by itself; whether its port %s does can't be told", through.Name)
		p.Undecided(f)
		return
	}
	p.Report(f)
}

// pairsOf is a port of a bridge that is one end of a pair, by which it may lead
// anywhere; nil if there is none.
func pairsOf(e *preflight.Endpoint) *hostinfo.Device {
	if e.Device == nil {
		return nil
	}
	for _, port := range e.View.Links.SwitchPorts(e.Device) {
		if port.Kind == hostinfo.KindVeth {
			return port
		}
	}
	return nil
}

// uplinkWords are a bridge's uplinks, the dead ones marked.
func uplinkWords(e *preflight.Endpoint) []string {
	if !e.Bridged {
		return nil
	}
	out := []string{}
	for _, u := range e.View.Links.Uplinks(e.Device) {
		word := u.Name
		if _, why := deadUplink(e, u); why != "" {
			word += " (" + why + ")"
		}
		out = append(out, word)
	}
	if len(out) == 0 {
		out = append(out, "no uplink")
	}
	return out
}
