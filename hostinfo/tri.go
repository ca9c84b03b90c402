package hostinfo

import (
	"bytes"
	"fmt"
)

// Tri is a truth value that may not have been observed. Its zero value is
// Unknown, which JSON leaves out (use the omitzero option).
type Tri uint8

// The three values of a Tri.
const (
	Unknown Tri = iota
	No
	Yes
)

// TriOf is Yes or No for a truth value that was observed.
func TriOf(b bool) Tri {
	if b {
		return Yes
	}
	return No
}

// Known says whether the value was observed.
func (t Tri) Known() bool { return t == Yes || t == No }

// String is "yes", "no" or "unknown".
func (t Tri) String() string {
	switch t {
	case Yes:
		return "yes"
	case No:
		return "no"
	}
	return "unknown"
}

// MarshalJSON writes true, false, or null for Unknown.
func (t Tri) MarshalJSON() ([]byte, error) {
	switch t {
	case Yes:
		return []byte("true"), nil
	case No:
		return []byte("false"), nil
	}
	return []byte("null"), nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (t *Tri) UnmarshalJSON(b []byte) error {
	switch string(bytes.TrimSpace(b)) {
	case "true":
		*t = Yes
	case "false":
		*t = No
	case "null":
		*t = Unknown
	default:
		return fmt.Errorf("%.20q is neither true, false nor null", b)
	}
	return nil
}
