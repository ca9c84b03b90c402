package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// DestDomainConflict meets destinations that know another guest of that name.
var DestDomainConflict = &preflight.Rule{
	ID:    "dest-domain-conflict",
	Level: preflight.Blocked,
	Phase: preflight.Prepare,
	Scope: preflight.PerGuest,
	Needs: preflight.Essential(preflight.Destination, preflight.Domains),
	Doc: `the destination has a domain that is in the way
libvirt knows a domain by name and by UUID. Another domain of the name, the same
UUID under another name, or the guest itself already running there make the
migration fail: "domain 'G' already exists with uuid U". The guest's own
definition, left there shut off by an earlier migration, is fine.`,
	Check: func(p *preflight.Pass) {
		g, to := p.Plan.Guest, p.Plan.To
		for i := range to.Domains {
			d := &to.Domains[i]
			why, advice := "", ""
			switch {
			case g.UUID == "" || d.UUID == "":
				if d.Name == g.Name {
					p.Undecided(preflight.Finding{
						Subject: preflight.Subject{Host: to.Name},
						Hint:    hint("compare virsh domuuid %s on both hosts", d.Name),
						Reason:  fmt.Sprintf("%s has a domain called %s, and whether it is this guest can't be told without both UUIDs", to.Name, d.Name),
					})
				}
				continue
			case d.Name == g.Name && d.UUID != g.UUID:
				why = fmt.Sprintf("%s has another domain called %s, with UUID %s", to.Name, d.Name, d.UUID)
				advice = "rename or undefine one of them"
			case d.UUID == g.UUID && d.Name != g.Name:
				why = fmt.Sprintf("%s has this guest's UUID under the name %s", to.Name, d.Name)
				advice = "undefine it there, if it is a copy of an old definition"
			case d.UUID == g.UUID && d.State.Active():
				why = fmt.Sprintf("%s has this very guest, and it is %s there", to.Name, d.State)
				advice = "find out at once which of the two is the right one: two running copies destroy the guest's disks"
			case d.UUID == g.UUID && d.State == hostinfo.StateUnknown:
				p.Undecided(preflight.Finding{
					Subject: preflight.Subject{Host: to.Name},
					Hint:    hint("virsh domstate %s on %s", d.Name, to.Name),
					Reason:  fmt.Sprintf("%s has this very guest, and whether it runs there could not be read", to.Name),
				})
				continue
			default:
				continue
			}
			p.Report(preflight.Finding{
				Subject:          preflight.Subject{Host: to.Name},
				DestinationValue: string(d.State), Reason: why, Hint: advice,
			})
		}
	},
}
