package hostinfo

// Rest is what a guest is beside its NICs, as far as a migration minds it. It is
// read only where somebody asks for more than the network.
type Rest struct {
	Emulator string `json:"emulator,omitempty"` // devices/emulator; empty: the definition names none
	// CPU is the CPU that the guest is shown; nil if the definition has no element
	// of it.
	CPU *GuestCPU `json:"cpu,omitempty"`
	// Disks are devices/disk with something in them, in document order.
	Disks []Disk `json:"disks,omitempty"`
	// Hostdevs are devices/hostdev; those of NICs are not among them.
	Hostdevs []Hostdev `json:"hostdevs,omitempty"`
	Shmems   []Shmem   `json:"shmems,omitempty"` // devices/shmem
	// Filesystems are the kinds of devices/filesystem: "virtiofs", else "9p".
	Filesystems []string       `json:"filesystems,omitempty"`
	Memory      []MemoryDevice `json:"memory,omitempty"` // devices/memory
	TPMs        []TPM          `json:"tpms,omitempty"`   // devices/tpm
	// Snapshots is how many libvirt keeps of the guest (virDomainSnapshotNum).
	Snapshots int `json:"snapshots,omitempty"`
	// BlockJobs are the disks, by target, that a job runs on
	// (virDomainGetBlockJobInfo).
	BlockJobs []string `json:"block_jobs,omitempty"`
	// Files are the guest's files as the host where it is has them.
	Files []File `json:"files,omitempty"`
	// Gaps are what could not be read: Fact is one of FactRest, FactSnapshots,
	// FactBlockJobs and FactFiles.
	Gaps []Gap `json:"gaps,omitempty"`
}

// GuestCPU is a domain's cpu element.
type GuestCPU struct {
	Mode  string `json:"mode,omitempty"`  // cpu/@mode; absent means "custom"
	Check string `json:"check,omitempty"` // cpu/@check: "none", "partial", "full" or absent
	Model string `json:"model,omitempty"` // cpu/model
	// InvariantTSC says whether the guest is shown invtsc, TSCFrequency whether
	// clock/timer fixes the frequency that goes with it.
	InvariantTSC bool `json:"invariant_tsc,omitempty"`
	TSCFrequency bool `json:"tsc_frequency,omitempty"`
	// XML is what to have compared, and HostXML the CPU of the guest's host where
	// the guest is shown that one. Neither is recorded: the answers are.
	XML     string `json:"-"`
	HostXML string `json:"-"`
}

// ShowsHost says whether the guest is shown the CPU of whatever host it runs on.
// libvirt compares none of those.
func (c *GuestCPU) ShowsHost() bool { return c.Mode == "host-passthrough" || c.Mode == "maximum" }

// Disk is one devices/disk element. Empty strings are absent attributes.
type Disk struct {
	Target string `json:"target"`           // target/@dev ("vda")
	Device string `json:"device,omitempty"` // disk/@device: "disk", "cdrom", "floppy", "lun"
	Type   string `json:"type"`             // disk/@type: "file", "block", "network", "nvme", "volume", ...
	Path   string `json:"path,omitempty"`   // source/@file or source/@dev
	// Backing are the files below it (backingStore), next first.
	Backing   []string `json:"backing,omitempty"`
	Cache     string   `json:"cache,omitempty"` // driver/@cache
	ReadOnly  bool     `json:"read_only,omitempty"`
	Shareable bool     `json:"shareable,omitempty"`
	Transient bool     `json:"transient,omitempty"`
	// StartupPolicy is source/@startupPolicy: "optional" and "requisite" let the
	// guest go without the file.
	StartupPolicy string `json:"startup_policy,omitempty"`
}

// Hostdev is one devices/hostdev element.
type Hostdev struct {
	Mode      string `json:"mode,omitempty"`      // hostdev/@mode: "subsystem", "capabilities"
	Type      string `json:"type,omitempty"`      // hostdev/@type: "pci", "usb", "scsi", "scsi_host", "mdev"
	Transient bool   `json:"transient,omitempty"` // teaming/@type='transient': unplugged for the migration
}

// Shmem is one devices/shmem element.
type Shmem struct {
	Name  string `json:"name,omitempty"`  // shmem/@name
	Role  string `json:"role,omitempty"`  // shmem/@role: "master", "peer" or absent
	Model string `json:"model,omitempty"` // model/@type
}

// MemoryDevice is one devices/memory element.
type MemoryDevice struct {
	Model  string `json:"model,omitempty"`  // memory/@model: "dimm", "nvdimm", "virtio-mem", ...
	Path   string `json:"path,omitempty"`   // source/path, of an nvdimm
	Placed bool   `json:"placed,omitempty"` // address/@type='dimm': slot and base are fixed
}

