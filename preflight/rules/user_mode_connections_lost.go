package rules

import (
	"fmt"

	"migcheck/preflight"
)

// UserModeConnectionsLost tells of NICs whose network is a process of the host.
var UserModeConnectionsLost = &preflight.Rule{
	ID:    "user-mode-connections-lost",
	Level: preflight.Note,
	Phase: preflight.Silent,
	Scope: preflight.PerGuest,
	Needs: preflight.Essential(preflight.Source, preflight.GuestView),
	Doc: `the connections of a user-mode NIC end with the move
A NIC of type user reaches the network through QEMU itself (SLIRP) or through passt,
as a user of its host: it needs no device, and all its connections are the host's.
They end when the guest moves, and what was forwarded to a port of the old host is
not there any more. passt must be installed on the destination, or libvirt refuses
before it copies; that is not looked at. passt hands its connections on only where
the NIC is of type vhostuser, which is another rule's (nic-not-judged).`,
	Check: func(p *preflight.Pass) {
		for i := range p.Plan.Guest.Sent().NICs {
			nic := &p.Plan.Guest.Sent().NICs[i]
			if nic.Type != "user" || nic.NetworkBacked() {
				continue
			}
			f := preflight.Finding{
				Subject: preflight.Subject{NIC: &i, MAC: nic.MAC, Host: p.Plan.To.Name},
				Reason:  "the NIC's network is in user mode: it needs nothing from the host, and its connections do not survive the move",
			}
			if nic.Backend != "" {
				f.Reason = fmt.Sprintf("the NIC's network is in user mode, by %s: it needs no device of the host, and its connections do not survive the move", nic.Backend)
				f.Hint = hint("%s must be installed on %s, or libvirt refuses before it copies", nic.Backend, p.Plan.To.Name)
			}
			p.Report(f)
		}
	},
}
