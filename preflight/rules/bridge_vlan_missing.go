package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/hostinfo/shell"
	"migcheck/preflight"
)

// BridgeVLANMissing looks whether the guest's VLANs may pass the bridge's uplinks.
var BridgeVLANMissing = &preflight.Rule{
	ID:       "bridge-vlan-missing",
	Level:    preflight.Blocked,
	Phase:    preflight.Silent,
	Scope:    preflight.PerPair,
	About:    preflight.OnBridge,
	CausedBy: []string{"bridge-missing", "ovs-bridge-missing", "bridge-uplink-down"},
	Needs:    preflight.Essential(preflight.Destination, preflight.Device, preflight.BridgeVLANs),
	Doc: `the bridge's uplink is not in the guest's VLAN on the destination
A bridge with vlan_filtering passes a frame only where the port is a member of its
VLAN. libvirt before 11.0 leaves a new tap in the bridge's VLAN for new ports
(vlan_default_pvid, 1 unless somebody changed it; none with 0), later ones set what
the NIC's <vlan> says. If no uplink is in that VLAN, the guest is mute, and the
migration is a success. Where somebody else gave the guest's port its VLANs on the
source (a libvirt hook, a script), migcheck looks for these on the destination's
uplinks; whether somebody sets them there, too, can't be told: undecided.`,
	Value: func(e *preflight.Endpoint) string { return portWord(e) },
	Check: func(p *preflight.Pass) {
		e := p.Req.Destination
		up := e.View.Links.Uplinks(e.Device)
		if e.Port == nil || len(up) == 0 {
			return
		}
		if len(e.Port.VLANs) == 0 {
			p.Report(preflight.Finding{
				Reason: fmt.Sprintf("a new port of %s on %s is in no VLAN (vlan_default_pvid is 0), so the guest's frames are dropped there", e.Wanted, e.Name),
				Hint:   hint("ip link set dev %s type bridge vlan_default_pvid N on %s, or a libvirt hook that sets the port's VLANs", e.Device.Name, e.Name),
			})
			return
		}
		for _, r := range e.Port.VLANs {
			if id := firstMissing(up, r); id > 0 {
				p.Report(preflight.Finding{
					Reason: fmt.Sprintf("the guest's port of %s is in VLAN %d, which no uplink of the bridge on %s passes", e.Wanted, id, e.Name),
					Hint:   "compare bridge vlan show on both hosts; whether the switch port carries that VLAN, too, is for the switch to say",
					Fix:    passVLAN(p, up[0], id),
				})
				return
			}
		}
		if e.ByHand {
			p.Undecided(preflight.Finding{
				Reason: fmt.Sprintf("somebody other than libvirt put the guest's port %s on %s into VLAN %s; whether that is done on %s, too, can't be told", p.Req.Source.Tap.Name, p.Req.Source.Name, portWord(e), e.Name),
				Hint:   "look for a libvirt hook or a script that does it on both hosts, then --allow bridge-vlan-missing",
			})
		}
	},
}

// passVLAN are the commands that let the guest's frames of a VLAN leave by the uplink
// as they leave the source: with that tag, or without one where the uplink takes
// untagged frames for no other VLAN. None where neither is the same.
func passVLAN(p *preflight.Pass, up *hostinfo.Device, id int) []string {
	src, dst := p.Req.Source, p.Req.Destination
	add := fmt.Sprintf("bridge vlan add dev %s vid %d", shell.Quote(up.Name), id)
	if id != dst.Port.PVID() { // the guest's own tag, which stays
		return commands(add)
	}
	if src.View == nil || src.Device == nil {
		return nil
	}
	here, _ := tagsOf(src)
	below, known := tagsOf(&preflight.Endpoint{View: dst.View, Device: up})
	switch {
	case !known:
		return nil
	case here == joinTags(fmt.Sprintf("VLAN %d", id), below):
		return commands(add)
	case here == below && up.BridgePort.PVID() == 0:
		return commands(add + " pvid untagged")
	}
	return nil
}

// firstMissing is the first VLAN of a range that no uplink is a member of; 0 if
// there is none.
func firstMissing(up []*hostinfo.Device, r hostinfo.VLANRange) int {
next:
	for id := r.First; id <= r.Last; {
		for _, u := range up {
			switch m, out := memberOf(u, id); {
			case m != nil:
				id = m.Last + 1
				continue next
			case out:
				return 0
			}
		}
		return id
	}
	return 0
}

// portWord is which VLANs the guest's port has, or will have, for people.
func portWord(e *preflight.Endpoint) string {
	switch {
	case e.Port == nil:
		return ""
	case len(e.Port.VLANs) == 0:
		return "no VLAN"
	}
	return e.Port.String()
}
