package rules

import (
	"cmp"
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// StorageUnsafe meets disks that libvirt does not take for shared.
var StorageUnsafe = &preflight.Rule{
	ID:      "storage-unsafe",
	Level:   preflight.Blocked,
	Phase:   preflight.Begin,
	Scope:   preflight.PerGuest,
	Area:    preflight.Beyond,
	Applies: live,
	Needs:   preflight.Essential(preflight.Source, preflight.GuestRest, preflight.Files),
	Doc: `libvirt does not take one of the guest's disks for shared storage
Both hosts must see one disk. libvirt looks at the file system that a disk's file
is on: if it is none of those that hosts share (NFS, CIFS, Ceph, GFS2, OCFS2,
GlusterFS, GPFS and some more) it refuses: "Unsafe migration: Migration without
shared storage is unsafe". With an emulator older than QEMU 4.0 it also wants
cache='none' or 'directsync': "Migration may lead to data corruption if disks use
cache other than none or directsync". Disks that can't be written, disks over the
network and block devices pass. Copy the disks with the guest (--copy-storage), or
put them on shared storage. Where shared_filesystems in qemu.conf names the
directory, libvirt lets it pass: --allow storage-unsafe.`,
	Check: func(p *preflight.Pass) {
		rest := p.Plan.Rest.Guest
		for i := range rest.Disks {
			d := &rest.Disks[i]
			if d.ReadOnly || copied(p.Plan, d) {
				continue
			}
			kind, why := storedOn(rest, d)
			switch {
			case kind == perhaps:
				p.Undecided(aboutDisk(p, d, why, "stat -f -c %T tells what the file system is"))
			case kind == local:
				unsafe(p, d, "Migration without shared storage is unsafe", why)
			case kind != clustered && !d.Shareable && d.Cache != "none" && d.Cache != "directsync":
				cachedDisk(p, d)
			}
		}
	},
}

// storedOn says how a disk's storage is shared, and how that is known.
func storedOn(rest *hostinfo.Rest, d *hostinfo.Disk) (sharing, string) {
	switch d.Type {
	case "nvme":
		return local, "it is an NVMe drive of the host"
	case "network":
		return clustered, ""
	case "volume":
		return perhaps, "it is a volume of a storage pool, and what that is was not read"
	case "file":
		f := hostinfo.FileAt(rest.Files, d.Path)
		if f == nil || f.Magic == "" {
			why := "it was not looked at"
			if f != nil {
				why = cmp.Or(f.Reason, "the file is not there")
			}
			return perhaps, "the file system of " + d.Path + " could not be read: " + why
		}
		how, listed := sharings[f.Magic]
		switch {
		case how == perhaps && listed:
			return perhaps, d.Path + " is on a FUSE file system, and libvirt takes only some of them for shared"
		case !listed:
			return local, d.Path + " is on a file system that libvirt does not take for shared (0x" + f.Magic + ")"
		}
		return how, ""
	}
	return shared, ""
}

// cachedDisk: until QEMU 4.0 the destination could read what its own cache held.
func cachedDisk(p *preflight.Pass, d *hostinfo.Disk) {
	cache := cmp.Or(d.Cache, "the default")
	switch p.Plan.From.HypervisorBefore(4, 0) {
	case hostinfo.Yes:
		unsafe(p, d, "Migration may lead to data corruption if disks use cache other than none or directsync", "its cache is "+cache)
	case hostinfo.Unknown:
		p.Undecided(aboutDisk(p, d, "its cache is "+cache+", which libvirt minds with QEMU before 4.0, and the version of the emulator is not known",
			"virsh version on "+p.Plan.From.Name))
	}
}

func unsafe(p *preflight.Pass, d *hostinfo.Disk, words, why string) {
	f := aboutDisk(p, d, fmt.Sprintf("libvirt refuses: %s (%s)", words, why), "migcheck --migrate --copy-storage all copies the disks with the guest; or put the disk on storage that both hosts share")
	if m := p.Plan.Migration; m != nil && m.Unsafe {
		f.Level, f.Phase = preflight.Warning, preflight.Silent
		f.Reason = fmt.Sprintf("libvirt would refuse (%s), and --unsafe overrides it: %s", words, why)
	}
	p.Report(f)
}

// aboutDisk is a finding about one of the guest's disks on the source.
func aboutDisk(p *preflight.Pass, d *hostinfo.Disk, reason, hint string) preflight.Finding {
	return preflight.Finding{
		Subject: preflight.Subject{Host: p.Plan.From.Name, Device: d.Target},
		Reason:  "disk " + d.Target + ": " + reason, Hint: hint,
	}
}
