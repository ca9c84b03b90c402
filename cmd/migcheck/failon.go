package main

import (
	"fmt"
	"slices"
	"strings"

	"migcheck/cmd/internal/exit"
	"migcheck/cmd/internal/nearest"
	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

// failure words say on what a fleet's run is to fail, and with which code.
var failures = []struct {
	word string
	code int
	met  func(*fleet.Document) bool
}{
	{"stuck", exit.Blocked, anyStuck},
	{"undecided", exit.Undecided, anyUndecided},
}

// anyStuck says whether a guest has nowhere to go.
func anyStuck(d *fleet.Document) bool {
	return slices.ContainsFunc(d.Guests, func(g fleet.GuestLine) bool { return g.Ways.Stuck() })
}

// anyUndecided says whether a host was not read, or a guest may have a way that
// could not be decided.
func anyUndecided(d *fleet.Document) bool {
	return slices.ContainsFunc(d.Hosts, func(h fleet.HostLine) bool { return !h.Observed }) ||
		slices.ContainsFunc(d.Guests, func(g fleet.GuestLine) bool { return g.Ways.Undecided > 0 }) ||
		slices.ContainsFunc(d.Findings, func(f fleet.FindingLine) bool { return f.Level == preflight.Undecided })
}

func failWords() []string {
	var out []string
	for _, f := range failures {
		out = append(out, f.word)
	}
	return out
}

// knownFailures refuses words that are none of them.
func knownFailures(words []string) error {
	for _, w := range words {
		if !slices.Contains(failWords(), w) {
			hint := ""
			if near := nearest.Of(w, failWords()); near != "" {
				hint = "did you mean " + near + "?"
			}
			return exit.Because(fmt.Errorf("--fail-on is %q; it can be %s", w, strings.Join(failWords(), ", ")), hint)
		}
	}
	return nil
}

// failure is the code that a document comes to.
func failure(words []string, d *fleet.Document) int {
	code := exit.OK
	for _, f := range failures {
		if slices.Contains(words, f.word) && f.met(d) {
			code = exit.Worst(code, f.code)
		}
	}
	return code
}
