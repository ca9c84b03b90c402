package world

import (
	"testing"

	"migcheck/hostinfo"
)

// TestNotedCanBeHeld: a live world that is noted can be migrated in as before, and
// a recorded one still not.
func TestNotedCanBeHeld(t *testing.T) {
	note := func(w World) World {
		return Noted(w, func(*hostinfo.Host) {}, func(string, *hostinfo.Guest) {})
	}
	l := &live{}
	h, err := HoldOf(note(l))
	if err != nil || h.l != l {
		t.Errorf("%v, %v", h, err)
	}
	if _, err := HoldOf(note(nil)); err == nil {
		t.Error("what is not live is held")
	}
}
