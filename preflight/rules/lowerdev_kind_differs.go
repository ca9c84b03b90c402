package rules

import (
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
Look once, then waive it. Where the device was mapped on purpose, or each host's
libvirt network names its own, it is a note.`,
	Value: func(e *preflight.Endpoint) string { return kindWord(e.Device) },
	Check: func(p *preflight.Pass) {
		src, dst := p.Req.Source, p.Req.Destination
		if src.Device.Kind == dst.Device.Kind || src.Bridged {
			return
		}
		f := preflight.Finding{
			Hint:   "if they do, --allow lowerdev-kind-differs",
			Reason: both(src, dst, "a "+kindWord(src.Device), "a "+kindWord(dst.Device)) + "; make sure that both lead to the same network",
		}
		if dst.Mapped || src.Wanted != dst.Wanted && !src.Moved {
			f.Level = preflight.Note
		}
		p.Report(f)
	},
}
