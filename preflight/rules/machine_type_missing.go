package rules

import "migcheck/preflight"

// MachineTypeMissing meets guests whose machine type the destination's emulator
// does not know.
var MachineTypeMissing = &preflight.Rule{
	ID:    "machine-type-missing",
	Level: preflight.Blocked,
	Phase: preflight.Prepare,
	Scope: preflight.PerGuest,
	Area:  preflight.Beyond,
	Needs: append(preflight.Essential(preflight.Source, preflight.GuestRest), preflight.Essential(preflight.Destination, preflight.Machine)...),
	Doc: `the destination's emulator does not know the guest's machine type
A running guest keeps the machine type that it was started with (pc-q35-9.2), and
only an emulator that knows this version can take it. That is why a guest that
was started on the newer of two hosts can't go to the older one. The destination
is asked by virConnectGetDomainCapabilities, and what it says is quoted.`,
	Check: func(p *preflight.Pass) {
		fit := p.Plan.Rest.Fit
		if fit.NoMachine == "" {
			return
		}
		p.Report(preflight.Finding{
			Subject:     preflight.Subject{Host: p.Plan.To.Name},
			SourceValue: p.Plan.Guest.Sent().Machine,
			Reason:      "libvirt on " + p.Plan.To.Name + " says: " + fit.NoMachine,
			Hint:        "update the emulator there, or start the guest anew with a machine type that both hosts know",
		})
	},
}
