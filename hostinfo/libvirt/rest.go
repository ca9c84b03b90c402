package libvirt

import (
	"fmt"
	"strings"

	"migcheck/hostinfo"
)

// maxDevices is how many devices of one kind a domain may have.
const maxDevices = 1024

// ParseRest reads what a domain's XML says of everything but its NICs. What
// libvirt and the hosts have to answer is not in it.
func ParseRest(doc []byte) (*hostinfo.Rest, error) {
	root, err := parseTree(doc, "domain", func(path string) bool {
		for _, p := range []string{"cpu", "clock", "devices"} {
			if path == p || p != "devices" && strings.HasPrefix(path, p+"/") {
				return true
			}
		}
		kind, _, _ := strings.Cut(strings.TrimPrefix(path, "devices/"), "/")
		switch kind {
		case "emulator", "disk", "hostdev", "shmem", "filesystem", "memory", "tpm":
			return strings.HasPrefix(path, "devices/")
		}
		return false
	})
	if err != nil {
		return nil, err
	}
	r := &hostinfo.Rest{CPU: cpuOf(root, doc)}
	count := map[string]int{}
	for _, devices := range root.children {
		if devices.name != "devices" {
			continue
		}
		for _, e := range devices.children {
			if count[e.name]++; count[e.name] > maxDevices {
				return nil, fmt.Errorf("domain XML: more than %d devices called %s", maxDevices, e.name)
			}
			addDevice(r, e)
		}
	}
	return r, nil
}

func addDevice(r *hostinfo.Rest, e *element) {
	switch e.name {
	case "emulator":
		r.Emulator = strings.TrimSpace(e.content())
	case "disk":
		if d := diskOf(e); d != nil {
			r.Disks = append(r.Disks, *d)
		}
	case "hostdev":
		r.Hostdevs = append(r.Hostdevs, hostinfo.Hostdev{
			Mode: e.attr("mode"), Type: e.attr("type"), Transient: e.child("teaming").attr("type") == "transient",
		})
	case "shmem":
		r.Shmems = append(r.Shmems, hostinfo.Shmem{Name: e.attr("name"), Role: e.attr("role"), Model: e.child("model").attr("type")})
	case "filesystem":
		kind := "9p"
		if e.child("driver").attr("type") == "virtiofs" {
			kind = "virtiofs"
		}
		r.Filesystems = append(r.Filesystems, kind)
	case "memory":
		r.Memory = append(r.Memory, hostinfo.MemoryDevice{
			Model: e.attr("model"), Path: strings.TrimSpace(e.child("source").child("path").content()), Placed: e.child("address").attr("type") == "dimm",
		})
	case "tpm":
		r.TPMs = append(r.TPMs, hostinfo.TPM{Model: e.attr("model"), Backend: e.child("backend").attr("type")})
	}
}

// diskOf is a disk, or nil for a drive with nothing in it.
func diskOf(e *element) *hostinfo.Disk {
	source := e.child("source")
	if source == nil || len(source.attrs) == 0 && len(source.children) == 0 {
		return nil
	}
	d := &hostinfo.Disk{
		Target: e.child("target").attr("dev"), Device: e.attr("device"), Type: e.attr("type"), Path: pathOf(source),
		Cache: e.child("driver").attr("cache"), StartupPolicy: source.attr("startupPolicy"),
		ReadOnly: e.child("readonly") != nil, Shareable: e.child("shareable") != nil, Transient: e.child("transient") != nil,
	}
	// libvirt takes a CD-ROM for read-only whatever the element says.
	d.ReadOnly = d.ReadOnly || d.Device == "cdrom"
	if d.Path == "" && (d.Type == "file" || d.Type == "block") {
		return nil
	}
	for below := e.child("backingStore"); below != nil; below = below.child("backingStore") {
		if path := pathOf(below.child("source")); path != "" {
			d.Backing = append(d.Backing, path)
		}
	}
	return d
}

