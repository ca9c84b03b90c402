package files

import (
	"fmt"
	"slices"
	"strconv"

	"migcheck/hostinfo"
)

// The files that hold pids, in the order in which they are tried: modular
// daemons are asked before libvirtd is.
var (
	LLDPADPid = []string{"/run/lldpad.pid", "/var/run/lldpad.pid"}
	DaemonPid = []string{"/run/virtqemud.pid", "/run/libvirt/virtqemud.pid", "/run/libvirtd.pid", "/run/libvirt/libvirtd.pid"}
)

// What was found of a daemon.
const (
	Refused   = "refused"   // it is there and may not be looked at
	None      = "none"      // it is not there
	Here      = "here"      // it is in the network namespace that is read
	Elsewhere = "elsewhere" // it is in another one
)

// LLDPAD writes Setup.LLDPAD into h, or a gap for what is neither yes, no nor
// refused; why says what could not be read.
func LLDPAD(h *hostinfo.Host, found, why string) {
	switch found {
	case "yes", "no":
		h.Setup.LLDPAD = hostinfo.TriOf(found == "yes")
	case Refused:
		h.AddGap(hostinfo.FactLLDPAD, "", denied(h, "read the pid file of lldpad"))
	default:
		h.AddGap(hostinfo.FactLLDPAD, "", "whether lldpad runs is not known: "+why)
	}
}

// Daemon writes Setup.DaemonElsewhere into h, or a gap; why says what could not
// be read.
func Daemon(h *hostinfo.Host, found, why string) {
	const which = "which network namespace libvirt's daemon is in"
	switch found {
	case Here, Elsewhere:
		h.Setup.DaemonElsewhere = hostinfo.TriOf(found == Elsewhere)
	case Refused:
		h.AddGap(hostinfo.FactDaemon, "", denied(h, "see "+which))
	case None:
		h.AddGap(hostinfo.FactDaemon, "", "no daemon of libvirt was found: neither a pid file of one that runs nor a socket that systemd serves")
	default:
		h.AddGap(hostinfo.FactDaemon, "", which+" is not known: "+why)
	}
}

// MaxTaps is how many stale nodes are kept.
const MaxTaps = 64

// Taps writes Setup.StaleTaps into h: what stands behind /dev/tap of nodes
// that are none.
func Taps(h *hostinfo.Host, found []string) {
	for _, n := range found {
		if i, err := strconv.ParseUint(n, 10, 31); err == nil {
			h.Setup.StaleTaps = append(h.Setup.StaleTaps, int(i))
		}
	}
	slices.Sort(h.Setup.StaleTaps)
	if len(h.Setup.StaleTaps) > MaxTaps {
		h.Setup.StaleTaps = h.Setup.StaleTaps[:MaxTaps]
		h.AddGap(hostinfo.FactTaps, "", fmt.Sprintf("there are more than %d files /dev/tapN that are no macvtap's", MaxTaps))
	}
}
