package world

import (
	"time"

	"migcheck/hostinfo"
	"migcheck/hostinfo/agent"
)

// libvirtRest is how long an agent's word that libvirt has no socket on its host
// spares a try: one that can't see them must not hide them for good.
const libvirtRest = 5 * time.Minute

// absence is what a try found where no socket of libvirt's was there. The zero
// value is that none was made, or that one was there.
type absence struct {
	since time.Time
	why   string // in a gap's words
}

// stillAbsent says why there is no libvirt, if that was found by a try and the
// host's agent has just said that there is none still: four channels and two
// commands would find the same. Empty where it must be tried.
func (s *session) stillAbsent() string {
	if s.host.Via != agent.Via || s.agent == nil || s.agent.Sockets() != hostinfo.No {
		return ""
	}
	if time.Since(s.absent.since) >= libvirtRest {
		return ""
	}
	return s.absent.why
}
