package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// HostdevNotMigratable meets guests that are tied to their host by a PCI device.
var HostdevNotMigratable = &preflight.Rule{
	ID:      "hostdev-not-migratable",
	Level:   preflight.Blocked,
	Phase:   preflight.Begin,
	Scope:   preflight.PerGuest,
	Applies: func(p *preflight.Pass) bool { return len(tied(p.Plan)) > 0 },
	Needs:   preflight.Essential(preflight.Source, preflight.GuestView, preflight.Libvirt),
	Doc: `a PCI device of the host keeps the guest from migrating
The guest has a device of its host for itself: a NIC of type hostdev, most often an
SR-IOV VF, or a hostdev element. Whether it can migrate is not in its definition.
libvirt before 8.0 goes by the element and refuses at once: "cannot migrate a domain
with <interface type='hostdev'>", "... with <hostdev mode='subsystem' type='pci'>".
Since 8.6, and earlier where a distribution carried it back, it asks QEMU: "cannot
migrate domain: ...". QEMU before 8.0 refuses ("VFIO device doesn't support
migration"); a newer one asks the driver that has the device. vfio-pci can't
("VFIO migration is not supported in kernel"), variant drivers such as
mlx5_vfio_pci can; which one it is is not read, so the verdict is undecided. The
transient half of a teaming pair is no obstacle: QEMU takes it away for the move.
This is from the source and documentation of libvirt and QEMU; migcheck was never
tried with a real SR-IOV card.`,
	Check: func(p *preflight.Pass) {
		from := p.Plan.From
		for _, d := range tied(p.Plan) {
			f := preflight.Finding{
				Subject:     preflight.Subject{NIC: d.nic, MAC: d.mac, Host: from.Name},
				SourceValue: d.what,
				Hint:        "take it away before (virsh detach-device) and give another one back afterwards, or make it the transient half of a teaming pair",
			}
			if from.LibvirtBefore(8, 0) == hostinfo.Yes || from.HypervisorBefore(8, 0) == hostinfo.Yes {
				f.Reason = fmt.Sprintf("the guest has %s, and what runs on %s (%s) does not migrate such devices", d.what, from.Name, versionsOf(from))
				p.Report(f)
				continue
			}
			f.Reason = fmt.Sprintf("the guest has %s: whether it can be migrated is up to the driver that has it on %s, which is not read (%s)", d.what, from.Name, versionsOf(from))
			if d.address != "" {
				f.Hint = hint("ls -l /sys/bus/pci/devices/%s/driver on %s: with vfio-pci libvirt refuses at once; with another one, --allow hostdev-not-migratable", d.address, from.Name)
			}
			p.Undecided(f)
		}
	},
}

// tie is what keeps a guest on its host.
type tie struct {
	what, address string
	nic           *int // nil for a hostdev element
	mac           string
}

// tied are the PCI devices of a guest that runs, those left out that QEMU takes
// away by itself.
func tied(p *preflight.Plan) []tie {
	def := p.Guest.Sent()
	if def == nil || !mayRun(p.Guest) {
		return nil
	}
	var out []tie
	for i := range def.NICs {
		if n := &def.NICs[i]; handedThrough(p.Guest, i) && n.TeamingType != transient {
			out = append(out, tie{"a NIC that is a PCI device of the host" + atAddress(n.PCI), n.PCI, &i, n.MAC})
		}
	}
	for _, d := range def.PCIDevices {
		if d.TeamingType != transient {
			out = append(out, tie{"a PCI device of the host" + atAddress(d.Address), d.Address, nil, ""})
		}
	}
	return out
}

func atAddress(pci string) string {
	if pci == "" {
		return ""
	}
	return ", " + pci
}
