package fleet

import "migcheck/preflight"

// Matrix is every guest against every host.
type Matrix struct {
	fleet *Fleet
	rules []*preflight.Rule
}

// Judge judges a fleet by the rules.
func Judge(f *Fleet, rules []*preflight.Rule) *Matrix {
	return &Matrix{fleet: f, rules: rules}
}

// Verdict is what a single check says of a guest and a host.
func (m *Matrix) Verdict(guest, host int) preflight.Level {
	return m.Explain(guest, host).Verdict
}

// Explain is the report of a single check, with its reasons.
func (m *Matrix) Explain(guest, host int) *preflight.Report {
	return preflight.Run(m.fleet.plan(guest, host), m.rules)
}
