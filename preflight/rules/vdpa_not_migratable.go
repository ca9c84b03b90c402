package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// VDPANotMigratable meets guests with a vDPA device.
var VDPANotMigratable = &preflight.Rule{
	ID:      "vdpa-not-migratable",
	Level:   preflight.Blocked,
	Phase:   preflight.Begin,
	Scope:   preflight.PerGuest,
	Applies: func(p *preflight.Pass) bool { return mayRun(p.Plan.Guest) && someNIC(p.Plan, isVDPA) },
	Needs:   preflight.Essential(preflight.Source, preflight.GuestView, preflight.Libvirt),
	Doc: `the NIC is a vDPA device, which may keep the guest from migrating
libvirt before 8.0, and any libvirt with a QEMU before 6.0, refuses at once: "vDPA
devices cannot be migrated". Since 8.6, and earlier where a distribution carried it
back, it asks QEMU, which refuses where the device can't log what it writes
("cannot migrate domain: Migration disabled: vhost lacks VHOST_F_LOG_ALL feature").
That depends on the device and on QEMU, and neither it nor the device on the
destination is read: undecided. This is from the source of libvirt and QEMU;
migcheck was never tried with such a device.`,
	Check: func(p *preflight.Pass) {
		from, to := p.Plan.From, p.Plan.To.Name
		for i := range p.Plan.Guest.Sent().NICs {
			nic := &p.Plan.Guest.Sent().NICs[i]
			if !isVDPA(nic) {
				continue
			}
			f := preflight.Finding{
				Subject:     preflight.Subject{NIC: &i, MAC: nic.MAC, Host: from.Name},
				SourceValue: "vDPA device " + nic.Dev,
			}
			if from.LibvirtBefore(8, 0) == hostinfo.Yes || from.HypervisorBefore(6, 0) == hostinfo.Yes {
				f.Reason = fmt.Sprintf("the NIC is a vDPA device, and what runs on %s (%s) does not migrate those", from.Name, versionsOf(from))
				f.Hint = "take it away before (virsh detach-device) and give another one back afterwards"
				p.Report(f)
				continue
			}
			f.Reason = fmt.Sprintf("the NIC is the vDPA device %s: whether QEMU migrates it, and whether %s has such a one on the same network, is not read (%s)", nic.Dev, to, versionsOf(from))
			f.Hint = hint("ls -l %s on %s; libvirt refuses at once what QEMU can't do; then --allow vdpa-not-migratable", nic.Dev, to)
			p.Undecided(f)
		}
	},
}

func isVDPA(n *hostinfo.NIC) bool { return n.Type == "vdpa" }
