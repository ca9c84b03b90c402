package rules

import (
	"fmt"
	"slices"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// SrcNotAllowedMisc meets what the source's libvirt refuses at once.
var SrcNotAllowedMisc = &preflight.Rule{
	ID:    "src-not-allowed-misc",
	Level: preflight.Blocked,
	Phase: preflight.Begin,
	Scope: preflight.PerGuest,
	Area:  preflight.Beyond,
	Needs: preflight.Essential(preflight.Source, preflight.GuestRest, preflight.Snapshots, preflight.BlockJobs),
	Doc: `libvirt on the source does not let such a guest go
Before anything else libvirt looks for what it can't migrate (its function
qemuMigrationSrcIsAllowed): snapshots that it keeps of the guest, a job on one of
its disks, devices of the host but PCI ones (hostdev-not-migratable), shared
memory, virtiofs, transient disks, memory devices without a fixed address, and an
invariant TSC without a frequency. What it says is quoted. From QEMU 6.0 on it
asks the emulator about devices of the host: whether that lets a device go depends
on its driver, and is undecided here.`,
	Check: func(p *preflight.Pass) {
		r := p.Plan.Rest.Guest
		if r.Snapshots > 0 {
			refused(p, "", fmt.Sprintf("cannot migrate domain with %d snapshots", r.Snapshots), "virsh snapshot-list shows them; virsh snapshot-delete --metadata makes libvirt forget one and leaves the disk as it is")
		}
		if p.Plan.Stopped() {
			return // what follows is about running guests
		}
		if len(r.BlockJobs) > 0 {
			refused(p, r.BlockJobs[0], "domain has active block job", "virsh blockjob --info shows it; wait for it, or end it")
		}
		if c := r.CPU; c != nil && c.InvariantTSC && !c.TSCFrequency {
			refused(p, "", "domain has 'invtsc' CPU feature but TSC frequency is not specified", "a timer element with name='tsc' and a frequency, at the guest's next start")
		}
		for _, d := range r.Disks {
			if d.Transient {
				refused(p, d.Target, "migration with transient disk is not supported", "")
			}
		}
		for _, m := range r.Memory {
			if m.Model == "dimm" && !m.Placed {
				refused(p, "", "domain's dimm info lacks slot ID or base address", "")
			}
		}
		for _, s := range r.Shmems {
			switch {
			case s.Model == "ivshmem":
				refused(p, s.Name, "migration with legacy shmem device is not supported", "")
			case s.Role != "master":
				refused(p, s.Name, fmt.Sprintf("shmem device '%s' cannot be migrated, only shmem with role='master' can be migrated", s.Name), "")
			}
		}
		filesystems(p, r)
		hostdevs(p, r)
	},
}

func refused(p *preflight.Pass, device, words, hint string) {
	p.Report(preflight.Finding{
		Subject: preflight.Subject{Host: p.Plan.From.Name, Device: device},
		Reason:  "libvirt refuses: " + words, Hint: hint,
	})
}

// unsure: the emulator decides when it is asked, by what only it knows.
func unsure(p *preflight.Pass, device, reason, hint string) {
	p.Undecided(preflight.Finding{Subject: preflight.Subject{Host: p.Plan.From.Name, Device: device}, Reason: reason, Hint: hint})
}

func filesystems(p *preflight.Pass, r *hostinfo.Rest) {
	if slices.Contains(r.Filesystems, "virtiofs") {
		if p.Plan.From.LibvirtBefore(10, 0) == hostinfo.Yes {
			refused(p, "", "migration with virtiofs device is not supported", "unplug the file system")
		} else {
			unsure(p, "", "the guest has a virtiofs file system: whether it can be migrated depends on libvirt, QEMU and virtiofsd", "unplug the file system")
		}
	}
	if slices.Contains(r.Filesystems, "9p") {
		unsure(p, "", "the guest has a 9p file system, which QEMU lets go only while the guest has not mounted it", "unmount it in the guest")
	}
}

const unplug = "unplug the device"

// hostdevs are judged as qemuMigrationSrcIsAllowedHostdev does, and as QEMU does
// where libvirt leaves it to it.
func hostdevs(p *preflight.Pass, r *hostinfo.Rest) {
	for _, h := range r.Hostdevs {
		kind := fmt.Sprintf("<hostdev mode='subsystem' type='%s'>", h.Type)
		if h.Mode == "capabilities" {
			kind = "<hostdev mode='capabilities'>"
		}
		asksQEMU := p.Plan.From.HypervisorBefore(6, 0) == hostinfo.No && p.Plan.From.LibvirtBefore(8, 6) == hostinfo.No
		switch {
		case h.Type == "usb" && h.Mode != "capabilities":
			unsure(p, "", "the guest has a USB device of its host: libvirt lets it go, and whether "+p.Plan.To.Name+" has such a device is not looked at", "unplug it")
		case h.Type == "pci": // hostdev-not-migratable and nic-not-judged speak of it
		case !asksQEMU && known(p.Plan.From):
			refused(p, "", "cannot migrate a domain with "+kind, unplug)
		default:
			unsure(p, "", "the guest has "+kind+", and whether QEMU lets it go depends on the device's driver", unplug)
		}
	}
}

// known says whether the versions are, by which libvirt decides.
func known(v *preflight.View) bool {
	return v.Libvirt != nil && v.Libvirt.Version != "" && v.Libvirt.Hypervisor != ""
}