// TPM is one devices/tpm element.
type TPM struct {
	Model   string `json:"model,omitempty"`   // tpm/@model
	Backend string `json:"backend,omitempty"` // backend/@type: "emulator", "passthrough", "external"
}

// File is one of a guest's files on one host.
type File struct {
	Path  string `json:"path"`
	There Tri    `json:"there,omitzero"` // Unknown with a Reason
	// Magic is the kind of the file system that it is on (statfs, f_type, in
	// hexadecimal: "6969" is NFS); empty if unknown.
	Magic  string `json:"magic,omitempty"`
	Reason string `json:"reason,omitempty"` // why it is not known, in the host's words
}

// FileAt is the file of that path, or nil if nobody looked for it.
func FileAt(files []File, path string) *File {
	for i := range files {
		if files[i].Path == path {
			return &files[i]
		}
	}
	return nil
}

// Fit is what a host said of one guest that may come there. Where it refuses, its
// libvirt's own words are kept; they are empty where it does not, or where a Gap
// says that it did not answer.
type Fit struct {
	Guest      string `json:"guest"`                 // its UUID
	NoEmulator string `json:"no_emulator,omitempty"` // virConnectGetDomainCapabilities refuses the emulator
	NoMachine  string `json:"no_machine,omitempty"`  // or, with it, the machine type
	NoCPU      string `json:"no_cpu,omitempty"`      // virConnectCompareHypervisorCPU refuses the guest's CPU
	NoHostCPU  string `json:"no_host_cpu,omitempty"` // virConnectCompareCPU refuses the CPU of the guest's host
	// TPMBackends are those that the emulator may have there (backendModel of the
	// domain capabilities).
	TPMBackends []string `json:"tpm_backends,omitempty"`
	// Files are the guest's files as this host has them.
	Files []File `json:"files,omitempty"`
	// Gaps are what was not answered: Fact is one of FactEmulator, FactMachine,
	// FactCPU, FactHostCPU, FactTPM and FactFiles.
	Gaps []Gap `json:"gaps,omitempty"`
}

// The facts that a Gap of a Rest or a Fit is about.
const (
	FactRest      Fact = "rest"       // the guest's definition beside its NICs
	FactSnapshots Fact = "snapshots"  // Rest.Snapshots
	FactBlockJobs Fact = "block jobs" // Rest.BlockJobs
	FactFiles     Fact = "files"      // Rest.Files, Fit.Files
	FactEmulator  Fact = "emulator"   // Fit.NoEmulator
	FactMachine   Fact = "machine"    // Fit.NoMachine
	FactCPU       Fact = "cpu"        // Fit.NoCPU
	FactHostCPU   Fact = "host cpu"   // Fit.NoHostCPU
	FactTPM       Fact = "tpm"        // Fit.TPMBackends
)

// EveryRestFact returns all facts that a Gap of a Rest can be about, and
// EveryFitFact those of a Fit.
func EveryRestFact() []Fact { return []Fact{FactRest, FactSnapshots, FactBlockJobs, FactFiles} }

// EveryFitFact returns all facts that a Gap of a Fit can be about.
func EveryFitFact() []Fact {
	return []Fact{FactEmulator, FactMachine, FactCPU, FactHostCPU, FactTPM, FactFiles}
}

// UnreadRest is the rest of a guest of which nothing was learned.
func UnreadRest(reason string) *Rest {
	r := &Rest{}
	for _, f := range EveryRestFact() {
		r.Gaps = append(r.Gaps, Gap{Fact: f, Reason: reason})
	}
	return r
}

// UnaskedFit is what a host that was not asked says of a guest.
func UnaskedFit(guest, reason string) *Fit {
	out := &Fit{Guest: guest}
	for _, f := range EveryFitFact() {
		out.Gaps = append(out.Gaps, Gap{Fact: f, Reason: reason})
	}
	return out
}

// GapOf is the first of the gaps about a fact, or nil.
func GapOf(gaps []Gap, f Fact) *Gap {
	for i := range gaps {
		if gaps[i].Fact == f {
			return &gaps[i]
		}
	}
	return nil
}

// Paths are the files that the guest needs wherever it runs, each once.
func (r *Rest) Paths() []string {
	var out []string
	seen := map[string]bool{"": true}
	add := func(path string) {
		if !seen[path] {
			seen[path] = true
			out = append(out, path)
		}
	}
	for i := range r.Disks {
		add(r.Disks[i].Path)
		for _, b := range r.Disks[i].Backing {
			add(b)
		}
	}
	for i := range r.Memory {
		add(r.Memory[i].Path)
	}
	return out
}
