package preflight_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"migcheck/preflight"
	"migcheck/preflight/rules"
)

const refusedThere = "-- beyond --\nemulator \"Cannot check QEMU binary /usr/bin/qemu: No such file or directory\"\n"

// TestBeyondChangesNoVerdict: what is asked beyond the network, whatever comes of
// it, leaves the rest of the report as it is.
func TestBeyondChangesNoVerdict(t *testing.T) {
	for _, text := range []string{"", otherVLAN, unobserved} {
		plain := run(t, text)
		if plain.Beyond != nil || plain.Overall() != plain.Verdict {
			t.Errorf("%q: nobody asked, and there is %+v", text, plain.Beyond)
		}
		for _, more := range []string{"-- beyond --\n", refusedThere, "-- beyond --\ngap hostA rest \"no\"\n"} {
			r := run(t, text+more)
			if r.Beyond == nil || r.Overall() != max(r.Verdict, r.Beyond.Verdict) {
				t.Errorf("%q: %+v", text+more, r.Beyond)
				continue
			}
			if got, want := len(r.Everything()), len(r.Findings)+len(r.Beyond.Findings); got != want {
				t.Errorf("%q: %d findings of %d", text+more, got, want)
			}
			r.Beyond = nil
			if diff := cmp.Diff(plain, r); diff != "" {
				t.Errorf("%q changes the network's report:\n%s", text+more, diff)
			}
		}
	}
}

// TestClearanceGoesByBoth: what is refused beyond the network clears nothing, and
// withdraws what was cleared.
func TestClearanceGoesByBoth(t *testing.T) {
	if _, c, err := preflight.Clear(live(t, reached+refusedThere), rules.All, sent); c != nil || err == nil || !strings.Contains(err.Error(), "beyond its network the guest is blocked") {
		t.Errorf("a clearance in spite of a refusal: %v", err)
	}
	c := cleared(t, live(t, reached+"-- beyond --\n"))
	_, _, err := c.Confirm(live(t, reached+refusedThere), rules.All, sent)
	var withdrawn *preflight.Withdrawn
	if !errors.As(err, &withdrawn) || !strings.Contains(err.Error(), "emulator-missing") {
		t.Errorf("confirmed in spite of a refusal: %v", err)
	}
	again := cleared(t, live(t, reached+"-- beyond --\n"))
	if _, changes, err := again.Confirm(live(t, reached+"-- beyond --\n"), rules.All, sent); err != nil || len(changes) > 0 {
		t.Errorf("nothing has changed: %v, %v", changes, err)
	}
}
