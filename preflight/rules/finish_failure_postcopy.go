package rules

import "migcheck/preflight"

// FinishFailurePostCopy is the engine's own: it looks at what other rules found.
var FinishFailurePostCopy = &preflight.Rule{
	ID:    preflight.FinishFailurePostCopy,
	Level: preflight.Blocked,
	Phase: preflight.Finish,
	Scope: preflight.PerGuest,
	Doc: `post-copy is asked for while something may fail at the end
Under --postcopy the guest goes on running on the destination before all of its
memory is there. What fails then, such as a MAC address that is in use or a VLAN
whose parent is down, ends the guest on the destination, and the source can't
take it back: its memory is in two places. So every rule of phase finish must be
provably fine, and no waiver is accepted for one that is not. Without --postcopy
the same failure costs a copy and a pause, and the guest runs on.`,
}
