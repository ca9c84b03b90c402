package rules

import (
	"migcheck/hostinfo"
	"migcheck/preflight"
)

// ConfidentialGuest meets guests whose memory the host may not read.
var ConfidentialGuest = &preflight.Rule{
	ID:    "confidential-guest",
	Level: preflight.Blocked,
	Phase: preflight.Begin,
	Scope: preflight.PerGuest,
	Needs: preflight.Essential(preflight.Source, preflight.GuestView),
	Doc: `the guest's memory is protected from its host
QEMU refuses to migrate such guests at once: "protected VMs are currently not
migratable", "SEV: Migration is not implemented". For AMD SEV the definition
decides. For Secure Execution on IBM Z it is the guest that enters the protected
state when it boots: launchSecurity only allows it, so the verdict is undecided
(in the guest, /sys/firmware/uv/prot_virt_guest says 1). Shut it down and migrate
it offline.`,
	Check: func(p *preflight.Pass) {
		kind := p.Plan.Guest.Sent().LaunchSecurity
		state := p.Plan.Guest.State
		if kind == "" || state != hostinfo.StateUnknown && !state.Active() {
			return
		}
		f := preflight.Finding{
			Subject:     preflight.Subject{Host: p.Plan.From.Name},
			SourceValue: kind,
			Reason:      "the guest has launchSecurity " + kind + ", and QEMU does not migrate running guests of that kind",
			Hint:        "shut it down and start it on the destination",
		}
		if kind == "s390-pv" {
			f.Reason = "the guest may run under Secure Execution, which QEMU does not migrate; whether it does is known only inside the guest"
			f.Hint = "cat /sys/firmware/uv/prot_virt_guest in the guest: 1 can't be migrated, for 0 use --allow confidential-guest"
			p.Undecided(f)
			return
		}
		p.Report(f)
	},
}
