package rules

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// LowerdevNotPersistent tells of devices that nobody would make again.
var LowerdevNotPersistent = &preflight.Rule{
	ID:      "lowerdev-not-persistent",
	Level:   preflight.Note,
	Phase:   preflight.Silent,
	Scope:   preflight.PerPair,
	About:   preflight.OnAnything,
	Posture: true,
	Needs:   preflight.Helpful(preflight.Destination, preflight.Device, preflight.Kinds, preflight.Configured),
	Doc: `the device may be gone after the destination's next boot
A VLAN, bond, bridge, team or macvlan that stands in none of the host's network
configurations was made by hand, by a script or by a program: it works now, and
after a reboot the guest may not find it. NICs come back by themselves. Where the
source's device is in no configuration either, the site makes its devices in some
other way, and nothing is said; nor is it on a host with no configuration that
migcheck can read.`,
	Value: func(e *preflight.Endpoint) string {
		if loose := unconfigured(e); len(loose) > 0 {
			return "not configured: " + listed(loose)
		}
		return ""
	},
	Check: func(p *preflight.Pass) {
		dst := p.Side
		loose := unconfigured(dst)
		if len(loose) == 0 || len(unconfigured(p.Req.Source)) > 0 {
			return
		}
		p.Report(keepStack(preflight.Finding{
			Reason: fmt.Sprintf("%s on %s %s in no configuration of %s and may be gone after a reboot", listed(loose), dst.Name, standsWord(len(loose)), strings.Join(dst.View.Setup.Managers, ", ")),
			Hint:   hint("enter what should last into the network configuration of %s", dst.Name),
		}, dst, loose))
	},
}

// unconfigured are the layers of a stack that somebody must have made and that
// no configuration of the host names; nil where no configuration was found.
func unconfigured(e *preflight.Endpoint) []*hostinfo.Device {
	if e.View == nil || len(e.View.Setup.Managers) == 0 {
		return nil
	}
	var out []*hostinfo.Device
	for _, d := range e.Stack {
		switch d.Kind {
		case hostinfo.KindVLAN, hostinfo.KindBond, hostinfo.KindBridge, hostinfo.KindTeam, hostinfo.KindMacvlan:
			if !configured(e.View, d) {
				out = append(out, d)
			}
		}
	}
	return out
}

// configured says whether a configuration names the device, be it by a pattern,
// or libvirt makes it as the bridge of one of its networks.
func configured(v *preflight.View, d *hostinfo.Device) bool {
	return slices.ContainsFunc(v.Setup.Configured, func(pattern string) bool {
		return matches(pattern, d.Name) || slices.ContainsFunc(d.AltNames, func(n string) bool { return matches(pattern, n) })
	}) || slices.ContainsFunc(v.Networks, func(n hostinfo.Network) bool { return n.Bridge == d.Name })
}

// matches says whether a name fits a shell pattern, as systemd's [Match] Name=
// takes it. What is no pattern is a name.
func matches(pattern, name string) bool {
	ok, err := path.Match(strings.ReplaceAll(pattern, "[!", "[^"), name)
	return ok || err != nil && pattern == name
}

func standsWord(n int) string {
	if n == 1 {
		return "stands"
	}
	return "stand"
}
