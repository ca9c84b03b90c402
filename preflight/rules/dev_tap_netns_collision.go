package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// nearIndex is how far above the highest ifindex the next devices are likely to
// come: two for every container that starts.
const nearIndex = 1000

// DevTapNetnsCollision meets macvtaps of other namespaces with a number to come.
var DevTapNetnsCollision = &preflight.Rule{
	ID:       "dev-tap-netns-collision",
	Level:    preflight.Warning,
	Phase:    preflight.Silent,
	Scope:    preflight.PerPair, // the guest's macvtap on the source has its node already
	AboutNIC: true,
	Needs:    preflight.Helpful(preflight.Destination, preflight.Device, preflight.Namespaces),
	Doc: `a container's macvtap may share its /dev node with the guest's
Each network namespace numbers its devices by itself, and /dev/tapN is one for the
whole host. If the guest's new macvtap gets the number of a macvtap that a
container has, the node in /dev stays the container's: libvirt opens that one, and
the guest is connected to the container's queue. Nothing reports it. Numbers only
go up, so macvtaps of other namespaces with a number above all of this one's are in
the way; far above them it is a note. Give the container's a number of its own: ip
link add ... index N.`,
	Check: func(p *preflight.Pass) {
		e := p.Req.Destination
		highest, nearest, where := highestIndex(e), 0, ""
		for i := range e.View.Namespaces {
			n := &e.View.Namespaces[i]
			for j := range n.Devices {
				d := &n.Devices[j]
				if hasTapNode(d) && d.Index > highest && (nearest == 0 || d.Index < nearest) {
					nearest, where = d.Index, d.Kind+" "+d.Name+" in network namespace "+n.Name
				}
			}
		}
		if nearest == 0 {
			return
		}
		f := preflight.Finding{
			DestinationValue: fmt.Sprintf("/dev/tap%d is taken", nearest),
			Reason:           fmt.Sprintf("the %s on %s has the ifindex %d; if the guest's macvtap gets that number (the highest here is %d), libvirt opens the other's /dev/tap%d", where, e.Name, nearest, highest, nearest),
			Hint:             "create the container's macvtap with an index far away: ip link add ... index N",
		}
		if nearest > highest+nearIndex {
			f.Level = preflight.Note
		}
		p.Report(f)
	},
}

// hasTapNode says whether the device has a node /dev/tapN.
func hasTapNode(d *hostinfo.Device) bool {
	return d.Kind == hostinfo.KindMacvtap || d.Kind == "ipvtap"
}
