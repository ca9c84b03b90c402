package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"migcheck/cmd/internal/exit"
	"migcheck/cmd/internal/history"
	"migcheck/preflight/change"
	"migcheck/preflight/fleet"
	"migcheck/preflight/rules"
)

// keepFlags say where runs are kept and for how long.
type keepFlags struct {
	history string
	none    bool
	age     string
	runs    int
}

func (k *keepFlags) register(f *pflag.FlagSet) {
	f.StringVar(&k.history, "history", "", historyUsage)
	f.BoolVar(&k.none, "no-history", false, "keep nothing of this run")
	f.StringVar(&k.age, "keep-for", "90d", "delete runs of the history that are older than `TIME` (36h, 90d; 0: none for its age)")
	f.IntVar(&k.runs, "keep-runs", history.DefaultKeep.Runs, "delete all but the last `N` runs of the history (0: none for their number)")
}

const historyUsage = "the `FILE` that runs are kept in ($XDG_STATE_HOME/migcheck/history.db; root: /var/lib/migcheck/history.db)"

// keep is what the flags come to.
func (k *keepFlags) keep() (history.Keep, error) {
	age, err := history.ParseAge(cmp.Or(k.age, "0"))
	if err != nil {
		return history.Keep{}, exit.Because(fmt.Errorf("--keep-for: %w", err), "")
	}
	if k.runs < 0 {
		return history.Keep{}, exit.Because(fmt.Errorf("--keep-runs is %d", k.runs), "")
	}
	if k.none && k.history != "" {
		return history.Keep{}, exit.Because(errors.New("--history and --no-history: is the run to be kept or not?"), "")
	}
	return history.Keep{For: age, Runs: k.runs}, nil
}

// record keeps a run and, with news, says what became different since the one
// before it; nil if there is none.
func (k *keepFlags) record(ctx context.Context, f *fleet.Fleet, d *fleet.Document, news bool) (*change.Document, error) {
	keep, err := k.keep()
	if err != nil {
		return nil, err
	}
	path, err := history.Path(k.history)
	if err != nil {
		return nil, err
	}
	file, err := history.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	before, err := file.Runs(ctx, 1)
	if err != nil {
		return nil, err
	}
	id, err := file.Record(ctx, f, d, keep)
	if err != nil || len(before) == 0 || !news {
		return nil, err
	}
	return compareRuns(ctx, file, before[0].ID, id, change.Only{})
}

// compareRuns reads two runs and compares them.
func compareRuns(ctx context.Context, f *history.File, before, after int64, only change.Only) (*change.Document, error) {
	b, err := f.Load(ctx, after, nil)
	if err != nil {
		return nil, err
	}
	a, err := f.Load(ctx, before, b)
	if err != nil {
		return nil, err
	}
	return change.Compare(&a.Run, &b.Run, rules.All, only), nil
}
