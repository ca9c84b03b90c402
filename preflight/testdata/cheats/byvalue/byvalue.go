// Package byvalue hands a clearance on by value.
package byvalue

import (
	"time"

	"migcheck/preflight"
)

func migrate(now time.Time) error {
	return preflight.Clearance.Spend(preflight.Clearance{}, preflight.Trip{}, now)
}

var _ = migrate
