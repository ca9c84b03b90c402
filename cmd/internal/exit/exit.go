// Package exit holds the exit codes of migcheck and errors that carry one.
package exit

import (
	"errors"

	"migcheck/preflight"
)

// The exit codes, as the README lists them.
const (
	OK          = 0   // ready, notes and warnings included
	Blocked     = 1   // at least one guest is blocked
	Usage       = 2   // the command line or a file is wrong, or migcheck itself failed
	Undecided   = 3   // at least one guest could not be decided, none is blocked
	Migration   = 4   // a migration was started and failed
	Interrupted = 130 // SIGINT
	Terminated  = 143 // SIGTERM
)

// Error ends the program with a code. Hint is printed on a line of its own.
type Error struct {
	Code int
	Err  error // nil: everything has been said
	Hint string
	// Told is set where even an interruption's outcome has been said.
	Told bool
}

// Error is what Err says.
func (e *Error) Error() string {
	if e.Err == nil {
		return ""
	}
	return e.Err.Error()
}

// Unwrap gives Err.
func (e *Error) Unwrap() error { return e.Err }

// Because is an Error of code Usage with a hint.
func Because(err error, hint string) error {
	return &Error{Code: Usage, Err: err, Hint: hint}
}

// Status ends the program with a code and no further words.
func Status(code int) error {
	if code == OK {
		return nil
	}
	return &Error{Code: code}
}

// Code is the exit code for an error: Usage for those that carry none.
func Code(err error) int {
	if err == nil {
		return OK
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Usage
}

// ForVerdict is the exit code of a verdict; strict counts warnings as blocked.
func ForVerdict(l preflight.Level, strict bool) int {
	switch {
	case l == preflight.Blocked, strict && l == preflight.Warning:
		return Blocked
	case l == preflight.Undecided:
		return Undecided
	}
	return OK
}

// severity is the order in which codes win over each other.
var severity = []int{OK, Undecided, Blocked, Usage, Migration}

// Worst is the code that wins where several pairs were judged: 4, 2, 1, 3, 0.
func Worst(a, b int) int {
	for i := len(severity) - 1; i >= 0; i-- {
		if severity[i] == a || severity[i] == b {
			return severity[i]
		}
	}
	return max(a, b)
}
