package rules

import (
	"migcheck/hostinfo"
	"migcheck/preflight"
)

// olderLibvirt says whether a host's libvirt is older than major.minor; Unknown
// where its version could not be read.
func olderLibvirt(v *preflight.View, major, minor int) hostinfo.Tri {
	return v.LibvirtBefore(major, minor)
}

// olderQEMU says the same of its emulator, as libvirt gives the version. A guest
// that was started before an update runs an older one.
func olderQEMU(v *preflight.View, major, minor int) hostinfo.Tri {
	return v.HypervisorBefore(major, minor)
}
