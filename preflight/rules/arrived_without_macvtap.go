package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/hostinfo/shell"
	"migcheck/preflight"
)

// ArrivedWithoutMacvtap looks at what libvirt made on the destination.
var ArrivedWithoutMacvtap = &preflight.Rule{
	ID:       "arrived-without-macvtap",
	Level:    preflight.Blocked,
	Phase:    preflight.After,
	Scope:    preflight.PerGuest,
	CausedBy: []string{"arrived-in-another-state"},
	Needs: append(preflight.Essential(preflight.Destination, preflight.Arrived),
		preflight.Essential(preflight.Destination, preflight.AllDevices)...),
	Doc: `the guest's macvtap is not what it should be on the destination
Each direct NIC must have a macvtap there with the guest's MAC address, up, on
the device that was judged, in the mode that was judged. A macvtap that is gone,
down or on another device carries nothing, while the guest sees a link that is
up. A paused guest's macvtap is down until it is resumed.`,
	Check: func(p *preflight.Pass) {
		for _, a := range arrivals(p) {
			why, fix := a.wrong(p)
			if why == "" {
				continue
			}
			f := preflight.Finding{Subject: a.subject(p), Reason: why, Fix: fix}
			if len(fix) == 0 {
				f.Hint = hint("virsh domiflist %s there says what libvirt made; virsh detach-interface and attach-interface make it anew", p.Plan.Guest.Name)
			}
			p.Report(f)
		}
	},
}

// wrong says what is wrong with a NIC's macvtap, and what sets it right.
func (a *arrived) wrong(p *preflight.Pass) (why string, fix []string) {
	d, links, to := a.macvtap, p.Plan.To.Links, p.Plan.To.Name
	switch {
	case d == nil || d.Kind != hostinfo.KindUnknown && !d.IsMacvlan():
		return fmt.Sprintf("%s has no macvtap with the guest's MAC %s", to, a.nic.MAC), nil
	case d.MAC != "" && d.MAC != a.nic.MAC && d.MAC != a.nic.EffectiveMAC():
		return fmt.Sprintf("%s on %s has the address %s and not the guest's %s", d.Name, to, d.MAC, a.nic.MAC), nil
	case d.Up == hostinfo.No && p.Plan.Arrival.Expected == hostinfo.StateRunning:
		return fmt.Sprintf("%s on %s is down", d.Name, to), commands("ip link set dev " + shell.Quote(d.Name) + " up")
	}
	below := links.Parent(d)
	if i := a.intended; i != nil && i.Device != nil && below != nil && below != i.Real() {
		return fmt.Sprintf("%s stands on %s, and %s was judged", d.Name, below.Name, i.Wanted), nil
	}
	if i := a.intended; i != nil && d.Macvlan != nil && d.Macvlan.Mode != "" && d.Macvlan.Mode != kernelMode(i.Mode) {
		return fmt.Sprintf("%s is in mode %s, and %s was judged", d.Name, d.Macvlan.Mode, i.Mode), nil
	}
	return "", nil
}

// kernelMode is libvirt's word for a mode in the kernel's.
func kernelMode(mode string) string {
	if mode == "passthrough" {
		return "passthru"
	}
	return mode
}
