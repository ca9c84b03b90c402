package rules

import (
	"fmt"
	"time"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// NoFramesAfterArrival listens to the guest.
var NoFramesAfterArrival = &preflight.Rule{
	ID:    "no-frames-after-arrival",
	Level: preflight.Warning,
	Phase: preflight.After,
	Scope: preflight.PerGuest,
	Needs: preflight.Helpful(preflight.Destination, preflight.Arrived),
	Doc: `the guest was not heard on the destination
After a migration the frames that the guest sends are counted on its macvtap: the
host's own and those by which QEMU announces the guest are left out. A guest that
sends nothing for a while may simply be silent, so this is a warning; but switches
learn a guest's new place only from its frames. announce_self makes QEMU announce
it again, and a ping from the guest settles the question.`,
	Check: func(p *preflight.Pass) {
		a := p.Plan.Arrival
		if a.There != hostinfo.Yes || a.Expected != hostinfo.StateRunning {
			return
		}
		for _, n := range arrivals(p) {
			if n.macvtap == nil {
				continue
			}
			f, looked := a.Frames[n.macvtap.Name]
			switch {
			case !looked, f.Counted > 0:
			case f.Counted < 0:
				p.Report(preflight.Finding{
					Subject: n.subject(p), Level: preflight.Note, Hint: announce(p.Plan.Guest.Name),
					Reason: fmt.Sprintf("the frames that the guest sends through %s could not be counted: %s", n.macvtap.Name, f.Reason),
				})
			default:
				p.Report(preflight.Finding{
					Subject: n.subject(p), Hint: announce(p.Plan.Guest.Name),
					Reason: fmt.Sprintf("no frame of the guest was seen on %s in %d s", n.macvtap.Name, f.Watched/time.Second),
				})
			}
		}
	},
}
