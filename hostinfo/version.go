package hostinfo

import (
	"strconv"
	"strings"
)

// LibvirtBefore says whether the host's libvirt is older than major.minor;
// Unknown where its version could not be read.
func (h *Host) LibvirtBefore(major, minor int) Tri {
	if h.Libvirt == nil {
		return Unknown
	}
	return before(h.Libvirt.Version, major, minor)
}

// HypervisorBefore says it of the emulator that libvirt would start, QEMU. A guest
// that was started before an update runs an older one.
func (h *Host) HypervisorBefore(major, minor int) Tri {
	if h.Libvirt == nil {
		return Unknown
	}
	return before(h.Libvirt.Hypervisor, major, minor)
}

// before compares a version with major.minor.
func before(version string, major, minor int) Tri {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return Unknown
	}
	a, err1 := strconv.Atoi(parts[0])
	b, err2 := strconv.Atoi(parts[1])
	if err1 != nil || err2 != nil {
		return Unknown
	}
	return TriOf(a < major || a == major && b < minor)
}
