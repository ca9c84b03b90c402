package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/hostinfo/shell"
	"migcheck/preflight"
)

// UnicastFilterFull meets VFs that may not take a second address.
var UnicastFilterFull = &preflight.Rule{
	ID:    "unicast-filter-full",
	Level: preflight.Warning,
	Phase: preflight.Silent,
	Scope: preflight.PerDevice,
	Needs: preflight.Helpful(preflight.Destination, preflight.Device, preflight.Kinds, preflight.Hardware),
	Doc: `the VF may not receive for the guest's MAC address
A macvtap asks the device below to receive for one more address. An SR-IOV VF has
to ask its physical function, which may refuse: Intel's drivers do for an untrusted
VF whose own address the administrator set, or after a few addresses. With spoof
checking on, cards may also drop what the guest sends. Nobody reports it: the
macvtap is up, and the guest is deaf. Trust the VF, or use mode passthrough on it.
An ordinary NIC whose table is full receives everything instead, which only costs
time.`,
	Check: func(p *preflight.Pass) {
		e := p.Side
		for _, d := range e.Stack {
			if d.VF == nil || d == e.Device && e.Mode == "passthrough" {
				continue // in mode passthrough the VF's own address is the guest's
			}
			if f := untrusted(e, d); f != nil {
				p.Report(*f)
				return
			}
		}
	},
}

// untrusted says what may keep a VF from taking the guest's address; nil if
// nothing does.
func untrusted(e *preflight.Endpoint, d *hostinfo.Device) *preflight.Finding {
	pf, f := physicalOf(e, d)
	out := &preflight.Finding{DestinationValue: d.Name + " is a VF"}
	switch {
	case f == nil:
		out.Level = preflight.Note
		out.Reason = fmt.Sprintf("%s on %s is a VF whose physical function does not show it: whether it may receive for the guest's MAC can't be told", d.Name, e.Name)
		return out
	case f.Trust == hostinfo.No:
		out.DestinationValue = vfWord(d.VF) + " is not trusted"
		out.Reason = fmt.Sprintf("%s on %s is %s and not trusted: the card may not let it receive for the guest's MAC", d.Name, e.Name, vfWord(d.VF))
		if f.SpoofCheck == hostinfo.Yes {
			out.Reason += ", and with spoof checking on it may drop what the guest sends"
		}
		out.Fix = commands(fmt.Sprintf("ip link set dev %s vf %d trust on", shell.Quote(pf.Name), f.Number))
		return out
	case f.Trust == hostinfo.Unknown:
		out.Level = preflight.Note
		out.Reason = fmt.Sprintf("%s on %s is %s, whose driver does not say whether it is trusted to receive for the guest's MAC", d.Name, e.Name, vfWord(d.VF))
		return out
	case f.SpoofCheck == hostinfo.Yes:
		out.Level = preflight.Note
		out.DestinationValue = vfWord(d.VF) + " checks for spoofing"
		out.Reason = fmt.Sprintf("%s on %s is %s with spoof checking on: some cards then drop frames from the guest's MAC even of a trusted VF", d.Name, e.Name, vfWord(d.VF))
		out.Fix = commands(fmt.Sprintf("ip link set dev %s vf %d spoofchk off", shell.Quote(pf.Name), f.Number))
		return out
	}
	return nil
}
