package preflight

import (
	"fmt"
	"slices"
	"strings"

	"migcheck/hostinfo"
)

// Grade is how good the evidence is that a NIC's devices on both hosts lead to
// one network.
type Grade string

// The grades, the weakest first.
const (
	ByName    Grade = "name"    // the device that was asked for, and nothing more
	ByLLDP    Grade = "lldp"    // of one VLAN, and their switches' ports say that they carry it
	ByGateway Grade = "gateway" // in one IP network, whose router was seen on both with one address
	ByFrames  Grade = "frames"  // frames passed both ways
)

// SameNetwork is what speaks for a NIC's devices leading to one network.
type SameNetwork struct {
	Grade Grade  `json:"grade"`
	Words string `json:"words"` // the evidence, for people
	// Probe and Segments are what the grade was given for; nil and none where
	// nobody asked for them.
	Probe    *hostinfo.Probe    `json:"probe,omitempty"`
	Segments []hostinfo.Segment `json:"segments,omitempty"`
}

// sameNetwork grades the evidence for a NIC; nil where a device is not there.
func (p *Plan) sameNetwork(q *Requirement) *SameNetwork {
	if q.Source.Device == nil || q.Destination.Device == nil {
		return nil
	}
	s := &SameNetwork{Grade: ByName, Words: "by name alone", Probe: p.Probed(q)}
	a, b := p.SegmentOf(q.Source), p.SegmentOf(q.Destination)
	for _, seen := range []*hostinfo.Segment{a, b} {
		if seen != nil {
			s.Segments = append(s.Segments, *seen)
		}
	}
	vlan, tagged := outerVLAN(q.Source)
	if other, too := outerVLAN(q.Destination); tagged && too && vlan == other {
		s.Words = "by name and VLAN alone"
	}
	if q.Destination.Mapped {
		s.Words = "by the map alone"
	}
	if w := lldpWords(q, a, b); w != "" {
		s.Grade, s.Words = ByLLDP, w
	}
	if w := gatewayWords(a, b); w != "" {
		s.Grade, s.Words = ByGateway, w
	}
	if s.Probe != nil && s.Probe.BothWays() {
		s.Grade, s.Words = ByFrames, frameWords(s.Probe)
	}
	return s
}

// outerVLAN is the tag with which the device's frames leave the host.
func outerVLAN(e *Endpoint) (id int, tagged bool) {
	for _, d := range e.Stack {
		if d.VLAN != nil {
			id, tagged = d.VLAN.ID, true
		}
	}
	return id, tagged
}

func frameWords(p *hostinfo.Probe) string {
	words := fmt.Sprintf("frames passed both ways (%d of %d there, %d of %d back)", p.There.Heard, p.There.Sent, p.Back.Heard, p.Back.Sent)
	if n := min(p.There.Largest, p.Back.Largest); n > 0 {
		words += fmt.Sprintf(", the largest of %d bytes", n)
	}
	return words + "; filters on the guest's own MAC address are not tried by it"
}

// gatewayWords: both devices have an address in one IP network, and its router
// has one MAC address on both.
func gatewayWords(a, b *hostinfo.Segment) string {
	if a == nil || b == nil {
		return ""
	}
	for _, g := range a.Gateways {
		if slices.Contains(b.Gateways, g) {
			return fmt.Sprintf("both are in %s, whose router %s has the address %s on both", g.Network, g.Address, g.MAC)
		}
	}
	return ""
}

// lldpWords: both devices are of one VLAN, and the ports of the switches below
// say that they carry it; or they have no tag, and the ports put what comes into
// one VLAN.
func lldpWords(q *Requirement, a, b *hostinfo.Segment) string {
	if a == nil || b == nil {
		return ""
	}
	vlan, tagged := outerVLAN(q.Source)
	if other, too := outerVLAN(q.Destination); tagged != too || vlan != other {
		return ""
	}
	names := [2]string{}
	for i, s := range []*hostinfo.Segment{a, b} {
		for _, n := range s.Neighbours {
			untagged := !tagged && n.Untagged != 0 && (vlan == 0 || vlan == n.Untagged)
			if untagged {
				vlan = n.Untagged
			}
			if untagged || tagged && n.Carries(vlan) == hostinfo.Yes {
				names[i] = strings.TrimSpace(n.Called() + " port " + n.Port)
				break
			}
		}
		if names[i] == "" {
			return ""
		}
	}
	return fmt.Sprintf("the switches say that their ports carry VLAN %d: %s and %s", vlan, names[0], names[1])
}
