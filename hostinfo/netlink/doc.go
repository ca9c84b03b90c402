// Package netlink reads the facts of the machine that it runs on from the
// kernel itself: one dump each of the links, their addresses and the forwarding
// entries, of the network namespace of the calling thread, and the files that
// tell of hardware and setup. It needs no privilege and changes nothing; as root
// it also looks into every other network namespace. What other hosts say is the business of hostinfo/iproute
// and hostinfo/agent; guests and networks are libvirt's.
package netlink

// Collector reads this machine's devices. It implements
// [migcheck/hostinfo.Collector] on Linux; elsewhere Collect returns an error.
type Collector struct {
	Name string // what the user calls this host; becomes Host.Name
}
