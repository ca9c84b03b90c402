package rules

import "migcheck/preflight"

// EmulatorMissing meets guests whose emulator the destination does not have.
var EmulatorMissing = &preflight.Rule{
	ID:    "emulator-missing",
	Level: preflight.Blocked,
	Phase: preflight.Prepare,
	Scope: preflight.PerGuest,
	Area:  preflight.Beyond,
	Needs: append(preflight.Essential(preflight.Source, preflight.GuestRest), preflight.Essential(preflight.Destination, preflight.Emulator)...),
	Doc: `the destination can't run the guest's emulator
A guest's definition names its emulator by path (/usr/libexec/qemu-kvm on one
distribution, /usr/bin/qemu-system-x86_64 on another), and whether it needs KVM.
libvirt on the destination starts that very file. It is asked by
virConnectGetDomainCapabilities, and what it says is quoted.`,
	Check: func(p *preflight.Pass) {
		rest := p.Plan.Rest
		if rest.Fit.NoEmulator == "" {
			return
		}
		p.Report(preflight.Finding{
			Subject:     preflight.Subject{Host: p.Plan.To.Name},
			SourceValue: rest.Guest.Emulator,
			Reason:      "libvirt on " + p.Plan.To.Name + " says: " + rest.Fit.NoEmulator,
			Hint:        "install the emulator there, or migrate with an XML that names the one that is there",
		})
	},
}
