package main

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"migcheck/cmd/internal/exit"
	"migcheck/cmd/internal/history"
	"migcheck/preflight/change"
	"migcheck/preflight/report"
	"migcheck/preflight/rules"
)

func diffCommand() *cobra.Command {
	var file, format, failOn, color string
	hidden := &redaction{}
	cmd := &cobra.Command{
		Use:   "diff [RUN [RUN]]",
		Short: "say what changed between two runs over a fleet",
		Long: `diff compares two runs that migcheck fleet has kept: what is other on hosts and
with guests, which guests can no longer go where because of it, or can again, and
since when. Without a RUN it compares the last two, with one that one and the
last. What could not be read in one of the runs is not observed, and no change.

RUN is ` + runWords + `

Exit status: 0 if it could report, whatever it reports; with --fail-on worse 1 if
a way was lost or a guest is stuck that was not, with --fail-on change 1 if
anything is other; 2 if there are no such runs.`,
		Example: `  migcheck diff
  migcheck diff yesterday
  migcheck diff 7d latest -o json
  migcheck diff -3 -2 --fail-on worse`,
		Args:              atMost(2, "the names of two runs"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			style, err := look(color)
			if err != nil {
				return err
			}
			if err := report.Changes.Known(format); err != nil {
				return exit.Because(err, "")
			}
			if failOn != "" && failOn != "worse" && failOn != "change" {
				return exit.Because(fmt.Errorf("--fail-on is %q; it can be worse or change", failOn), "")
			}
			d, err := diff(cmd.Context(), file, args, hidden)
			if err != nil {
				return err
			}
			raw, err := showing{redaction: hidden}.shownAs(d)
			if err != nil {
				return err
			}
			if err := report.Render(cmd.OutOrStdout(), raw, format, style); err != nil {
				return err
			}
			if failOn == "worse" && d.GotWorse() || failOn == "change" && !d.Empty() {
				return exit.Status(exit.Blocked)
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&file, "history", "", historyUsage)
	f.StringVarP(&format, "output", "o", "text", "`FORMAT`: text, json")
	f.StringVar(&failOn, "fail-on", "", "exit 1 on `WHAT`: worse, change")
	hidden.register(f)
	f.StringVar(&color, "color", "auto", "auto, always or never")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(report.Changes.Formats(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("fail-on", cobra.FixedCompletions([]string{"worse", "change"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("color", cobra.FixedCompletions([]string{"auto", "always", "never"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

const runWords = `the number of a run; latest, or latest-1 for the one before it; -1 for the
last one, -2 for the one before it; or a time, for the last run until then:
yesterday, a day (2026-11-01), a moment (2026-11-01T12:00:00Z) or an age (36h, 7d).`

// diff compares the runs that are named.
func diff(ctx context.Context, file string, args []string, hidden *redaction) (*change.Document, error) {
	f, err := readHistory(ctx, file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if len(args) == 0 {
		args = []string{"latest-1"}
	}
	if len(args) == 1 {
		args = append(args, "latest")
	}
	var runs []*history.Line
	for _, a := range args {
		ref, err := history.ParseRef(a, time.Now())
		if err != nil {
			return nil, exit.Because(err, "a run is "+history.RefWords)
		}
		l, err := f.Find(ctx, ref)
		if err != nil {
			return nil, err
		}
		runs = append(runs, l)
	}
	if runs[0].ID == runs[1].ID {
		return nil, exit.Because(fmt.Errorf("%s and %s are one run, %d", args[0], args[1], runs[0].ID), "")
	}
	d, err := compareRuns(ctx, f, runs[0].ID, runs[1].ID, change.Only{})
	if err != nil {
		return nil, err
	}
	if hidden.wanted() {
		for _, run := range runs {
			l, err := f.Load(ctx, run.ID, nil)
			if err != nil {
				return nil, err
			}
			hidden.noteRun(l)
		}
	}
	return d, settle(ctx, f, d, runs[0].ID, runs[1].ID)
}

func readHistory(ctx context.Context, given string) (*history.File, error) {
	path, err := history.Path(given)
	if err != nil {
		return nil, err
	}
	return history.Read(ctx, path)
}

// maxBetween is in how many runs in between it is looked for since when
// something is so. Each is read as a whole.
const maxBetween = 60

// settle finds out since when what is other is so.
func settle(ctx context.Context, f *history.File, d *change.Document, before, after int64) error {
	all, err := f.Runs(ctx, 0)
	if err != nil {
		return err
	}
	var between []history.Line
	for _, l := range all {
		if l.ID > before && l.ID < after {
			between = append(between, l)
		}
	}
	last, err := f.Load(ctx, after, nil)
	if err != nil {
		return err
	}
	next := d.After.Ref
	for i := len(between) - 1; i >= 0 && !d.Settled(); i-- {
		if len(between)-i > maxBetween {
			return nil
		}
		l, err := f.Load(ctx, between[i].ID, last)
		if err != nil {
			return err
		}
		d.Settle(change.Compare(&l.Run, &last.Run, rules.All, change.Only{}), next)
		next = l.Ref()
	}
	d.Settle(nil, next)
	return nil
}

var behind = regexp.MustCompile(`^-[0-9]+$`)

// runArguments turns -2, which would be a flag, into what it means: latest-1.
func runArguments(args []string) []string {
	if len(args) == 0 || args[0] != "diff" {
		return args
	}
	out := []string{"diff"}
	for _, a := range args[1:] {
		if n, err := strconv.ParseInt(a, 10, 32); err == nil && behind.MatchString(a) && n < 0 {
			a = fmt.Sprintf("latest-%d", -n-1)
		}
		out = append(out, a)
	}
	return out
}
