package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/hostinfo/shell"
)

// shutOut says why a bridge drops the frames of what stands on it, and what helps; ""
// if it does not. By is the VLAN whose tag they have, nil if they have none. A bridge
// that filters takes them in as by a port of its own (br_dev_xmit), and hands what comes
// for them up by it (br_pass_frame_up). One without uplinks serves this host alone. A
// bridge that tags by 802.1ad is not told from others.
func shutOut(links *hostinfo.Links, by *hostinfo.VLAN, bridge *hostinfo.Device) (why string, fix []string) {
	up := uplinks(links.Ports(bridge))
	id, tagged, ok := comesInto(by, bridge)
	if !ok || len(up) == 0 {
		return "", nil
	}
	name, flags := shell.Quote(bridge.Name), ""
	if !tagged {
		flags = " pvid untagged"
	}
	self := func(id int) []string {
		return commands(fmt.Sprintf("bridge vlan add dev %s vid %d%s self", name, id, flags))
	}
	switch m := bridge.BridgePort.Member(id); {
	case m == nil && tagged:
		return fmt.Sprintf("%s itself is not in VLAN %d, so it drops its frames", bridge.Name, id), self(id)
	case m == nil:
		return bridge.Name + " itself has no VLAN for untagged frames (no PVID), so it drops them", nil
	case tagged && m.Untagged && m.PVID: // the host's own untagged frames may need it
		return fmt.Sprintf("%s takes VLAN %d for its own untagged frames, so what stands on it in that VLAN gets none", bridge.Name, id), nil
	case tagged && m.Untagged:
		return fmt.Sprintf("%s takes off the tag of VLAN %d before it hands frames up, so they reach nothing in that VLAN", bridge.Name, id), self(id)
	case !tagged && !m.Untagged:
		return fmt.Sprintf("%s leaves the tag of its own VLAN %d on the frames that it hands up", bridge.Name, id), self(id)
	case firstMissing(up, hostinfo.VLANRange{First: id, Last: id}) != 0:
		why = fmt.Sprintf("no uplink of %s is in VLAN %d, so the bridge drops its frames", bridge.Name, id)
		if tagged { // else whether they are to leave with the tag can't be told
			fix = commands(fmt.Sprintf("bridge vlan add dev %s vid %d", shell.Quote(up[0].Name), id))
		}
		return why, fix
	}
	return "", nil
}

// comesInto is the VLAN of a bridge that frames come into which have the tag of a VLAN
// that stands on it, or no tag where that is nil; 0 if they are dropped. It is not ok for
// a bridge that does not filter by VLAN, and where that, its own VLANs or what it makes
// of the tag is not known.
func comesInto(by *hostinfo.VLAN, bridge *hostinfo.Device) (id int, tagged, ok bool) {
	if bridge.Bridge == nil || bridge.Bridge.VLANFiltering != hostinfo.Yes || bridge.BridgePort == nil {
		return 0, false, false
	}
	switch {
	case by == nil:
		return bridge.BridgePort.PVID(), false, true
	case by.Protocol != "802.1Q" || by.ID == 0:
		return 0, false, false
	}
	return by.ID, true, true
}

// behindBridge is what tagsOf says of frames that a filtering bridge takes in, below the
// tag by which it does so. It is not ok where nothing special is known of the bridge.
func (d *descent) behindBridge(bridge *hostinfo.Device) (tags string, sure, ok bool) {
	id, tagged, ok := comesInto(d.by, bridge)
	up := uplinks(d.e.View.Links.Ports(bridge))
	if !ok || len(up) == 0 {
		return "", false, false
	}
	for _, u := range up {
		if u.BridgePort == nil {
			return "", false, false
		}
	}
	below, sure := d.bridgedTags(d.e, bridge, &hostinfo.BridgePort{VLANs: []hostinfo.VLANRange{{First: id, Last: id, PVID: true}}})
	if below == "" || below == "no uplink" {
		return below, false, true
	}
	if tagged {
		return joinTags(d.within, below), sure, true
	}
	return joinTags(d.tags, below), sure, true
}
