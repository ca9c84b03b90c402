package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/hostinfo/shell"
	"migcheck/preflight"
)

// LowerdevAdminDown meets devices that nobody has set up.
var LowerdevAdminDown = &preflight.Rule{
	ID:       "lowerdev-admin-down",
	Level:    preflight.Warning,
	Phase:    preflight.Silent,
	Scope:    preflight.PerDevice,
	CausedBy: []string{"lowerdev-not-ethernet", "vlan-parent-down", "lowerdev-no-carrier"},
	Needs:    preflight.Essential(preflight.Destination, preflight.Device, preflight.Kinds, preflight.Flags),
	Doc: `the device is administratively down
libvirt sets it up by itself just before the guest goes on, so the migration
does not fail for it. A VLAN over a device that is up then works; a bridge works
when it has come up: a warning, since whoever set the device down, or the next
boot of the host, finds it down again. A NIC or a bond that is down shows no
carrier, so nobody can say whether it will have one: undecided.`,
	Check: func(p *preflight.Pass) {
		e := p.Side
		d := e.Device
		if d.Up != hostinfo.No {
			return
		}
		f := preflight.Finding{
			DestinationValue: "down",
			Fix:              commands("ip link set dev " + shell.Quote(d.Name) + " up"),
		}
		f = keepUp(f, e, []*hostinfo.Device{d})
		switch d.Kind {
		case hostinfo.KindVLAN, hostinfo.KindMacvlan, hostinfo.KindMacvtap:
			f.Reason = fmt.Sprintf("%s is down on %s; libvirt will set it up", d.Name, e.Name)
			p.Report(f)
		case hostinfo.KindBridge:
			f.Reason = fmt.Sprintf("%s is down on %s; libvirt will set it up, and the guest waits until it works", d.Name, e.Name)
			p.Report(f)
		default:
			f.Reason = fmt.Sprintf("%s is down on %s; libvirt will set it up, and whether it has a carrier then can't be known now", d.Name, e.Name)
			p.Undecided(f)
		}
	},
}
