package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// NetworkForwardMismatch compares the two definitions of a NIC's network.
var NetworkForwardMismatch = &preflight.Rule{
	ID:            "network-forward-mismatch",
	Level:         preflight.Blocked,
	Phase:         preflight.Silent,
	Scope:         preflight.PerPair,
	WithoutDevice: true,
	Needs: append(preflight.Essential(preflight.Source, preflight.Networks),
		preflight.Essential(preflight.Destination, preflight.Networks)...),
	Doc: `the libvirt network is another kind of network on the destination
The two hosts define a network of the same name differently: macvtap here and
NAT there, another macvtap mode, another virtual port, a port group that is
missing. libvirt compares none of it: the guest moves, say, from the LAN behind
a NAT. Compare virsh net-dumpxml on both hosts.`,
	Value: func(e *preflight.Endpoint) string {
		if e.Network == nil {
			return ""
		}
		return forwardWord(e.Network)
	},
	Check: func(p *preflight.Pass) {
		src, dst := p.Req.Source, p.Req.Destination
		a, b := src.Network, dst.Network
		if a == nil || b == nil {
			return
		}
		f := preflight.Finding{
			SourceValue: forwardWord(a), DestinationValue: forwardWord(b),
			Hint: "compare virsh net-dumpxml " + dst.NetworkName + " on both hosts",
		}
		switch {
		case (a.DirectMode() == "") != (b.DirectMode() == ""):
			f.Reason = fmt.Sprintf("network %s is %s on %s and %s on %s: the guest would arrive on another kind of network", dst.NetworkName, forwardWord(a), src.Name, forwardWord(b), dst.Name)
		case a.VirtualPort != b.VirtualPort:
			f.Phase = preflight.Prepare
			f.Reason = fmt.Sprintf("network %s has virtual port %q on %s and %q on %s", dst.NetworkName, a.VirtualPort, src.Name, b.VirtualPort, dst.Name)
		case a.Forward != b.Forward:
			f.Level = preflight.Warning
			f.Reason = fmt.Sprintf("network %s is %s on %s and %s on %s", dst.NetworkName, forwardWord(a), src.Name, forwardWord(b), dst.Name)
		case p.Req.NIC.Portgroup != "" && a.Portgroup(p.Req.NIC.Portgroup) != nil && b.Portgroup(p.Req.NIC.Portgroup) == nil:
			f.Level = preflight.Warning
			f.Reason = fmt.Sprintf("network %s has the port group %s on %s and not on %s", dst.NetworkName, p.Req.NIC.Portgroup, src.Name, dst.Name)
		default:
			return
		}
		p.Report(f)
	},
}

// forwardWord is a network's kind in a word or two.
func forwardWord(n *hostinfo.Network) string {
	switch {
	case n.DirectMode() != "":
		return "macvtap " + n.DirectMode()
	case n.Forward == "":
		return "isolated"
	case n.Forward == "bridge":
		return "the bridge " + n.Bridge
	}
	return n.Forward
}
