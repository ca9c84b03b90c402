package rules

import (
	"fmt"

	"migcheck/preflight"
)

// SameHostUUID meets cloned hosts.
var SameHostUUID = &preflight.Rule{
	ID:    "same-host-uuid",
	Level: preflight.Blocked,
	Phase: preflight.Prepare,
	Scope: preflight.PerGuest,
	Needs: append(preflight.Helpful(preflight.Source, preflight.Libvirt), preflight.Helpful(preflight.Destination, preflight.Libvirt)...),
	Doc: `both hosts have one libvirt host UUID
libvirt tells hosts apart by the UUID from their firmware and refuses to migrate
between two that have the same: "Attempt to migrate guest to the same host".
Cloned virtual machines and some boards share it. Give each a host_uuid of its
own in /etc/libvirt/libvirtd.conf (virtqemud.conf for modular daemons) and
restart the daemon.`,
	Check: func(p *preflight.Pass) {
		src, dst := p.Plan.From, p.Plan.To
		if src.UUID == "" || src.UUID != dst.UUID || src.BootID != "" && src.BootID == dst.BootID {
			return
		}
		p.Report(preflight.Finding{
			Subject:     preflight.Subject{Host: dst.Name},
			SourceValue: src.UUID, DestinationValue: dst.UUID,
			Reason: fmt.Sprintf("%s and %s are two machines with one libvirt host UUID", src.Name, dst.Name),
			Hint:   "set host_uuid in libvirtd.conf or virtqemud.conf on " + dst.Name + " to what uuidgen prints, and restart the daemon",
		})
	},
}
