package rules

import (
	"fmt"
	"strings"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// PassthroughMACSetFails meets devices that keep their own address.
var PassthroughMACSetFails = &preflight.Rule{
	ID:       "passthrough-mac-set-fails",
	Level:    preflight.Warning,
	Phase:    preflight.Prepare,
	Scope:    preflight.PerDevice,
	CausedBy: []string{"vf-pf-down", "qeth-layer3"},
	Needs:    preflight.Helpful(preflight.Destination, preflight.Device, preflight.Hardware),
	Doc: `the device may refuse the guest's MAC address
In mode passthrough libvirt gives the guest's address to the device itself. IBM
Z's OSM and OSX cards, and OSA in layer 3, refuse: "Cannot set interface MAC to M
on 'D': Operation not supported" (blocked). A VF whose address the administrator
set through the physical function answers as its driver likes. For "Operation not
permitted" and "Cannot assign requested address" libvirt tries another way: it
sets the address through the physical function and binds the VF's driver anew. For
another answer ("Permission denied", of Intel's iavf) it gives up. A trusted VF
may change its address. Where the physical function may only repeat what
the VF itself chose, it is a note.`,
	Check: func(p *preflight.Pass) {
		e, mac := p.Side, p.Req.NIC.MAC
		if e.Mode != "passthrough" || mac == "" {
			return
		}
		if why := fixedAddress(e.Device.QETH); why != "" {
			p.Report(preflight.Finding{
				Level:            preflight.Blocked,
				DestinationValue: why,
				Reason:           fmt.Sprintf("mode passthrough gives the guest's MAC %s to %s on %s, and a device of this kind (%s) can't change its address", mac, e.Device.Name, e.Name, why),
				Hint:             "use mode bridge, or an OSD card in layer 2",
			})
			return
		}
		_, f := physicalOf(e, e.Device)
		if f == nil || unset(f.MAC) || f.MAC == mac || f.Trust == hostinfo.Yes || toleratedBefore(p.Req, f.MAC != e.Device.MAC) {
			return
		}
		out := preflight.Finding{
			DestinationValue: vfWord(e.Device.VF) + " has " + f.MAC,
			Reason:           fmt.Sprintf("the administrator of %s gave %s the address %s, and mode passthrough changes it to %s; whether the driver lets it is seen only then", e.Name, vfWord(e.Device.VF), f.MAC, mac),
			Hint:             hint("ip link set dev %s vf "+fmt.Sprint(f.Number)+" trust on, or vf "+fmt.Sprint(f.Number)+" mac %s before the VF's driver is bound", e.Device.VF.Parent, mac),
		}
		switch {
		case !takenForVF(e):
			out.Reason += "; it is named by an altname, so libvirt does not know it for a VF and does not try a second way"
		case f.MAC == e.Device.MAC: // many drivers show there what the VF itself chose
			out.Level = preflight.Note
			out.Reason = fmt.Sprintf("%s on %s is a VF with the address %s; if the administrator set it through %s, its driver may refuse %s", e.Device.Name, e.Name, f.MAC, e.Device.VF.Parent, mac)
		}
		p.Report(out)
	},
}

// fixedAddress says what keeps a qeth device from changing its address
// (qeth_l2_set_mac_address; the layer 3 discipline has no such call).
func fixedAddress(q *hostinfo.QETH) string {
	switch {
	case q == nil:
		return ""
	case strings.HasPrefix(q.CardType, "OSM"), strings.HasPrefix(q.CardType, "OSX"):
		return q.CardType
	case q.Layer2 == hostinfo.No:
		return "layer 3"
	}
	return ""
}

func unset(mac string) bool { return mac == "" || mac == "00:00:00:00:00:00" }

// toleratedBefore says whether the guest already runs on a VF of the source in
// the same circumstances: the physical function there shows an address too, and
// where the one here is surely the administrator's, so is that one.
func toleratedBefore(q *preflight.Requirement, sure bool) bool {
	src := q.Source
	if src.Device == nil || src.Macvtap == nil || src.Mode != "passthrough" {
		return false
	}
	_, f := physicalOf(src, src.Device)
	return f != nil && !unset(f.MAC) && (!sure || f.MAC != q.NIC.MAC)
}
