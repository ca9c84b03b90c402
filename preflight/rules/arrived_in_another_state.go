package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// ArrivedInAnotherState is the first look after a migration.
var ArrivedInAnotherState = &preflight.Rule{
	ID:    "arrived-in-another-state",
	Level: preflight.Blocked,
	Phase: preflight.After,
	Scope: preflight.PerGuest,
	Needs: preflight.Essential(preflight.Destination, preflight.Arrived),
	Doc: `the guest is not on the destination in the state it should have
After a migration the destination's libvirt must have the guest: running if it
ran, paused if it was paused, stopped if only its definition was moved. If it is
not there, or stands still, nobody is served, whatever the migration reported.
virsh domstate --reason says why; a guest that is paused by an I/O error waits
for its disk.`,
	Check: func(p *preflight.Pass) {
		a, to := p.Plan.Arrival, p.Plan.To.Name
		about := preflight.Subject{Host: to}
		if a.There == hostinfo.No {
			p.Report(preflight.Finding{
				Subject: about, Reason: fmt.Sprintf("libvirt on %s does not have the guest", to),
				Hint: hint("virsh list --all on both hosts; the log is /var/log/libvirt/qemu/%s.log there", p.Plan.Guest.Name),
			})
			return
		}
		state := a.Guest.State
		if state == hostinfo.StateBlocked { // waits for its CPU
			state = hostinfo.StateRunning
		}
		if state == hostinfo.StateUnknown {
			p.Undecided(preflight.Finding{Subject: about, Hint: hint("virsh domstate %s on %s", p.Plan.Guest.Name, to), Reason: fmt.Sprintf("the guest is on %s %s", to, stateWord(state))})
			return
		}
		if state != a.Expected {
			p.Report(preflight.Finding{
				Subject: about, DestinationValue: string(state),
				Reason: fmt.Sprintf("the guest is %s on %s, and should be %s", stateWord(state), to, stateWord(a.Expected)),
				Hint:   hint("virsh domstate --reason %s on %s says why", p.Plan.Guest.Name, to),
			})
		}
	},
}
