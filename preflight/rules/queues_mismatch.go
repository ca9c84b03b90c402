package rules

import (
	"fmt"

	"migcheck/preflight"
)

// QueuesMismatch compares the queues that run with those that would be made.
var QueuesMismatch = &preflight.Rule{
	ID:    "queues-mismatch",
	Level: preflight.Blocked,
	Phase: preflight.Transfer,
	Scope: preflight.PerGuest,
	Needs: preflight.Essential(preflight.Source, preflight.GuestView),
	Doc: `the NIC that would be made has another number of queues
The number of a virtio NIC's queues is part of what QEMU sends. libvirt does not
compare it, so the destination's QEMU meets it while it loads: "virtio-net:
curr_queue_pairs x > max_queue_pairs y", or "Features 0x... unsupported", and the
migration fails as "operation failed: job: unexpectedly failed" with the copy
wasted. Keep <driver queues=> as the guest runs with it.`,
	Check: func(p *preflight.Pass) {
		live, sent := p.Plan.Guest.Live, p.Plan.Guest.Migratable
		if live == nil || sent == nil || len(live.NICs) != len(sent.NICs) {
			return // the latter is nic-abi-mismatch
		}
		for i := range live.NICs {
			a, b := &live.NICs[i], &sent.NICs[i]
			runs, made := max(a.Queues, 1), max(b.Queues, 1) // none given is one
			if !sameNIC(a, b) || runs == made {
				continue
			}
			p.Report(preflight.Finding{
				Subject:     preflight.Subject{NIC: &i, MAC: a.MAC, Host: p.Plan.From.Name},
				SourceValue: counted(runs, "queue"), DestinationValue: counted(made, "queue"),
				Reason: fmt.Sprintf("the guest runs with %s, and the definition that would be sent has %d", counted(runs, "queue"), made),
				Hint:   "take the number that the guest runs with into the definition that is sent",
			})
		}
	},
}
