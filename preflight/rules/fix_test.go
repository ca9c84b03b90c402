package rules_test

import (
	"slices"
	"strings"
	"testing"

	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/assume"
	"migcheck/preflight/rules"
)

// testFixes carries out the fixes of a report as far as it is known what their
// commands change: the host accepts each, it ends what it was printed for, blocks
// nothing else, and takes nothing from the host that others have. (How a device will
// be can't be known before it is up: undecided is no fault of a fix.)
func testFixes(t *testing.T, p preflight.Plan, r *preflight.Report) {
	for _, f := range r.Findings {
		if f.CausedBy != "" || f.Subject.Host != p.To.Name || !understood(f.Fix) {
			continue
		}
		if strings.HasPrefix(f.Fix[0], "ip link delete") && p.To.Missing(hostinfo.FactAddresses, "") != nil {
			t.Errorf("the fix of %s deletes a device whose addresses were not read", f.Rule)
		}
		h, err := assume.Run(p.To.Host, f.Fix)
		if err != nil {
			t.Errorf("the fix of %s is refused: %v\n%s", f.Rule, err, strings.Join(f.Fix, "\n"))
			continue
		}
		after := p
		after.To = preflight.NewView(h)
		for _, g := range preflight.Run(&after, rules.All).Findings {
			before := slices.ContainsFunc(r.Findings, func(x preflight.Finding) bool { return x.ID == g.ID })
			if g.ID == f.ID && g.Level == f.Level || !before && g.Level == preflight.Blocked {
				t.Errorf("after the fix of %s there is %s: %s\n%s", f.Rule, g.Rule, g.Reason, strings.Join(f.Fix, "\n"))
			}
		}
		for _, what := range had(p.To.Host) {
			if !slices.Contains(had(h), what) {
				t.Errorf("the fix of %s takes away %s\n%s", f.Rule, what, strings.Join(f.Fix, "\n"))
			}
		}
	}
}

// had is what a host has that no fix may take away, in words.
func had(h *hostinfo.Host) (all []string) {
	for _, d := range h.Devices {
		all = append(all, d.Name)
		for _, a := range d.Addresses {
			all = append(all, "the address "+a)
		}
	}
	for _, n := range h.Namespaces {
		for _, d := range n.Devices {
			all = append(all, d.Name+" in "+n.Name)
		}
	}
	return all
}

// understood says whether it is known what all of the commands change. What
// starting a network does to its host is known of some only.
func understood(lines []string) bool {
	for _, line := range lines {
		if _, err := assume.Parse(line); err != nil || strings.HasPrefix(line, "virsh net-start") {
			return false
		}
	}
	return len(lines) > 0
}
