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
