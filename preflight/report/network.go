package report

import (
	"fmt"
	"slices"
	"strings"

	"migcheck/preflight"
)

// sameNetwork says what was seen of both devices' networks, where somebody asked
// for it.
func (p *printer) sameNetwork(s *preflight.SameNetwork) {
	if s != nil && s.Grade != preflight.ByName {
		p.wrap(4, 6, "same network: "+s.Words)
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
