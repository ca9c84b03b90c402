package rules

import (
	"slices"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// TPMUnavailable meets guests with a TPM that the destination can't give them.
var TPMUnavailable = &preflight.Rule{
	ID:      "tpm-unavailable",
	Level:   preflight.Blocked,
	Phase:   preflight.Prepare,
	Scope:   preflight.PerGuest,
	Area:    preflight.Beyond,
	Applies: func(p *preflight.Pass) bool { return live(p) && len(p.Plan.Rest.Guest.TPMs) > 0 },
	Needs:   append(preflight.Essential(preflight.Source, preflight.GuestRest), preflight.Essential(preflight.Destination, preflight.TPMs)...),
	Doc: `the destination can't give the guest its TPM
An emulated TPM is swtpm's: libvirt on the destination needs that program, and
lists the backend in its domain capabilities only if it is there. The TPM's state
is copied with the guest's memory, so it need not be shared. The state of a TPM
that is passed through stays in the source's chip, so whether the guest can go on
without it is not for migcheck to say.`,
	Check: func(p *preflight.Pass) {
		rest, to := p.Plan.Rest, p.Plan.To.Name
		for _, t := range rest.Guest.TPMs {
			switch {
			case t.Backend == "passthrough":
				p.Undecided(preflight.Finding{
					Subject: preflight.Subject{Host: p.Plan.From.Name, Device: t.Model},
					Reason:  "the guest's TPM is the chip of " + p.Plan.From.Name + ", and what is in it stays there",
					Hint:    "shut the guest down, or give it an emulated TPM",
				})
			case t.Backend == "emulator" && !slices.Contains(rest.Fit.TPMBackends, t.Backend):
				p.Report(preflight.Finding{
					Subject:     preflight.Subject{Host: to, Device: t.Model},
					SourceValue: "backend " + t.Backend,
					Reason:      "the guest has an emulated TPM, and libvirt on " + to + " does not list that backend: swtpm is not there",
					Hint:        "install swtpm and swtpm-tools there, and restart libvirt's daemon",
				})
			}
		}
	},
}

// emulatedTPM says whether the guest has one.
func emulatedTPM(r *hostinfo.Rest) bool {
	return slices.ContainsFunc(r.TPMs, func(t hostinfo.TPM) bool { return t.Backend == "emulator" })
}
