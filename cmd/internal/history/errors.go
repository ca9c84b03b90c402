package history

import (
	"errors"
	"fmt"
	"io/fs"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrNone is what errors.Is finds where there is no history, or no run in it
// that is asked for.
var ErrNone = errors.New("no such run")

// noneError is why there is no run.
type noneError struct{ err error }

func (e noneError) Error() string   { return e.err.Error() }
func (e noneError) Unwrap() error   { return e.err }
func (e noneError) Is(t error) bool { return t == ErrNone }

var errEmpty = errors.New("it holds no run")

var errForeign = errors.New("it is an SQLite file, but no history of migcheck")

type laterError struct{ version int64 }

func (e *laterError) Error() string {
	return fmt.Sprintf("it was written by a later migcheck: its version is %d, this one reads up to %d", e.version, version)
}

// damaged is what is wrong with a row that was read.
type damaged struct{ err error }

func (e *damaged) Error() string { return "it is damaged: " + e.err.Error() }
func (e *damaged) Unwrap() error { return e.err }

// Error is what went wrong with a history, and what to do about it.
type Error struct {
	Doing, Path string
	Err         error
	Advice      string // empty: none is known
}

// Error names the file.
func (e *Error) Error() string { return fmt.Sprintf("%s the history %s: %v", e.Doing, e.Path, e.Err) }

// Unwrap gives Err.
func (e *Error) Unwrap() error { return e.Err }

// Hint is the advice.
func (e *Error) Hint() string { return e.Advice }

const (
	adviceDamaged = "nothing was changed in it. Move it aside, and the next run begins a new one; sqlite3 may save what is left: sqlite3 FILE .recover"
	adviceLater   = "nothing was changed in it. Use a migcheck that is not older, or keep another history: --history FILE"
	adviceForeign = "nothing was changed in it. Keep the history in another file: --history FILE"
	adviceNone    = "migcheck fleet keeps its runs there; --history FILE names another one"
	adviceBusy    = "another migcheck is writing it, or a reader holds it: try again"
	adviceHalf    = "a migcheck was stopped while it was writing. Its owner's next migcheck history or fleet puts that right"
	adviceAccess  = "keep it where you may write: --history FILE, or keep none: --no-history"
)

// wrap names the file, and says what an error is in words.
func (f *File) wrap(doing string, err error) error { return wrap(doing, f.path, err) }

func wrap(doing, path string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*Error](err); ok {
		return err
	}
	e := &Error{Doing: doing, Path: path, Err: err}
	if _, ok := errors.AsType[*laterError](err); ok {
		e.Advice = adviceLater
	}
	if _, ok := errors.AsType[*damaged](err); ok {
		e.Advice = adviceDamaged
	}
	switch {
	case errors.Is(err, errForeign):
		e.Advice = adviceForeign
	case errors.Is(err, fs.ErrPermission):
		e.Advice = adviceAccess
	}
	if s, ok := errors.AsType[*sqlite.Error](err); ok {
		e.Advice, e.Err = inWords(s)
	}
	return e
}

// inWords is what SQLite means.
func inWords(s *sqlite.Error) (advice string, err error) {
	switch s.Code() {
	case sqlite3.SQLITE_READONLY_ROLLBACK, sqlite3.SQLITE_READONLY_RECOVERY, sqlite3.SQLITE_READONLY_CANTLOCK:
		return adviceHalf, fmt.Errorf("it has to be put right first: %w", s)
	}
	switch s.Code() & 0xff {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return adviceDamaged, &damaged{s}
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return adviceBusy, s
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN:
		return adviceAccess, s
	case sqlite3.SQLITE_FULL:
		return "the disk is full; nothing that was stored is lost", s
	}
	return "", s
}
