package files

// LibvirtSockets is where libvirt's daemons listen: the modular one and the one
// that does all, for reading and writing and for reading only. The script has the
// same list.
var LibvirtSockets = []string{
	"/run/libvirt/virtqemud-sock", "/run/libvirt/libvirt-sock", "/run/libvirt/virtqemud-sock-ro", "/run/libvirt/libvirt-sock-ro",
	"/var/run/libvirt/virtqemud-sock", "/var/run/libvirt/libvirt-sock", "/var/run/libvirt/virtqemud-sock-ro", "/var/run/libvirt/libvirt-sock-ro",
}
