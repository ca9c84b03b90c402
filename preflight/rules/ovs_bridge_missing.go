package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// OVSBridgeMissing looks for the Open vSwitch bridge of a NIC.
var OVSBridgeMissing = &preflight.Rule{
	ID:            "ovs-bridge-missing",
	Level:         preflight.Blocked,
	Phase:         preflight.Prepare,
	Scope:         preflight.PerDevice,
	About:         preflight.OnBridge,
	WithoutDevice: true,
	CausedBy:      []string{"source-dev-other-netns"},
	Applies:       func(p *preflight.Pass) bool { return p.Side.OVS },
	Needs:         preflight.Essential(preflight.Destination, preflight.Devices),
	Doc: `the NIC's Open vSwitch bridge is not on the destination
With <virtualport type='openvswitch'/> libvirt has ovs-vsctl add the guest's tap to
the bridge. If there is none of that name the migration is refused: "Cannot get
interface MTU on 'B': No such device", or, where a device has the name that is not
Open vSwitch's (a Linux bridge, say), "Unable to add port vnetN to OVS bridge B:
ovs-vsctl: no bridge named B". A bridge of the userspace datapath (DPDK) looks like
any tap: undecided.`,
	Check: func(p *preflight.Pass) {
		e := p.Side
		d := e.Device
		f := preflight.Finding{
			SourceValue: p.Req.Source.Describe(), DestinationValue: "absent",
			Hint: otherBridge(e),
		}
		switch {
		case e.View.Setup.DaemonElsewhere == hostinfo.Yes:
		case d == nil:
			f.Reason = fmt.Sprintf("%s has no Open vSwitch bridge %s for the guest's tap", e.Name, e.Wanted)
			p.Report(f)
		case d.Kind == hostinfo.KindOpenVSwitch:
		case d.Kind == hostinfo.KindUnknown, d.Kind == hostinfo.KindTun:
			f.DestinationValue = kindWord(d)
			f.Reason = fmt.Sprintf("%s on %s is a %s: whether it is a bridge of Open vSwitch can't be told", e.Wanted, e.Name, kindWord(d))
			f.Hint = hint("ovs-vsctl br-exists %s on %s as root says so by its exit status", e.Wanted, e.Name)
			p.Undecided(f)
		default:
			f.DestinationValue = "a " + kindWord(d)
			f.Reason = fmt.Sprintf("the NIC wants the Open vSwitch bridge %s, and %s on %s is a %s", e.Wanted, e.Wanted, e.Name, kindWord(d))
			p.Report(f)
		}
	},
}
