package evacuate

import (
	"time"

	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

// Schema is the name and version of the document. Within /1 fields are only
// added.
const Schema = "migcheck.evacuation/1"

// Document is a plan to empty a host, and what stands in its way.
type Document struct {
	Schema string         `json:"schema"`
	Tool   preflight.Tool `json:"tool"`
	// Created is when it was planned, UTC.
	Created time.Time `json:"created"`
	// Example is set where the facts are the recorded example's, not a host's.
	Example bool               `json:"example,omitempty"`
	Options preflight.Options  `json:"options"`
	Waivers []preflight.Waiver `json:"waivers,omitempty"`
	// Offline is set where the definitions of stopped guests are planned too,
	// Overcommit where memory was left out of account.
	Offline    bool `json:"offline,omitempty"`
	Overcommit bool `json:"overcommit,omitempty"`
	// Host is the one to be emptied.
	Host preflight.HostIdentity `json:"host"`
	// Unlisted is why there may be guests on it that the plan does not know of;
	// empty if it knows all.
	Unlisted string `json:"unlisted,omitempty"`
	// Verdict is ready if every guest that is to leave has a place, undecided if
	// one may have, else blocked.
	Verdict preflight.Level `json:"verdict"`
	// Steps are the plan in its order: each holds once those before it are done.
	Steps []Step `json:"steps"`
	// Left are the guests without a place.
	Left []Left `json:"left"`
	// Stopped are the guests that are not planned, since they don't run.
	Stopped []Guest `json:"stopped,omitempty"`
	// Better is set where the search was ended before it had tried everything: a
	// plan with a place for more guests may exist.
	Better bool `json:"better_may_exist,omitempty"`
	// Destinations are the hosts that guests may go to.
	Destinations []Destination `json:"destinations"`
}

// Guest is a guest in brief.
type Guest struct {
	Name  string               `json:"name"`
	UUID  string               `json:"uuid,omitempty"`
	State hostinfo.DomainState `json:"state,omitempty"`
	// Needs is the memory that it takes of a host, KiB; 0 for a stopped guest and
	// where Unknown says why it is not known.
	Needs   int    `json:"needs_kib"`
	Huge    bool   `json:"hugepages,omitempty"`      // of hugepages
	Page    int    `json:"page_kib,omitempty"`       // their size; 0: the host's default
	Unknown string `json:"memory_unknown,omitempty"` // why Needs is not known
}

// Step is one placement.
type Step struct {
	Guest
	To      string          `json:"to"`
	Verdict preflight.Level `json:"verdict"` // ready, note or warning; anything once Moved is there
	// Findings are what a check of this step says, consequences left out.
	Findings []preflight.Finding `json:"findings,omitempty"`
	// Moved is what became of it, where the plan was carried out.
	Moved *preflight.Moved `json:"moved,omitempty"`
}

// Follow takes over what the check right before the migration said, and what
// became of it.
func (s *Step) Follow(r *preflight.Report) {
	s.Verdict, s.Findings, s.Moved = r.Verdict, roots(r, preflight.Note), r.Moved
}

// Left is a guest without a place.
type Left struct {
	Guest
	Verdict preflight.Level `json:"verdict"` // undecided or blocked: the best of all hosts
	Ways    fleet.Ways      `json:"ways"`    // before anybody moves, memory left out of account
	Reasons []Reason        `json:"reasons"`
	Fix     *Fix            `json:"fix,omitempty"` // nil if no single one is known to help
}

// Reason is why some hosts don't take a guest.
type Reason struct {
	Hosts []string        `json:"hosts"`
	Level preflight.Level `json:"level"` // undecided or blocked
	// Memory says what is lacking, or not known, where the rules would let the
	// guest go; then there are no findings.
	Memory string `json:"memory,omitempty"`
	// After is set where only the guests that the plan sends there before are in
	// the way.
	After bool `json:"after_others,omitempty"`
	// Findings are of that level, as a check with the first of the hosts says
	// them; the others differ in nothing that these rules look at.
	Findings []preflight.Finding `json:"findings,omitempty"`
}

// Fix is a change that would free a guest, proven by judging again as if it had
// been made.
type Fix struct {
	Host     string   `json:"host"` // where it is made
	Rule     string   `json:"rule"` // that it satisfies
	To       string   `json:"to"`   // the host that the guest could then go to
	Commands []string `json:"commands"`
	// Verdict is that of the way afterwards; undecided where the outcome can't be
	// known before, as a carrier can't.
	Verdict preflight.Level `json:"verdict"`
}

// Destination is a host that guests may go to.
type Destination struct {
	preflight.HostIdentity
	// Reason is why nothing is known of the host; empty if it was observed.
	Reason string `json:"reason,omitempty"`
	Guests int    `json:"guests"` // that the plan sends there
	// Unknown is why its free memory is not known.
	Unknown string `json:"memory_unknown,omitempty"`
	// Free and Left are what it has for guests before and after the plan, KiB;
	// Left is below 0 where memory was left out of account.
	Free  int        `json:"free_kib"`
	Left  int        `json:"left_kib"`
	Pools []PoolLine `json:"pools,omitempty"` // hugepages, smallest first
}

// PoolLine is a pool of hugepages before and after the plan.
type PoolLine struct {
	Size int `json:"page_kib"`
	Free int `json:"free"`
	Left int `json:"left"`
}
