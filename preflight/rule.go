package preflight

import "strings"

// Phase is when libvirt would meet the defect by itself.
type Phase string

// The phases of a migration, cheapest first.
const (
	Begin    Phase = "begin"    // on the source, at once: nothing was touched
	Prepare  Phase = "prepare"  // on the destination, before any memory was copied
	Transfer Phase = "transfer" // while memory is copied: the copy is wasted
	Finish   Phase = "finish"   // after all memory was copied, with the guest paused
	Silent   Phase = "silent"   // never: the migration is reported as a success
	After    Phase = "after"    // seen by migcheck's own look afterwards
)

// PhaseText is what a phase means for the guest, for people.
func PhaseText(p Phase) string {
	switch p {
	case Begin:
		return "libvirt refuses at once; the guest is not touched"
	case Prepare:
		return "libvirt refuses before anything is copied; the guest is not touched"
	case Transfer:
		return "libvirt fails while it copies; the guest goes on running on the source"
	case Finish:
		return "libvirt fails after all memory was copied and the guest was paused"
	case Silent:
		return "libvirt never notices; the migration is reported as a success"
	case After:
		return "seen only by looking after the migration"
	}
	return string(p)
}

// Scope is what a rule's Check is called for.
type Scope string

// The scopes of rules.
const (
	// PerDevice rules look at the device of one NIC on one host. They are asked
	// about the destination, and those of phase Silent about the source too: what
	// is equally so there does not get worse by migrating.
	PerDevice Scope = "device"
	// PerPair rules compare a NIC's devices on both hosts.
	PerPair Scope = "pair"
	// PerGuest rules look at the guest, or at the hosts, as a whole.
	PerGuest Scope = "guest"
)

// Area is which part of a migration a rule is about.
type Area string

// The areas. What is found in one never changes the verdict of the other.
const (
	// Network is what every check judges: whether the guest's network will be
	// there. Rules are about it unless they say otherwise.
	Network Area = ""
	// Beyond is what else libvirt refuses, or does not notice. It is judged only
	// where the plan has what was asked about it.
	Beyond Area = "beyond the network"
)

// Rule is one thing that can go wrong, as a value. Reports, tables, explain,
// --allow and the names of test cases are all made from it.
type Rule struct {
	// ID names the defect in kebab-case, so that "--allow ID" reads as a sentence.
	ID string
	// Level is the level of its findings unless Check gives another.
	Level Level
	Phase Phase
	Scope Scope
	Area  Area
	// About are the NICs that the rule is about, by what they stand on; nothing
	// is those with a macvtap.
	About Footing
	// Applies says whether the rule is about such a NIC at all, by what the guest
	// and the NIC ask for; nil: about every one. Where it does not apply, what
	// could not be read does not matter. The Pass has no way to report.
	Applies func(*Pass) bool
	// Needs are the facts that Check looks at. The engine sees to it that they
	// are there before Check is called.
	Needs []Need
	// CausedBy are the rules of which this one is a mere consequence where both
	// speak about one NIC.
	CausedBy []string
	// WithoutDevice is set for the rules that speak about NICs whose device was
	// not found on the destination; the others do not apply there.
	WithoutDevice bool
	// AboutNIC is set for rules whose findings are about the NIC as such, not
	// about its device: where a network's pool has several, they are said once.
	AboutNIC bool
	// RegardlessOfLink is set for silent rules whose harm does not depend on the NIC's
	// link: the guest could not go on, or another guest suffers.
	RegardlessOfLink bool
	// Posture is set for rules about how a guest is set up, equally true
	// wherever it runs. Their notes do not lift a report's verdict.
	Posture bool
	// Doc is what `migcheck explain` prints: the first line is the title, the
	// rest says what harm the defect does, in an operator's words.
	Doc string
	// Value is what both sides are compared by, shown with every finding; nil if
	// there is no such value. It returns "" where it is unknown.
	Value func(*Endpoint) string
	// Check looks at what is in the Pass and reports findings. It is pure. Nil
	// for findings that the engine itself makes.
	Check func(*Pass)
}

// Title is the first line of Doc.
func (r *Rule) Title() string {
	title, _, _ := strings.Cut(r.Doc, "\n")
	return title
}

// Need is one fact that a rule looks at.
type Need struct {
	Side Side
	Fact Fact
	// Essential facts make the rule undecided when they are missing; without the
	// others the rule is only listed as not checked.
	Essential bool
}

// Essential are needs on one side without which nothing can be said.
func Essential(s Side, facts ...Fact) []Need { return needs(s, true, facts) }

// Helpful are needs on one side without which the rule is left out, with a
// word about it.
func Helpful(s Side, facts ...Fact) []Need { return needs(s, false, facts) }

func needs(s Side, essential bool, facts []Fact) []Need {
	out := make([]Need, 0, len(facts))
	for _, f := range facts {
		out = append(out, Need{Side: s, Fact: f, Essential: essential})
	}
	return out
}

// Pass is what a Check is handed: the plan, the NIC, and the side to judge.
type Pass struct {
	Plan *Plan
	// Req is the NIC under judgement; nil for PerGuest rules.
	Req *Requirement
	// Side is the endpoint to judge. For PerPair rules it is the destination.
	// Nil for PerGuest rules.
	Side *Endpoint

	report func(Finding)
}

// Report adds a finding. Rule, phase and subject are filled in where the
// finding leaves them empty.
func (p *Pass) Report(f Finding) { p.report(f) }

// Undecided reports that the rule's facts were read and still do not decide.
func (p *Pass) Undecided(f Finding) {
	f.Level = Undecided
	p.report(f)
}
