package report

import (
	"fmt"
	"slices"
	"strings"

	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

// standing is what a guest may expect of the fleet as a whole. Every format
// calls it by the same word.
type standing string

const (
	free      standing = "free"      // some host takes it
	undecided standing = "undecided" // none takes it for certain, and some might
	stuck     standing = "stuck"     // all others that were seen refuse it, or there is none
)

var standings = []standing{free, undecided, stuck}

func standingOf(w fleet.Ways) standing {
	switch w.Best() {
	case preflight.Blocked:
		return stuck
	case preflight.Undecided:
		return undecided
	}
	return free
}

// level is how a standing weighs.
func (s standing) level() preflight.Level {
	switch s {
	case stuck:
		return preflight.Blocked
	case undecided:
		return preflight.Undecided
	}
	return preflight.Ready
}

// tally is what a fleet's report counts. All formats take it from here.
type tally struct {
	guests map[standing]int
	// warned are the free guests that every host takes with a warning only.
	warned int
	// ways are the pairs of a guest and a host by what the host does.
	allowed, undecided, blocked int
	// unseen are the hosts that were not observed, or whose guests are not known.
	unseen int
}

func count(d *fleet.Document) tally {
	t := tally{guests: map[standing]int{}}
	for i := range d.Guests {
		w := d.Guests[i].Ways
		t.guests[standingOf(w)]++
		if w.Best() == preflight.Warning {
			t.warned++
		}
		t.allowed, t.undecided, t.blocked = t.allowed+w.Allowed, t.undecided+w.Undecided, t.blocked+w.Blocked
	}
	for i := range d.Hosts {
		if what, _ := unseen(&d.Hosts[i]); what != "" {
			t.unseen++
		}
	}
	return t
}

// verdict is the fleet's: the worst of its guests', and undecided at best where
// guests may be missing.
func (t *tally) verdict() standing {
	switch {
	case t.guests[stuck] > 0:
		return stuck
	case t.guests[undecided] > 0, t.unseen > 0:
		return undecided
	}
	return free
}

// unseen says what is not known of a host, and why; empty if its devices were
// read and its guests listed.
func unseen(h *fleet.HostLine) (what, reason string) {
	if !h.Observed {
		return "not observed", h.Reason
	}
	i := slices.IndexFunc(h.Gaps, func(g hostinfo.Gap) bool { return g.Fact == hostinfo.FactDomains && g.Device == "" })
	if i < 0 {
		return "", ""
	}
	return "guests not known", h.Gaps[i].Reason
}

// names are the first few of a list, and how many more there are.
func names(list []string, most int) string {
	if len(list) <= most+1 {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:most], ", "), len(list)-most)
}
