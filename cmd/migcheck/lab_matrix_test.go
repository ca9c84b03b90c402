//go:build lab

package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// matrix is predictions against outcomes.
type matrix struct{ rows []row }

// row is one scenario; its verdicts are in the order of users.
type row struct {
	scenario *scenario
	verdicts []verdict
	outcome  *outcome
}

// The two sides of the matrix.
var (
	said     = []string{"ready", "warned", "blocked", "undecided"}
	happened = []string{"arrived with its network", "arrived mute or elsewhere", "refused before copying", "failed after copying"}
)

// class is a verdict's row: notes are ready.
func (v verdict) class() string {
	switch v.level {
	case "note":
		return "ready"
	case "warning":
		return "warned"
	}
	return v.level
}

// class is an outcome's column.
func (o *outcome) class() string {
	switch {
	case o.arrival == "refused":
		return happened[2]
	case o.arrival == "fails":
		return happened[3]
	case slices.ContainsFunc(o.frames, func(f string) bool { return f != "right" }):
		return happened[1]
	}
	return happened[0]
}

// names are the scenarios in a cell of one user's matrix.
func (m *matrix) names(user int, class, outcome string) []string {
	var out []string
	for _, r := range m.rows {
		if r.verdicts[user].class() == class && (outcome == "" || r.outcome.class() == outcome) {
			out = append(out, r.scenario.name)
		}
	}
	return out
}

// conclude prints the matrix, keeps that of the whole table, and holds it to
// the promise: no guest that is called ready and does not arrive with its
// network, none that is called blocked and does, and few that are undecided.
func (m *matrix) conclude(t *testing.T, whole bool) {
	text := m.text()
	fmt.Print("\n", text)
	if whole {
		if err := os.WriteFile("../../fixtures/lab/matrix.md", []byte(text), 0o644); err != nil {
			t.Error(err)
		}
	}
	for u, user := range users {
		for _, bad := range happened[1:] {
			if names := m.names(u, "ready", bad); len(names) > 0 {
				t.Errorf("as %s: called ready, and %s: %s", user, bad, strings.Join(names, "; "))
			}
		}
		if names := m.names(u, "blocked", happened[0]); len(names) > 0 {
			t.Errorf("as %s: called blocked, and %s: %s", user, happened[0], strings.Join(names, "; "))
		}
	}
	if names := m.names(0, "undecided", ""); whole && len(names)*20 > len(m.rows) {
		t.Errorf("as root %d of %d are undecided: %s", len(names), len(m.rows), strings.Join(names, "; "))
	}
}

func (m *matrix) text() string {
	b := &strings.Builder{}
	for u, user := range users {
		fmt.Fprintf(b, "%d scenarios, asked as %s:\n\n", len(m.rows), user)
		fmt.Fprintf(b, "| migcheck said | %s |\n|---|---|---|---|---|\n", strings.Join(happened, " | "))
		for _, class := range said {
			fmt.Fprintf(b, "| %s |", class)
			for _, o := range happened {
				fmt.Fprintf(b, " %d |", len(m.names(u, class, o)))
			}
			b.WriteByte('\n')
		}
		b.WriteByte('\n')
		m.exceptions(b, u)
	}
	b.WriteString("| scenario | as root | as alice | libvirt | frames |\n|---|---|---|---|---|\n")
	for _, r := range m.rows {
		alice := r.verdicts[1].String()
		if alice == r.verdicts[0].String() {
			alice = "the same"
		}
		fmt.Fprintf(b, "| %s | %v | %s | %s | %s |\n", r.scenario.name, r.verdicts[0], alice, r.outcome.arrival, strings.Join(r.outcome.frames, ", "))
	}
	return b.String()
}

// exceptions names the scenarios in the cells that should be empty.
func (m *matrix) exceptions(b *strings.Builder, user int) {
	list := func(what string, names []string) {
		text := "none"
		if len(names) > 0 {
			text = strings.Join(names, "; ")
		}
		fmt.Fprintf(b, "- %s: %s\n", what, text)
	}
	var misses, warned []string
	for _, bad := range happened[1:] {
		misses = append(misses, m.names(user, "ready", bad)...)
		warned = append(warned, m.names(user, "warned", bad)...)
	}
	list("called ready, and did not arrive with its network", misses)
	list("called blocked, and arrived with its network", m.names(user, "blocked", happened[0]))
	list("only warned, and did not arrive with its network", warned)
	list("undecided", m.names(user, "undecided", ""))
	b.WriteByte('\n')
}
