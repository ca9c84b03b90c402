package rules

import (
	"migcheck/hostinfo"
	"migcheck/preflight"
)

// live says whether a running guest is to be moved: of a stopped one only the
// definition is.
func live(p *preflight.Pass) bool { return !p.Plan.Stopped() }

// copied says whether a disk's content comes with the guest.
func copied(p *preflight.Plan, d *hostinfo.Disk) bool {
	return p.Migration != nil && p.Migration.CopyStorage && !d.ReadOnly && !d.Shareable
}

// sharing is how a file system is shared between hosts, in libvirt's eyes
// (virFileIsSharedFS, virFileIsClusterFS).
type sharing int

const (
	local     sharing = iota
	shared            // hosts see one file, each by a cache of its own
	clustered         // and keep their caches coherent
	perhaps           // the kernel's word for it does not tell
)

// sharings are the file systems that libvirt takes for shared, by the kernel's
// number for them in hexadecimal.
var sharings = map[string]sharing{
	"6969": shared, "517b": shared, "ff534d42": shared, "fe534d42": shared, "6b414653": shared, // NFS, SMB, CIFS, SMB2, AFS
	"47504653": shared, "51626d6e": shared, "61636673": shared, "19830326": shared, // GPFS, Quobyte, ACFS, BeeGFS
	"1161970": clustered, "7461636f": clustered, "c36400": clustered, // GFS2, OCFS2, Ceph
	"65735546": perhaps, // FUSE: GlusterFS and Quobyte are, others are not
}
