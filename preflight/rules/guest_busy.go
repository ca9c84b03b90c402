package rules

import (
	"fmt"

	"migcheck/preflight"
)

// GuestBusy meets guests that libvirt is already doing something with.
var GuestBusy = &preflight.Rule{
	ID:    "guest-busy",
	Level: preflight.Blocked,
	Phase: preflight.Begin,
	Scope: preflight.PerGuest,
	Needs: preflight.Helpful(preflight.Source, preflight.GuestJob),
	Doc: `libvirt is already doing a job with the guest
A guest has one job at a time: a migration, a save, a dump or a backup that runs
keeps another migration from starting ("cannot acquire state change lock", or
"another migration job is already running for domain"). Wait for it, or end it
with virsh domjobabort.`,
	Check: func(p *preflight.Pass) {
		if job := p.Plan.Guest.Job; job != "" {
			p.Report(preflight.Finding{
				Subject:     preflight.Subject{Host: p.Plan.From.Name},
				SourceValue: job,
				Reason:      fmt.Sprintf("libvirt on %s is doing something with the guest already: %s", p.Plan.From.Name, job),
				Hint:        "virsh domjobinfo shows how far it is",
			})
		}
	},
}
