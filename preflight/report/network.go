package report

import (
	"fmt"
	"slices"
	"strings"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// sameNetwork says what was seen of both devices' networks, where somebody asked
// for it.
func (p *printer) sameNetwork(s *preflight.SameNetwork) {
	if s != nil && s.Grade != preflight.ByName {
		p.wrap(4, 6, "same network: "+s.Words)
	}
}

// trial says what a macvtap that was made for a moment proves, and what not.
func (p *printer) trial(t *hostinfo.Trial) {
	if t != nil && t.Refused == "" && t.Undecided == "" {
		p.wrap(4, 6, fmt.Sprintf("trial: %s made a macvtap on %s in mode %s, and took it away; its node in /dev, libvirt's rights and the guest's MAC address are not tried by it",
			t.Host, t.Device, t.Mode))
	}
}

// notProven is one line about all NICs of which nobody has proven that they stay
// on their network. It is left out where the guest can't go anyway.
func (p *printer) notProven(r *preflight.Report) {
	if r.Verdict == preflight.Blocked || r.Moved != nil {
		return
	}
	var nics []string
	hint := "; --probe sends frames to tell"
	for i := range r.NICs {
		n := &r.NICs[i]
		s := n.SameNetwork
		if s == nil || s.Grade == preflight.ByFrames {
			continue
		}
		words := s.Words
		switch s.Grade {
		case preflight.ByLLDP:
			words = "by what their switches say"
		case preflight.ByGateway:
			words = "by their router"
		}
		if words = fmt.Sprintf("nic %d %s", n.Index, words); !slices.Contains(nics, words) {
			nics = append(nics, words)
		}
		if s.Probe != nil {
			hint = ""
		}
	}
	if len(nics) == 0 {
		return
	}
	p.line(0, "")
	p.wrap(2, indent, "unproven   one network on both hosts: "+strings.Join(nics, ", ")+hint)
}
