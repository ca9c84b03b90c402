package rules

import "migcheck/preflight"

// FactsNotObserved is what the engine reports when an essential fact is
// missing; it has no Check of its own.
var FactsNotObserved = &preflight.Rule{
	ID:    preflight.FactsNotObserved,
	Level: preflight.Undecided,
	Phase: preflight.Silent,
	Scope: preflight.PerGuest,
	Doc: `facts that decide could not be read
A host did not answer, refused, or lacks the tool that shows a fact. The rules
that need it say nothing then, and silence must not be taken for readiness: the
verdict is undecided until the fact can be read. The finding names what was
tried and what it answered; "migcheck doctor HOST" says which right or package
is missing. It can't be waived, since nobody knows what would be waived.`,
}
