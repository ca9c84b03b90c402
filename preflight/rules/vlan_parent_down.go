package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/hostinfo/shell"
	"migcheck/preflight"
)

// VLANParentDown meets VLANs that libvirt can't set up.
var VLANParentDown = &preflight.Rule{
	ID:    "vlan-parent-down",
	Level: preflight.Blocked,
	Phase: preflight.Finish,
	Scope: preflight.PerDevice,
	Needs: preflight.Essential(preflight.Destination, preflight.Device, preflight.VLANs, preflight.Flags),
	Doc: `the VLAN is down and so is the device below it
libvirt sets the NIC's device up by itself, but never what is below it, and a
VLAN can't be set up over a device that is down. It tries when all memory has
been copied: "Cannot set interface flags on 'D': Network is down". The guest
goes on on the source, and the copy was for nothing. (A VLAN with loose_binding
can be set up, and then reaches nothing: lowerdev-no-carrier.)`,
	Check: func(p *preflight.Pass) {
		e := p.Side
		d, parent := e.Device, e.Parent()
		if d.VLAN == nil || d.Up != hostinfo.No || parent == nil || parent.Up != hostinfo.No || d.VLAN.LooseBinding == hostinfo.Yes {
			return
		}
		down := downBelow(e, d)
		p.Report(keepUp(preflight.Finding{
			DestinationValue: d.Name + " down, " + parent.Name + " down",
			Reason:           fmt.Sprintf("%s is down on %s and so is %s below it, which libvirt does not set up", d.Name, e.Name, parent.Name),
			Fix:              setUp(down),
		}, e, down))
	},
}

// downBelow are the device and what it stands on as far as they are down, the
// lowest first.
func downBelow(e *preflight.Endpoint, d *hostinfo.Device) []*hostinfo.Device {
	var down []*hostinfo.Device
	for range e.View.Devices {
		if d == nil || d.Up != hostinfo.No {
			break
		}
		down = append([]*hostinfo.Device{d}, down...)
		d = e.View.Links.Parent(d)
	}
	return down
}

// setUp are the commands that set devices up.
func setUp(devices []*hostinfo.Device) []string {
	var lines []string
	for _, d := range devices {
		lines = append(lines, "ip link set dev "+shell.Quote(d.Name)+" up")
	}
	return commands(lines...)
}
