package change

import (
	"time"

	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

// Run is a fleet as it was judged once.
type Run struct {
	ID       int64 // its number in the history
	Document *fleet.Document
	// Hosts and Guests are the facts, in the order of the document. Facts that two
	// runs have in common may be one pointer.
	Hosts  []*hostinfo.Host
	Guests []*hostinfo.Guest
}

// Ref names a run.
type Ref struct {
	ID      int64     `json:"id"`
	Created time.Time `json:"created"`
}

// Ref is the run's name.
func (r *Run) Ref() Ref { return Ref{r.ID, r.Document.Created} }

// Counts are a run in numbers.
type Counts struct {
	Hosts      int `json:"hosts"`
	Unobserved int `json:"unobserved"` // of those
	Guests     int `json:"guests"`
	Free       int `json:"free"`      // with at least one host to go to
	Stuck      int `json:"stuck"`     // blocked on every other host
	Undecided  int `json:"undecided"` // neither
}

// Count counts what a document says.
func Count(d *fleet.Document) Counts {
	c := Counts{Hosts: len(d.Hosts), Guests: len(d.Guests)}
	for i := range d.Hosts {
		if !d.Hosts[i].Observed {
			c.Unobserved++
		}
	}
	for i := range d.Guests {
		switch standing(d.Guests[i].Ways) {
		case Free:
			c.Free++
		case Stuck:
			c.Stuck++
		default:
			c.Undecided++
		}
	}
	return c
}

// Standing is what a guest may expect in one word.
type Standing string

// The standings.
const (
	Free     Standing = "free"      // it has somewhere to go
	Stuck    Standing = "stuck"     // it is blocked everywhere
	Unknown  Standing = "undecided" // nothing is known to be open, and not all to be blocked
	NotThere Standing = ""
)

func standing(w fleet.Ways) Standing {
	switch w.Best() {
	case preflight.Blocked:
		return Stuck
	case preflight.Undecided:
		return Unknown
	}
	return Free
}
