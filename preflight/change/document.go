package change

import (
	"fmt"
	"slices"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// Schema is the name and version of the document. Within /1 fields are only
// added.
const Schema = "migcheck.diff/1"

// Document is what became different between two runs. It is bounded: of names
// that are many it has the first few and how many there are.
type Document struct {
	Schema string `json:"schema"`
	Before End    `json:"before"`
	After  End    `json:"after"`
	// Example is set where one of the runs is about the recorded example.
	Example bool `json:"example,omitempty"`
	// Came and Gone are hosts that were not asked before, and that were asked no
	// more.
	Came Names `json:"came,omitzero"`
	Gone Names `json:"gone,omitzero"`
	// NotObserved are hosts, or some of their facts, that could not be read now but
	// before; Observed those hosts that can be read again. Neither is a change of
	// facts, and of what follows from it nothing else is said.
	NotObserved []Unseen `json:"not_observed,omitempty"`
	Observed    Names    `json:"observed,omitzero"`
	// Facts are what is other on hosts, those first that verdicts follow from.
	Facts []FactChange `json:"facts"`
	// Guests are what is other with guests.
	Guests []GuestChange `json:"guests"`
	// Waivers are those that came, were taken back or ended.
	Waivers []WaiverChange `json:"waivers,omitempty"`
	// Ways are what is other in verdicts: for guests and the hosts that they could
	// go to.
	Ways []WayChange `json:"ways"`
	// Standings are guests that are stuck now, or are no more.
	Standings []StandingChange `json:"standings"`
	// LeftOut are how many further entries of each list there are.
	LeftOut LeftOut `json:"left_out,omitzero"`
}

// End is one of the two runs.
type End struct {
	Ref
	Tool preflight.Tool `json:"tool"`
	Counts
}

// LeftOut counts what a list is too long for.
type LeftOut struct {
	Facts       int `json:"facts,omitempty"`
	Guests      int `json:"guests,omitempty"`
	Ways        int `json:"ways,omitempty"`
	NotObserved int `json:"not_observed,omitempty"`
}

// Names are the first of some names, and how many there are.
type Names struct {
	Count int      `json:"count"`
	First []string `json:"first"`
}

// The most of anything that a document has.
const (
	maxNames   = 20
	maxEntries = 2000
)

func (n *Names) add(name string) {
	n.Count++
	if len(n.First) < maxNames {
		n.First = append(n.First, name)
	}
}

// Unseen is what could not be read, and where.
type Unseen struct {
	// Fact is empty where the hosts were not observed at all.
	Fact   hostinfo.Fact `json:"fact,omitempty"`
	Reason string        `json:"reason"`
	Hosts  Names         `json:"hosts"`
}

// FactChange is one change of facts, and the hosts that have it.
type FactChange struct {
	hostinfo.Change
	Hosts Names `json:"hosts"`
	// Since is the first run that has it; zero if that was not looked for.
	Since Ref `json:"since,omitzero"`
}

// Kinds of changes of guests.
const (
	GuestCame    = "came"
	GuestGone    = "gone"
	GuestMoved   = "moved"
	GuestState   = "state"
	GuestChanged = "changed" // its definition
)

// GuestChange is one change of guests, and the guests that have it.
type GuestChange struct {
	Kind string `json:"kind"` // came, gone, moved, state or changed
	// Before and After are hosts where it came, is gone or moved, else values.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	What   string `json:"what,omitempty"` // of a definition: "nic 0 device"
	Guests Names  `json:"guests"`
}

// WaiverChange is a waiver that counts in one of the runs only.
type WaiverChange struct {
	Kind   string           `json:"kind"` // given, taken back or ended
	Waiver preflight.Waiver `json:"waiver"`
}

// Kinds of changes of ways.
const (
	Lost    = "lost"    // it was allowed and is blocked
	Unclear = "unclear" // it was allowed and can't be decided
	Won     = "won"     // it is allowed now
	Worse   = "worse"   // blocked instead of undecided, or warned instead of ready
	Better  = "better"  // undecided instead of blocked, or ready instead of warned
)

// WayChange are guests that may expect something else of some hosts than
// before, for one reason.
type WayChange struct {
	Kind   string          `json:"kind"` // lost, unclear, won, worse or better
	Before preflight.Level `json:"before"`
	After  preflight.Level `json:"after"`
	Guests Names           `json:"guests"`
	Hosts  Names           `json:"hosts"` // each of them for each of the guests
	Ways   int             `json:"ways"`
	// Rule is that of the finding that is there now or, for what got better, that
	// was there; empty if none is known. Host and Device are what it is about, empty
	// if there are several. Reason is what is said of one of the ways.
	Rule   string `json:"rule,omitempty"`
	Host   string `json:"host,omitempty"`
	Device string `json:"device,omitempty"`
	Reason string `json:"reason,omitempty"`
	// Mentions are as in Finding.
	Mentions []preflight.Mention `json:"mentions,omitempty"`
	// Because is what it follows from; nil if nothing that is known.
	Because *Because `json:"because,omitempty"`
	// Since is as in FactChange.
	Since Ref `json:"since,omitzero"`
}

// Because is what a change of verdicts follows from. One of its fields is set.
type Because struct {
	// Facts are places in Document.Facts.
	Facts []int `json:"facts,omitempty"`
	// Guests are places in Document.Guests.
	Guests []int `json:"guests,omitempty"`
	// Waivers are places in Document.Waivers.
	Waivers []int `json:"waivers,omitempty"`
	// Tool is set where nothing changed but the migcheck that judged.
	Tool bool `json:"tool,omitempty"`
}

// StandingChange are guests that became stuck, or were and are free.
type StandingChange struct {
	Before Standing `json:"before,omitempty"` // empty: they came
	After  Standing `json:"after"`
	Guests Names    `json:"guests"`
}

// Empty says whether nothing became different.
func (d *Document) Empty() bool {
	return d.Came.Count == 0 && d.Gone.Count == 0 && len(d.NotObserved) == 0 && d.Observed.Count == 0 && len(d.Facts) == 0 &&
		len(d.Guests) == 0 && len(d.Waivers) == 0 && len(d.Ways) == 0 && len(d.Standings) == 0
}

// GotWorse says whether a guest is stuck or a way is lost that was not before.
func (d *Document) GotWorse() bool {
	return slices.ContainsFunc(d.Ways, func(w WayChange) bool { return w.Kind == Lost }) ||
		slices.ContainsFunc(d.Standings, func(s StandingChange) bool { return s.After == Stuck })
}

// Check says what is wrong with a document that was read: numbers that lead
// nowhere.
func (d *Document) Check() error {
	if d.Schema != Schema {
		return fmt.Errorf("the document is %.40q, not %s", d.Schema, Schema)
	}
	within := func(list []int, n int) bool {
		return !slices.ContainsFunc(list, func(i int) bool { return i < 0 || i >= n })
	}
	for i := range d.Ways {
		b := d.Ways[i].Because
		if b != nil && !(within(b.Facts, len(d.Facts)) && within(b.Guests, len(d.Guests)) && within(b.Waivers, len(d.Waivers))) {
			return fmt.Errorf("change %d of ways has a cause that is not there", i)
		}
	}
	return nil
}
