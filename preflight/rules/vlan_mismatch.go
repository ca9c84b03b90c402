package rules

import (
	"cmp"
	"fmt"
	"strings"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// VLANMismatch meets devices of one name on two networks.
var VLANMismatch = &preflight.Rule{
	ID:       "vlan-mismatch",
	Level:    preflight.Blocked,
	Phase:    preflight.Silent,
	Scope:    preflight.PerPair,
	About:    preflight.OnAnything,
	CausedBy: []string{"lowerdev-not-ethernet", "bridge-missing", "ovs-bridge-missing", "bridge-uplink-down", "bridge-vlan-missing", "network-forward-mismatch"},
	Needs: append(preflight.Essential(preflight.Source, preflight.Device, preflight.VLANs),
		preflight.Essential(preflight.Destination, preflight.Device, preflight.VLANs)...),
	Doc: `the devices carry different VLANs under one name
A name like bond0.623 proves nothing; the VLAN id is a property of the device.
With another id or protocol, or with a VLAN on one side only, the migration is
reported as a success and the guest is on the wrong network. Of a bridge what
counts is the tag that the guest's frames have where they leave the host. A VXLAN's id
(VNI), or a GENEVE tunnel's, is no more in its name than a VLAN's. Where the
destination's switch port is an access port of the same VLAN, a plain device
there is right: waive the finding then.`,
	Value: func(e *preflight.Endpoint) string { tags, _ := tagsOf(e); return tags },
	Check: func(p *preflight.Pass) {
		src, dst := p.Req.Source, p.Req.Destination
		if dst.Bridged || src.Bridged {
			bridgedMismatch(p)
			return
		}
		a, sure := tagsOf(src)
		b, alsoSure := tagsOf(dst)
		switch {
		case a == "no uplink" || b == "no uplink": // lowerdev-no-carrier
		case a == "" || b == "":
			p.Undecided(preflight.Finding{
				Reason: fmt.Sprintf("which VLAN %s leads to on %s and %s on %s could not be read", src.Wanted, src.Name, dst.Wanted, dst.Name),
				Hint:   "look at both, and if they lead to one network, --allow vlan-mismatch",
			})
		case a == b:
		case !sure || !alsoSure:
			p.Undecided(preflight.Finding{
				Hint:   "look at both, and if they lead to one network, --allow vlan-mismatch",
				Reason: both(src, dst, a, b) + "; whether that is one network can't be told",
			})
		default:
			fit, advice := suggest(p.Req)
			if advice == "" && dst.Device.VLAN != nil && inUse(dst, dst.Device) {
				advice = dst.Wanted + " there may be in use by others; make a device of another name, and let the NIC name that"
			}
			if advice != "" {
				advice += "; or, "
			}
			p.Report(keepVLAN(preflight.Finding{
				Reason:  both(src, dst, a, b) + ": the guest would arrive on another network, and libvirt would call it a success",
				Fix:     recreate(src, dst),
				Suggest: fit,
				Hint:    advice + sameAfterAll(src, dst),
			}, src, dst))
		}
	},
}

// sameAfterAll is when another tag is right.
func sameAfterAll(src, dst *preflight.Endpoint) string {
	if src.Device.IsTunnel() || dst.Device.IsTunnel() {
		return "if both lead to one network all the same, --allow vlan-mismatch"
	}
	return "if the switch port of " + dst.Name + " is an access port of the same VLAN, --allow vlan-mismatch"
}

// tagsOf is all VLAN tags that a frame gets on its way down the stack, with the VXLAN
// that it travels in, and whether that is sure: a bridge may lead to several networks.
// "" is a layer that could not be read.
func tagsOf(e *preflight.Endpoint) (tags string, sure bool) {
	return crossed{}.tagsOf(e)
}

func (c crossed) tagsOf(e *preflight.Endpoint) (tags string, sure bool) {
	if e.Bridged {
		return c.bridgedTags(e, e.Device, e.Port)
	}
	d := &descent{e: e, crossed: c}
	at := e.Device
	for range 16 {
		tags, sure, done := d.pass(at)
		if done {
			return tags, sure
		}
		below := e.View.Links.Below(at)
		if at.Kind == hostinfo.KindBridge {
			if below = uplinks(below); len(below) > 1 {
				return strings.TrimPrefix(d.tags+" behind a bridge with several uplinks", " "), false
			}
		}
		if len(below) == 0 {
			break
		}
		at = below[0]
	}
	return cmp.Or(d.tags, "untagged"), true
}

// crossed is what was found behind switches, each asked once: what leads back to one
// leads nowhere.
type crossed map[crossing]behind

type crossing struct {
	sw   *hostinfo.Device
	vlan int // of the port by which it is entered; -1 if it has none
}

type behind struct {
	tags string
	sure bool
}

// descent is a frame on its way down a stack.
type descent struct {
	crossed
	e      *preflight.Endpoint
	tags   string         // those that it has
	by     *hostinfo.VLAN // the outermost of them; nil if there is none
	within string         // the others
}

// pass takes the frame through one layer. It is done where what is below does not
// matter, or the layer could not be read.
func (d *descent) pass(at *hostinfo.Device) (tags string, sure, done bool) {
	switch at.Kind {
	case hostinfo.KindUnknown:
		return "", false, true
	case hostinfo.KindVLAN:
		if at.VLAN == nil {
			return "", false, true
		}
		d.within, d.by = d.tags, at.VLAN
		d.tags = joinTags(d.tags, vlanName(at.VLAN))
	case hostinfo.KindVXLAN, hostinfo.KindGeneve:
		if at.Tunnel == nil {
			return "", false, true
		}
		return joinTags(d.tags, fmt.Sprintf("%s %d", strings.ToUpper(at.Kind), at.Tunnel.VNI)), true, true
	case hostinfo.KindOpenVSwitch:
		below, sure := d.bridgedTags(d.e, at, nil)
		if below == "no uplink" {
			return below, false, true
		}
		return joinTags(d.tags, below), sure, true
	case hostinfo.KindBridge:
		return d.behindBridge(at)
	}
	return "", false, false
}

func vlanName(v *hostinfo.VLAN) string {
	if v.Protocol == "802.1Q" || v.Protocol == "" {
		return fmt.Sprintf("VLAN %d", v.ID)
	}
	return fmt.Sprintf("VLAN %d (%s)", v.ID, v.Protocol)
}

// uplinks are the ports of a bridge that can lead out of the host; the rest
// are guests and containers.
func uplinks(ports []*hostinfo.Device) []*hostinfo.Device {
	var out []*hostinfo.Device
	for _, p := range ports {
		if p.LeadsOut() {
			out = append(out, p)
		}
	}
	return out
}
