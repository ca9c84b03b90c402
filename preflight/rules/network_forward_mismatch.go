package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// NetworkForwardMismatch compares the two definitions of a NIC's network.
var NetworkForwardMismatch = &preflight.Rule{
	ID:            "network-forward-mismatch",
	Level:         preflight.Blocked,
	Phase:         preflight.Silent,
	Scope:         preflight.PerPair,
	About:         preflight.OnAnything,
	WithoutDevice: true,
	AboutNIC:      true,
	Needs: append(preflight.Essential(preflight.Source, preflight.Networks),
		preflight.Essential(preflight.Destination, preflight.Networks)...),
	Doc: `the libvirt network is another kind of network on the destination
The two hosts define a network of the same name differently: macvtap here and
NAT there, another macvtap mode, another virtual port or VLAN tag, a port group that
is missing. libvirt compares none of it: the guest moves, say, from the LAN
behind a NAT. Only where one of the two hands PCI devices through does it fail: the
transient half of a teaming pair must be one ("teaming transient device must be
type='hostdev'"), and QEMU can't make one of another device while it copies. Compare
virsh net-dumpxml on both hosts.`,
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
			Hint: compareNetworks(dst),
		}
		port, tags := portSettings(a, p.Req.NIC.Portgroup)
		otherPort, otherTags := portSettings(b, p.Req.NIC.Portgroup)
		switch {
		case (a.Forward == hostdev) != (b.Forward == hostdev):
			f.Phase = preflight.Transfer
			if p.Req.NIC.TeamingType == transient {
				f.Phase = preflight.Prepare
			}
			f.Reason = fmt.Sprintf("network %s is %s on %s and %s on %s: the guest would get another device than it has", dst.NetworkName, forwardWord(a), src.Name, forwardWord(b), dst.Name)
		case (a.DirectMode() == "") != (b.DirectMode() == "") && bridgedHere(a) && bridgedHere(b):
			if src.Device == nil || dst.Device == nil {
				return
			}
			f.Level = preflight.Note
			f.Reason = fmt.Sprintf("network %s is %s on %s and %s on %s; where they lead is judged apart", dst.NetworkName, forwardWord(a), src.Name, forwardWord(b), dst.Name)
		case bridgedHere(a) != bridgedHere(b):
			f.Reason = fmt.Sprintf("network %s is %s on %s and %s on %s: the guest would arrive on another kind of network", dst.NetworkName, forwardWord(a), src.Name, forwardWord(b), dst.Name)
		case port != otherPort && src.Bridged && dst.Bridged:
			f.Level = preflight.Warning
			f.SourceValue, f.DestinationValue = "virtual port "+cmp.Or(port, "none"), "virtual port "+cmp.Or(otherPort, "none")
			f.Reason = fmt.Sprintf("network %s is another kind of bridge on %s: virtual port %q there, and %q on %s", dst.NetworkName, dst.Name, otherPort, port, src.Name)
		case port != otherPort:
			f.Phase = preflight.Prepare
			f.SourceValue, f.DestinationValue = "virtual port "+cmp.Or(port, "none"), "virtual port "+cmp.Or(otherPort, "none")
			f.Reason = fmt.Sprintf("network %s has virtual port %q on %s and %q on %s", dst.NetworkName, port, src.Name, otherPort, dst.Name)
		case !slices.Equal(tags, otherTags) && !oneVLAN(src, dst):
			f.SourceValue, f.DestinationValue = tagWord(tags), tagWord(otherTags)
			f.Reason = fmt.Sprintf("network %s sends the guest's frames with %s on %s and with %s on %s", dst.NetworkName, f.SourceValue, src.Name, f.DestinationValue, dst.Name)
		case a.Forward != b.Forward:
			f.Level = preflight.Warning
			f.Reason = fmt.Sprintf("network %s is %s on %s and %s on %s", dst.NetworkName, forwardWord(a), src.Name, forwardWord(b), dst.Name)
		case p.Req.NIC.Portgroup != "" && a.Portgroup(p.Req.NIC.Portgroup) != nil && b.Portgroup(p.Req.NIC.Portgroup) == nil:
			f.Level = preflight.Warning
			f.SourceValue, f.DestinationValue = "port group "+p.Req.NIC.Portgroup, "no such port group"
			f.Reason = fmt.Sprintf("network %s has the port group %s on %s and not on %s", dst.NetworkName, p.Req.NIC.Portgroup, src.Name, dst.Name)
		default:
			return
		}
		p.Report(f)
	},
}

// oneVLAN says whether frames leave both hosts by Open vSwitch in one VLAN for
// certain, whoever tags them: the network, or a device below.
func oneVLAN(src, dst *preflight.Endpoint) bool {
	if !src.OVS || !dst.OVS || src.Device == nil || dst.Device == nil {
		return false
	}
	a, sure := tagsOf(src)
	b, alsoSure := tagsOf(dst)
	return a == b && sure && alsoSure
}

// bridgedHere says whether a network's guests stand on a bridge of the host's or
// on a device of its, which the other rules look through.
func bridgedHere(n *hostinfo.Network) bool { return n.Forward == "bridge" || n.DirectMode() != "" }

// portSettings are the virtual port and the VLAN tags that a network gives to a
// NIC of the port group (virDomainNetGetActualVirtPortProfile).
func portSettings(n *hostinfo.Network, portgroup string) (port string, tags []int) {
	port, tags = n.VirtualPort, n.VLANTags
	if pg := n.Portgroup(portgroup); pg != nil {
		port = cmp.Or(pg.VirtualPort, port)
		if len(pg.VLANTags) > 0 {
			tags = pg.VLANTags
		}
	}
	return port, tags
}

// tagWord is a list of VLAN ids for people.
func tagWord(tags []int) string {
	switch len(tags) {
	case 0:
		return "no VLAN tag"
	case 1:
		return fmt.Sprintf("VLAN %d", tags[0])
	}
	return "VLANs " + strings.Trim(fmt.Sprint(tags), "[]")
}

func compareNetworks(dst *preflight.Endpoint) string {
	return hint("compare virsh net-dumpxml %s on both hosts", dst.NetworkName)
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
	case n.Forward == hostdev:
		return "handed-through PCI devices"
	}
	return n.Forward
}