// pathOf is the file or block device that a source names, or "".
func pathOf(source *element) string {
	if path := source.attr("file"); path != "" {
		return path
	}
	if path := source.attr("dev"); strings.HasPrefix(path, "/") {
		return path
	}
	return ""
}

// cpuOf reads the cpu element; nil if there is none.
func cpuOf(root *element, doc []byte) *hostinfo.GuestCPU {
	e := root.child("cpu")
	if e == nil {
		return nil
	}
	c := &hostinfo.GuestCPU{Mode: e.attr("mode"), Check: e.attr("check"), Model: strings.TrimSpace(e.child("model").content())}
	var xml strings.Builder
	at := e.start
	for _, f := range e.children {
		if f.name != "feature" || f.attr("name") != "invtsc" {
			continue
		}
		policy := f.attr("policy")
		c.InvariantTSC = policy == "" || policy == "require" || policy == "force"
		// The CPU that hosts say they can give leaves out what is not migrated with
		// every host: libvirt itself lets it pass where the frequency is fixed.
		xml.Write(doc[at:f.start])
		at = f.end
	}
	xml.Write(doc[at:e.end])
	c.XML = xml.String()
	for _, clock := range root.children {
		if clock.name != "clock" {
			continue
		}
		for _, t := range clock.children {
			if t.name == "timer" && t.attr("name") == "tsc" && t.attr("frequency") != "" {
				c.TSCFrequency = true
			}
		}
	}
	return c
}

// ParseHostCPU cuts the host's CPU out of capabilities XML; empty if it is not
// in it.
func ParseHostCPU(capabilities []byte) (string, error) {
	root, err := parseTree(capabilities, "capabilities", func(path string) bool { return path == "host" || path == "host/cpu" })
	if err != nil {
		return "", err
	}
	e := root.child("host").child("cpu")
	if e == nil {
		return "", nil
	}
	return string(capabilities[e.start:e.end]), nil
}

// OffersMachine says whether capabilities XML lists a machine type for an
// emulator, an architecture and a domain type. That it does not proves nothing:
// only the machines of one emulator are in it.
func OffersMachine(capabilities []byte, emulator, arch, machine, domainType string) (bool, error) {
	if machine == "" {
		return false, nil
	}
	root, err := parseTree(capabilities, "capabilities", func(path string) bool {
		return path == "guest" || path == "guest/arch" || strings.HasPrefix(path, "guest/arch/")
	})
	if err != nil {
		return false, err
	}
	for _, g := range root.children {
		a := g.child("arch")
		if g.name != "guest" || a.attr("name") != arch || emulator != "" && a.child("emulator").content() != emulator {
			continue
		}
		var runs, offers bool
		for _, e := range a.children {
			runs = runs || e.name == "domain" && e.attr("type") == domainType
			offers = offers || e.name == "machine" && (e.content() == machine || e.attr("canonical") == machine)
		}
		if runs && offers {
			return true, nil
		}
	}
	return false, nil
}

// ParseTPMBackends reads from domain capabilities XML which backends a guest's
// TPM may have; ok is false where it says nothing of TPMs, as libvirt did not
// before 5.6.
func ParseTPMBackends(capabilities []byte) (backends []string, ok bool, err error) {
	root, err := parseTree(capabilities, "domainCapabilities", func(path string) bool {
		return path == "devices" || path == "devices/tpm" || strings.HasPrefix(path, "devices/tpm/")
	})
	if err != nil {
		return nil, false, err
	}
	tpm := root.child("devices").child("tpm")
	if tpm == nil {
		return nil, false, nil
	}
	if tpm.attr("supported") != "yes" {
		return nil, true, nil
	}
	for _, enum := range tpm.children {
		if enum.name == "enum" && enum.attr("name") == "backendModel" {
			for _, v := range enum.children {
				backends = append(backends, v.content())
			}
		}
	}
	return backends, true, nil
}
