package rules

import (
	"fmt"
	"slices"
	"strings"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// PassthroughLowerdevSideEffects tells what mode passthrough does to the host.
var PassthroughLowerdevSideEffects = &preflight.Rule{
	ID:               "passthrough-lowerdev-side-effects",
	Level:            preflight.Note,
	Phase:            preflight.Silent,
	Scope:            preflight.PerPair, // what the destination's host loses is new there, whatever the source's did
	Posture:          true,
	RegardlessOfLink: true, // the host is harmed, not the guest
	Needs:            preflight.Essential(preflight.Destination, preflight.Device),
	Doc: `mode passthrough changes the destination's device
Before anything is copied, while the guest still runs on the source, libvirt
gives the guest's MAC address to the destination's device and sets the VLAN of a
VF to the NIC's, or to none. The guest then gets the device's frames, and
"virsh suspend" sets the device down, with all that stands on it. The old address
comes back when the guest leaves. So the device must be the guest's alone: blocked
if the host itself has an IP address or its default route there, since the host
would be cut off; libvirt does not ask.`,
	Check: func(p *preflight.Pass) {
		e := p.Req.Destination
		if e.Mode != "passthrough" {
			return
		}
		if why := hostsOwn(e); why != "" {
			p.Report(preflight.Finding{
				Level: preflight.Blocked, DestinationValue: why,
				Reason: fmt.Sprintf("%s itself uses %s (%s): mode passthrough would hand its frames to the guest and set it down whenever the guest is suspended", e.Name, e.Device.Name, why),
				Hint:   "let the NIC name a device that the host does not use, or use mode bridge",
			})
			return
		}
		if g := e.View.Missing(hostinfo.FactAddresses, e.Device.Name); g != nil {
			p.Undecided(preflight.Finding{
				Reason: fmt.Sprintf("mode passthrough takes %s away from %s; whether the host has its own addresses there could not be read: %s", e.Device.Name, e.Name, g.Reason),
				Hint:   hint("ip address show dev %s on %s; if there is none but link-local ones, --allow passthrough-lowerdev-side-effects", e.Device.Name, e.Name),
			})
			return
		}
		if vlanLost(p, e) {
			return
		}
		p.Report(preflight.Finding{
			Reason: fmt.Sprintf("mode passthrough gives the guest's MAC address to %s on %s before the guest is there, and sets the device down whenever the guest is suspended", e.Device.Name, e.Name),
		})
	},
}

// hostsOwn says what of the host's own network stands on the endpoint's device:
// the addresses on it and on all above, and the default route. "" is nothing.
func hostsOwn(e *preflight.Endpoint) string {
	var out []string
	for _, d := range append([]*hostinfo.Device{e.Device}, above(e, e.Device)...) {
		if len(d.Addresses) > 0 {
			out = append(out, d.Addresses[0]+" on "+d.Name)
		}
		if slices.Contains(e.View.Setup.DefaultRoutes, d.Name) {
			out = append(out, "the default route by "+d.Name)
		}
	}
	if len(out) > 4 {
		out = append(out[:4], "and more")
	}
	return strings.Join(out, ", ")
}

// vlanLost reports a VF whose VLAN libvirt takes away because the NIC asks for
// none (virNetDevSetNetConfig), unless the guest lives without it already.
func vlanLost(p *preflight.Pass, e *preflight.Endpoint) bool {
	_, f := physicalOf(e, e.Device)
	tags, _ := tagsInEffect(p, e)
	if f == nil || f.VLAN == 0 || len(tags) > 0 || !takenForVF(e) || portInEffect(p, e) == "802.1Qbh" {
		return false
	}
	src, level, why := p.Req.Source, preflight.Warning, ""
	if src.Device != nil && src.Mode == "passthrough" {
		if _, before := physicalOf(src, src.Device); before != nil {
			switch before.VLAN {
			case 0:
				return false
			case f.VLAN:
				level, why = preflight.Blocked, "; on "+src.Name+" the guest is in that VLAN"
			}
		}
	}
	p.Report(preflight.Finding{
		Level: level, DestinationValue: fmt.Sprintf("VLAN %d set through %s", f.VLAN, e.Device.VF.Parent),
		Reason: fmt.Sprintf("%s on %s is a VF in VLAN %d, and libvirt takes it out of the VLAN because the NIC asks for none%s", e.Device.Name, e.Name, f.VLAN, why),
		Hint:   fmt.Sprintf("<vlan><tag id='%d'/></vlan> in the guest's definition, or in the network's", f.VLAN),
	})
	return true
}
