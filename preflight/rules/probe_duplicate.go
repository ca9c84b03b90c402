package rules

import (
	"fmt"

	"migcheck/preflight"
)

// ProbeDuplicate meets networks that multiply frames.
var ProbeDuplicate = &preflight.Rule{
	ID:    "probe-duplicate",
	Level: preflight.Warning,
	Phase: preflight.Silent,
	Scope: preflight.PerPair,
	Needs: preflight.Helpful(preflight.Destination, preflight.Probe),
	Doc: `frames between the devices arrive more than once
Of the frames that --probe sends between the devices some came twice, or came back
to who had sent them. A loop between switches does that, and bonds whose switch does
not know that its ports belong together; somebody who repeats what he sees does it,
too. Switches then learn addresses at the wrong ports: the guest's own frames may
go astray after it has moved.`,
	Check: func(p *preflight.Pass) {
		r := p.Plan.Probed(p.Req)
		twice, back := r.There.Duplicates+r.Back.Duplicates, r.There.Returned+r.Back.Returned
		if twice+back == 0 {
			return
		}
		p.Report(preflight.Finding{
			Reason: fmt.Sprintf("of %d frames between the devices %d arrived once more, and %d came back to their sender", r.There.Sent+r.Back.Sent, twice, back),
			Hint:   "look for a loop between the switches, and for bonds without LACP on ports that their switch does not take together",
		})
	},
}
