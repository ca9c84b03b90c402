package files

import (
	"fmt"

	"migcheck/hostinfo"
)

// Limits of what is read of other network namespaces.
const (
	MaxNamespaces = 128
	// InitialPIDs is the inode of the first process namespace of every kernel
	// (PROC_PID_INIT_INO): in any other one /proc has only a part of the host's
	// processes.
	InitialPIDs = 4026531836
)

// Namespaces is what was found of other network namespaces.
type Namespaces struct {
	Others  int  // how many there are
	Refused bool // some processes may not be looked into
	Nested  bool // only a container's processes are seen
}

// Finish adds the gaps of h that follow.
func (n *Namespaces) Finish(h *hostinfo.Host) {
	switch {
	case n.Others > MaxNamespaces:
		h.AddGap(hostinfo.FactNamespaces, "", fmt.Sprintf("there are %d other network namespaces, more than the %d that are looked into", n.Others, MaxNamespaces))
	case n.Refused:
		h.AddGap(hostinfo.FactNamespaces, "", denied(h, "look into some processes, and what is in their network namespaces is not known"))
	case n.Nested:
		h.AddGap(hostinfo.FactNamespaces, "", "only the processes of one container are to be seen from here, not all of the host's network namespaces")
	}
}

// NotRoot adds the gap of a host that somebody else than root reads.
func NotRoot(h *hostinfo.Host) {
	h.AddGap(hostinfo.FactNamespaces, "", denied(h, "look into other network namespaces"))
}

// Process names the namespace of a process that has no name of its own.
func Process(pid, comm string) string { return fmt.Sprintf("pid %s (%s)", word(pid), word(comm)) }

// Called is the name of a namespace of /run/netns or /run/docker/netns, or what
// Process made.
func Called(name string) string { return word(name) }

// Unread notes that the links of a namespace could not be read.
func Unread(h *hostinfo.Host, namespace, why string) {
	h.AddGap(hostinfo.FactNamespaces, "", "network namespace "+namespace+": "+why)
}
