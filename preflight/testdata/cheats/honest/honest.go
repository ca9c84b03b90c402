// Package honest does what is meant to be done, and compiles.
package honest

import (
	"time"

	"migcheck/preflight"
)

func migrate(c *preflight.Clearance, now time.Time) error {
	return c.Spend(preflight.Trip{UUID: "u", From: "a", To: "b"}, now)
}

var _ = migrate
