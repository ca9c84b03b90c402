package hostinfo

// System is what a host runs and what guards it, so that it can be spoken of in
// its own terms. No rule decides by it, so what is unknown has no gap.
type System struct {
	// ID, Version, Like and Variant are "rhel", "9.4", "fedora" and "coreos"
	// (os-release: ID, VERSION_ID, ID_LIKE, VARIANT_ID); empty if unknown.
	ID      string `json:"id,omitempty"`
	Version string `json:"version,omitempty"`
	Like    string `json:"like,omitempty"`
	Variant string `json:"variant,omitempty"`
	// Image is set where /usr comes as an image that is not written to, and
	// packages are layered on it (os-release: OSTREE_VERSION).
	Image bool `json:"image,omitempty"`
	// SELinux is "enforcing" or "permissive" (/sys/fs/selinux/enforce); empty if it
	// is off or unknown.
	SELinux string `json:"selinux,omitempty"`
	// AppArmor says whether it is on (/sys/module/apparmor/parameters/enabled).
	AppArmor Tri `json:"apparmor,omitzero"`
	// Group is the group that libvirt's package made for those who may manage
	// guests: "libvirt", or "libvirtd" on Ubuntu up to 16.04 (/etc/group,
	// /usr/lib/group); empty if there is none or it is unknown.
	Group string `json:"group,omitempty"`
	// GroupInImage is set where only /usr/lib/group has the group, which usermod
	// does not change.
	GroupInImage bool `json:"group_in_image,omitempty"`
}
