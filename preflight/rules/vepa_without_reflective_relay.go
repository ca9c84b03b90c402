package rules

import (
	"fmt"

	"migcheck/preflight"
)

// VEPAWithoutReflectiveRelay tells guests that need a switch to meet neighbours.
var VEPAWithoutReflectiveRelay = &preflight.Rule{
	ID:       "vepa-without-reflective-relay",
	Level:    preflight.Note,
	Phase:    preflight.Silent,
	Scope:    preflight.PerPair,
	Posture:  true,
	AboutNIC: true,
	CausedBy: []string{"network-forward-mismatch"},
	Needs:    preflight.Essential(preflight.Destination, preflight.Device),
	Doc: `mode vepa: guests on one host meet only through the switch
In mode vepa, which is also what an omitted mode means, every frame leaves for
the switch, even one for a guest on the same device. Unless the switch port does
reflective relay (hairpin), guests on one host can't talk to each other. It
shows when a migration brings two of them together. Use mode='bridge' unless a
VEPA switch is there.`,
	Value: func(e *preflight.Endpoint) string { return "mode " + e.Mode },
	Check: func(p *preflight.Pass) {
		src, dst := p.Req.Source, p.Req.Destination
		if dst.Mode != "vepa" {
			return
		}
		f := preflight.Finding{
			Reason: fmt.Sprintf("the NIC is in mode vepa: it reaches other guests of %s only if the switch port does reflective relay", dst.Name),
			Hint:   "mode='bridge' in the guest's definition unless the switch is a VEPA one",
		}
		if p.Req.NIC.Direct() && p.Req.NIC.Mode == "" {
			f.Reason = "no mode is given, which means vepa" + f.Reason[len("the NIC is in mode vepa"):]
		}
		if src.Mode != "" && src.Mode != "vepa" {
			f.Level = preflight.Warning
			f.Reason += "; on " + src.Name + " it is in mode " + src.Mode
		}
		p.Report(f)
	},
}
