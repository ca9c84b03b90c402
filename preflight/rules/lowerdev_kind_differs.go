package rules

import (
	"fmt"

	"migcheck/preflight"
)

// LowerdevKindDiffers meets devices of one name and two natures.
var LowerdevKindDiffers = &preflight.Rule{
	ID:       "lowerdev-kind-differs",
	Level:    preflight.Warning,
	Phase:    preflight.Silent,
	Scope:    preflight.PerPair,
	CausedBy: []string{"vlan-mismatch", "lowerdev-not-ethernet", "lowerdev-rx-handler-busy"},
	Needs: append(preflight.Essential(preflight.Source, preflight.Device, preflight.Kinds),
		preflight.Essential(preflight.Destination, preflight.Device, preflight.Kinds)...),
	Doc: `the device is of another kind on the destination
A bond here and a single NIC there, a bridge here and a VLAN there: it may well
lead to the same network, and it often means that a name is used for two things.
Look once, then waive it. Where the device was mapped on purpose it is a note.`,
	Value: func(e *preflight.Endpoint) string { return e.Device.Kind },
	Check: func(p *preflight.Pass) {
		src, dst := p.Req.Source, p.Req.Destination
		if src.Device.Kind == dst.Device.Kind {
			return
		}
		f := preflight.Finding{
			Reason: fmt.Sprintf("%s is a %s on %s, and %s is a %s on %s; make sure that both lead to the same network",
				src.Wanted, src.Device.Kind, src.Name, dst.Wanted, dst.Device.Kind, dst.Name),
		}
		if dst.Mapped {
			f.Level = preflight.Note
		}
		p.Report(f)
	},
}
