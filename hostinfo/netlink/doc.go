// Package netlink reads the facts of the machine that it runs on from the
// kernel itself: one dump of the links and one of the forwarding entries, of
// the network namespace of the calling thread. It needs no privilege and
// changes nothing. What other hosts say is the business of hostinfo/iproute
// and hostinfo/agent; guests and networks are libvirt's.
package netlink

// Collector reads this machine's devices. It implements
// [migcheck/hostinfo.Collector] on Linux; elsewhere Collect returns an error.
type Collector struct {
	Name string // what the user calls this host; becomes Host.Name
}
