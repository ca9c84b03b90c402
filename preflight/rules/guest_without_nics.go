package rules

import "migcheck/preflight"

// GuestWithoutNICs tells that there was nothing to judge.
var GuestWithoutNICs = &preflight.Rule{
	ID:    "guest-without-nics",
	Level: preflight.Note,
	Phase: preflight.Silent,
	Scope: preflight.PerGuest,
	Needs: preflight.Essential(preflight.Source, preflight.GuestView),
	Doc: `the guest has no network interface
There is nothing that a migration could take away from it, so it is ready as far
as its network goes. It is said because it may not be what was meant: a guest of
that name on another host, or a NIC that somebody detached.`,
	Check: func(p *preflight.Pass) {
		if len(p.Plan.Guest.Sent().NICs) == 0 {
			p.Report(preflight.Finding{
				Subject: preflight.Subject{Host: p.Plan.From.Name},
				Reason:  "the guest has no network interface, so nothing had to be judged",
			})
		}
	},
}
