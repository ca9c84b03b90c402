package preflight

import (
	"slices"

	"migcheck/hostinfo"
)

// Tried is what came of making a macvtap on a NIC's device; nil if that was not
// tried.
func (p *Plan) Tried(e *Endpoint) *hostinfo.Trial {
	if e.Device == nil {
		return nil
	}
	i := slices.IndexFunc(p.Trials, func(t hostinfo.Trial) bool {
		return t.Host == e.Name && t.Device == e.Device.Name && t.Mode == e.Mode
	})
	if i < 0 {
		return nil
	}
	return &p.Trials[i]
}

// knowTrial says whether it is known what came of a trial.
func (p *Plan) knowTrial(e *Endpoint) (*Endpoint, knowledge, string) {
	if e.Device == nil || p.Trials == nil {
		return e, inapplicable, ""
	}
	switch t := p.Tried(e); {
	case t == nil:
		return e, missing, "no macvtap was tried on " + e.Device.Name
	case t.Undecided != "":
		return e, missing, t.Undecided
	}
	return e, known, ""
}
