package rules

import (
	"cmp"
	"slices"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// StorageMissing meets files of the guest that the destination does not have.
var StorageMissing = &preflight.Rule{
	ID:      "storage-missing",
	Level:   preflight.Blocked,
	Phase:   preflight.Prepare,
	Scope:   preflight.PerGuest,
	Area:    preflight.Beyond,
	Applies: live,
	Needs:   append(preflight.Essential(preflight.Source, preflight.GuestRest), preflight.Essential(preflight.Destination, preflight.Files)...),
	Doc: `a file or block device of the guest is not on the destination
The guest's disks, what they are based on, its CD-ROM images and the files of its
NVDIMMs must be there under the same path: "Cannot access storage file". Often a
share is not mounted there, a LUN is not mapped, or an ISO image was forgotten in
the drive. Whether both hosts' files are one and the same is not looked at. Media
with startupPolicy optional or requisite are dropped by libvirt, and disks that
are copied with the guest, or that storage-unsafe speaks of, are left out.`,
	Check: func(p *preflight.Pass) {
		rest := p.Plan.Rest
		seen := map[string]bool{}
		ask := func(device, path string) {
			if path == "" || seen[path] {
				return
			}
			seen[path] = true
			fileThere(p, device, path)
		}
		for i := range rest.Guest.Disks {
			d := &rest.Guest.Disks[i]
			if dropped(d) || copied(p.Plan, d) || blamed(p, d) {
				continue
			}
			ask(d.Target, d.Path)
			for _, b := range d.Backing {
				ask(d.Target, b)
			}
		}
		for i := range rest.Guest.Memory {
			ask(rest.Guest.Memory[i].Model, rest.Guest.Memory[i].Path)
		}
	},
}

// dropped: libvirt takes such a medium out of the drive where it is not there.
func dropped(d *hostinfo.Disk) bool {
	return slices.Contains([]string{"optional", "requisite"}, d.StartupPolicy)
}

// blamed says whether storage-unsafe speaks of the disk already.
func blamed(p *preflight.Pass, d *hostinfo.Disk) bool {
	if m := p.Plan.Migration; d.ReadOnly || m != nil && m.Unsafe {
		return false
	}
	kind, _ := storedOn(p.Plan.Rest.Guest, d)
	return kind == local
}

func fileThere(p *preflight.Pass, device, path string) {
	to := p.Plan.To.Name
	f := hostinfo.FileAt(p.Plan.Rest.Fit.Files, path)
	finding := preflight.Finding{Subject: preflight.Subject{Host: to, Device: device}}
	switch {
	case f == nil || !f.There.Known():
		why := "it was not looked for"
		if f != nil {
			why = cmp.Or(f.Reason, why)
		}
		finding.Reason = device + ": whether " + to + " has " + path + " could not be read: " + why
		finding.Hint = "log in there as a user who may look, or waive it"
		p.Undecided(finding)
	case f.There == hostinfo.No:
		finding.Reason = device + ": " + path + " is not on " + to + " (libvirt: Cannot access storage file '" + path + "')"
		finding.Hint = "mount the share or map the LUN there; take a medium that is not needed out of its drive"
		p.Report(finding)
	}
}
