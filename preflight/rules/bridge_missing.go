package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/hostinfo/shell"
	"migcheck/preflight"
)

// BridgeMissing looks for the bridge of a NIC on the destination.
var BridgeMissing = &preflight.Rule{
	ID:            "bridge-missing",
	Level:         preflight.Blocked,
	Phase:         preflight.Prepare,
	Scope:         preflight.PerDevice,
	About:         preflight.OnBridge,
	WithoutDevice: true,
	CausedBy:      []string{"source-dev-other-netns"},
	Applies:       func(p *preflight.Pass) bool { return !p.Side.OVS },
	Needs:         preflight.Essential(preflight.Destination, preflight.Devices),
	Doc: `the NIC's bridge is not on the destination
libvirt makes the guest's tap a port of the bridge of that name. Without it the
migration is refused before anything is copied: "Cannot get interface MTU on 'B':
No such device", or, for a NIC with <mtu>, "Unable to add bridge B port vnetN: No
such device". A device of that name that is no bridge of the kernel's is refused,
too: "Unable to add bridge B port vnetN: Operation not supported". So is a
bridge of Open vSwitch's for a NIC without <virtualport type='openvswitch'/>.`,
	Check: func(p *preflight.Pass) {
		e := p.Side
		d := e.Device
		f := preflight.Finding{SourceValue: p.Req.Source.Describe(), DestinationValue: "absent"}
		switch {
		case e.View.Setup.DaemonElsewhere == hostinfo.Yes:
		case d == nil:
			f.Reason = fmt.Sprintf("%s has no bridge %s for the guest's tap", e.Name, e.Wanted)
			f.Hint = otherBridge(e)
			f.Fix = bridgeAnew(p.Req.Source, e)
			p.Report(f)
		case d.Kind == hostinfo.KindBridge:
		case d.Kind == hostinfo.KindUnknown:
			f.DestinationValue = "of unknown kind"
			f.Reason = fmt.Sprintf("whether %s on %s is a bridge could not be read", e.Wanted, e.Name)
			f.Hint = hint("ip -details link show dev %s on %s shows it", e.Wanted, e.Name)
			p.Undecided(f)
		case d.Kind == hostinfo.KindOpenVSwitch:
			f.DestinationValue = "a bridge of Open vSwitch"
			f.Reason = fmt.Sprintf("%s on %s is Open vSwitch's, and the NIC has no <virtualport type='openvswitch'/>: libvirt can't add its tap", e.Wanted, e.Name)
			f.Hint = otherBridge(e)
			p.Report(f)
		default:
			f.DestinationValue = "a " + kindWord(d)
			f.Reason = fmt.Sprintf("%s on %s is a %s and no bridge: libvirt can't add the guest's tap", e.Wanted, e.Name, kindWord(d))
			f.Hint = otherBridge(e)
			p.Report(f)
		}
	},
}

// otherBridge says what can be done about a bridge that is not what it should be.
func otherBridge(e *preflight.Endpoint) string {
	if e.NetworkName != "" {
		return hint("create it on %s, or let the network there name another bridge: virsh net-edit %s", e.Name, e.NetworkName)
	}
	return hint("create it on %s, or give the NIC a libvirt network, which each host resolves by itself", e.Name)
}

// bridgeAnew are the commands that make the source's bridge on the destination,
// over the uplink of the same name there: a VLAN that nothing else uses, so that
// it costs the host nothing.
func bridgeAnew(src, dst *preflight.Endpoint) []string {
	if src.View == nil || !src.Bridged || src.Device == nil || src.Device.Kind != hostinfo.KindBridge || src.Device.Filters() || len(dst.Wanted) > maxName {
		return nil
	}
	up := src.View.Links.Uplinks(src.Device)
	if len(up) != 1 || up[0].VLAN == nil {
		return nil
	}
	d := dst.View.Links.ByName(up[0].Name)
	if d == nil || d.VLAN == nil || *d.VLAN != *up[0].VLAN || inUse(dst, d) {
		return nil
	}
	name, uplink := shell.Quote(dst.Wanted), shell.Quote(d.Name)
	return commands("ip link add name "+name+" type bridge",
		"ip link set dev "+uplink+" master "+name,
		"ip link set dev "+name+" up")
}
