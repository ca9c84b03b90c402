package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// VLANTagUnsupported meets NICs that ask libvirt for a VLAN tag in vain.
var VLANTagUnsupported = &preflight.Rule{
	ID:       "vlan-tag-unsupported",
	Level:    preflight.Blocked,
	Phase:    preflight.Prepare,
	Scope:    preflight.PerDevice,
	About:    preflight.OnAnything,
	AboutNIC: true,
	CausedBy: []string{"network-forward-mismatch"},
	Needs:    preflight.Essential(preflight.Destination, preflight.Device),
	Doc: `the NIC asks for a VLAN tag that its device can't set
libvirt can tag a macvtap's frames on an SR-IOV VF in mode passthrough only, with
one tag. The tag may stand in the NIC's definition, or in the destination's
network or port group. Otherwise the migration is refused: "interface MAC - vlan
tag not supported for this connection type", "vlan can only be set for SR-IOV VFs,
but D is not a VF", "vlan trunking is not supported by SR-IOV network devices". On
a bridge of the kernel's libvirt sets tags since 11.0, and they count where it
filters by VLAN; Open vSwitch takes them. A VF that is named by an altname counts
as no VF. Let the NIC name a VLAN device instead.`,
	Check: func(p *preflight.Pass) {
		e := p.Side
		tags, trunk := tagsInEffect(p, e)
		if len(tags) > 0 && e.Bridged {
			tagOnBridge(p, e, tags)
			return
		}
		if len(tags) == 0 || e.Mode == "" {
			return
		}
		f := preflight.Finding{DestinationValue: tagWord(tags) + ", mode " + e.Mode, Hint: withoutTag(e)}
		why := ""
		switch {
		case e.Mode != "passthrough":
			why = "libvirt sets a tag in mode passthrough only, and this is mode " + e.Mode
		case trunk:
			why = "a VF takes one tag, and this is a trunk"
		case portInEffect(p, e) == "802.1Qbh":
			why = "with a virtual port of type 802.1Qbh the switch decides the VLAN"
		case takenForVF(e):
			return
		case e.Device.VF != nil:
			f.Subject.Device = e.Wanted
			why = e.Wanted + " is an altname, by which libvirt does not recognise the VF " + e.Device.Name
			f.Hint = "name the VF " + e.Device.Name + " in the guest's definition, or in the network's"
		case e.View.Missing(hostinfo.FactHardware, e.Device.Name) != nil:
			f.Subject.Device = e.Wanted
			f.Reason = fmt.Sprintf("the NIC asks for %s on %s, which only a VF can set; whether %s is one could not be read: %s",
				tagWord(tags), e.Name, e.Device.Name, e.View.Missing(hostinfo.FactHardware, e.Device.Name).Reason)
			p.Undecided(f)
			return
		default:
			f.Subject.Device = e.Wanted
			why = e.Device.Name + " is no SR-IOV VF"
		}
		f.Reason = fmt.Sprintf("the NIC asks for %s on %s: %s", tagWord(tags), e.Name, why)
		p.Report(f)
	},
}

func withoutTag(e *preflight.Endpoint) string {
	if e.NetworkName != "" {
		return hint("take <vlan> out of the guest's definition or of the network: virsh net-edit %s; a VLAN device does the same", e.NetworkName)
	}
	return "take <vlan> out of the guest's definition and let the NIC name a VLAN device"
}

// tagOnBridge speaks of tags for a bridge's port.
func tagOnBridge(p *preflight.Pass, e *preflight.Endpoint, tags []int) {
	d := e.Device
	if e.OVS || d.Kind != hostinfo.KindBridge {
		return
	}
	f := preflight.Finding{Subject: preflight.Subject{Device: e.Wanted}, DestinationValue: tagWord(tags) + " on a bridge", Hint: withoutTag(e)}
	switch old := e.View.LibvirtBefore(11, 0); {
	case old == hostinfo.Yes:
		f.Reason = fmt.Sprintf("the NIC asks for %s on the bridge %s, which libvirt before 11.0 on %s does not set", tagWord(tags), e.Wanted, e.Name)
		p.Report(f)
	case !old.Known():
		f.Reason = fmt.Sprintf("the NIC asks for %s on the bridge %s of %s, which libvirt sets since 11.0; its version could not be read", tagWord(tags), e.Wanted, e.Name)
		p.Undecided(f)
	case d.Bridge != nil && d.Bridge.VLANFiltering == hostinfo.No:
		f.Level, f.Phase = preflight.Warning, preflight.Silent
		f.Reason = fmt.Sprintf("the NIC asks for %s, and the bridge %s on %s does not filter by VLAN: the tag has no effect there", tagWord(tags), e.Wanted, e.Name)
		f.Hint = "let the bridge filter by VLAN (vlan_filtering 1), but give its ports and itself their VLANs first: without them it drops all tagged frames, the host's own too"
		p.Report(f)
	}
}
