package rules

import (
	"strconv"
	"strings"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// olderLibvirt says whether a host's libvirt is older than major.minor; Unknown
// where its version could not be read.
func olderLibvirt(v *preflight.View, major, minor int) hostinfo.Tri {
	if v.Libvirt == nil {
		return hostinfo.Unknown
	}
	return older(v.Libvirt.Version, major, minor)
}

// olderQEMU says the same of its emulator, as libvirt gives the version. A guest
// that was started before an update runs an older one.
func olderQEMU(v *preflight.View, major, minor int) hostinfo.Tri {
	if v.Libvirt == nil {
		return hostinfo.Unknown
	}
	return older(v.Libvirt.Hypervisor, major, minor)
}

// older compares a version with major.minor.
func older(version string, major, minor int) hostinfo.Tri {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return hostinfo.Unknown
	}
	a, err1 := strconv.Atoi(parts[0])
	b, err2 := strconv.Atoi(parts[1])
	if err1 != nil || err2 != nil {
		return hostinfo.Unknown
	}
	return hostinfo.TriOf(a < major || a == major && b < minor)
}
