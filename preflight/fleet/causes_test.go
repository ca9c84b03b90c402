package fleet_test

import (
	"slices"
	"strings"
	"testing"

	"migcheck/preflight/fleet"
	"migcheck/preflight/fleet/synth"
	"migcheck/preflight/rules"
)

// TestCausesAreSaid: whatever is counted can be shown in the words of a check.
func TestCausesAreSaid(t *testing.T) {
	m := fleet.Judge(synth.Fleet(synth.Size{Hosts: 120, Guests: 600, NICs: 2, VLANs: 6}, 3), rules.All)
	all := m.Causes()
	if len(all) < 5 || all[0].Opens == 0 {
		t.Fatalf("%d causes, of which the first is %+v", len(all), all[0])
	}
	for i := range all {
		f := m.Finding(&all[i])
		if f == nil || f.Reason == "" {
			t.Errorf("%+v is not said by its example", all[i])
		}
	}
	if !slices.ContainsFunc(all, func(c fleet.Cause) bool { return strings.HasPrefix(c.Device, "bond0.") }) {
		t.Error("no cause is about a VLAN")
	}
}
