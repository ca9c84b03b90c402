package rules

import "migcheck/preflight"

// TPMStateStays meets stopped guests whose TPM would be left behind.
var TPMStateStays = &preflight.Rule{
	ID:    "tpm-state-stays",
	Level: preflight.Warning,
	Phase: preflight.Silent,
	Scope: preflight.PerGuest,
	Area:  preflight.Beyond,
	Needs: preflight.Essential(preflight.Source, preflight.GuestRest),
	Doc: `the state of the stopped guest's TPM does not move with it
To migrate a stopped guest is to move its definition, and no file. An emulated
TPM keeps its state in /var/lib/libvirt/swtpm/UUID on the host. Without it the
guest starts with an empty TPM, and a disk that was sealed by it does not open.
Where both hosts share that directory nothing is lost.`,
	Check: func(p *preflight.Pass) {
		if live(p) || !emulatedTPM(p.Plan.Rest.Guest) {
			return
		}
		p.Report(preflight.Finding{
			Subject: preflight.Subject{Host: p.Plan.From.Name},
			Reason:  "the guest does not run, so only its definition moves: the state of its emulated TPM stays on " + p.Plan.From.Name,
			Hint:    "copy the guest's directory below /var/lib/libvirt/swtpm, or migrate the guest while it runs",
		})
	},
}
