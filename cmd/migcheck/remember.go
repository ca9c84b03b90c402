package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"migcheck/cmd/internal/exit"
	"migcheck/preflight/change"
	"migcheck/preflight/fleet"
)

// keeps says whether a run goes into the history: one over the whole live fleet,
// or any whose history was named.
func (f *fleetFlags) keeps() bool {
	switch {
	case f.none || f.watch > 0:
		return false
	case f.history != "":
		return true
	}
	return f.snapshot == "" && f.hosts == "" && f.guests == ""
}

// mayKeep refuses what does not go together.
func (f *fleetFlags) mayKeep() error {
	if _, err := f.keep(); err != nil {
		return err
	}
	if slices.Contains(f.failOn, failOnNew) && !f.keeps() {
		return exit.Because(errors.New("--fail-on new needs the history, and this run is not kept in it"), "name one: --history FILE")
	}
	return nil
}

// remember keeps a run, and says what is new in it; nil if there is no run
// before it, or if it was not asked for. A history that can't be written is an
// error only to those who asked for it.
func (r *fleetRun) remember(ctx context.Context, d *fleet.Document) (*change.Document, error) {
	if !r.keeps() || d.Example && r.history == "" || ctx.Err() != nil {
		return nil, nil
	}
	asked := slices.Contains(r.failOn, failOnNew)
	news, err := r.keepFlags.record(ctx, r.judged, d, asked)
	switch {
	case err != nil && (asked || r.history != ""):
		return nil, err
	case err != nil:
		complainError(r.cmd.ErrOrStderr(), fmt.Errorf("this run is not kept: %w", err))
	case asked && news == nil && !r.quiet:
		complain(r.cmd.ErrOrStderr(), "--fail-on new: the history holds no run before this one")
	}
	return news, nil
}
