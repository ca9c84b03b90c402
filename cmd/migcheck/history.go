package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"migcheck/cmd/internal/exit"
	"migcheck/cmd/internal/history"
	"migcheck/cmd/internal/redact"
	"migcheck/preflight/change"
	"migcheck/preflight/report"
	"migcheck/preflight/rules"
)

// historyFlags are what to show of a history.
type historyFlags struct {
	file, format, guest, host, color string
	last                             int
	redaction
}

func historyCommand() *cobra.Command {
	h := &historyFlags{}
	cmd := &cobra.Command{
		Use:   "history",
		Short: "list the runs over a fleet that were kept",
		Long: `history lists the runs that migcheck fleet has kept, with how many guests were
free to move, stuck or undecided. With --guest or --host it says what changed for
that one, run by run: which ways it lost and won, because of what, and since when
it is as it is.`,
		Example: `  migcheck history
  migcheck history --guest guest7 --last 60
  migcheck history --host hostC -o json`,
		Args: exactly(0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error { return h.run(cmd) },
	}
	f := cmd.Flags()
	f.StringVar(&h.file, "history", "", historyUsage)
	f.StringVarP(&h.format, "output", "o", "text", "`FORMAT`: text, json")
	f.StringVar(&h.guest, "guest", "", "what changed for this `GUEST`, by name or UUID")
	f.StringVar(&h.host, "host", "", "what changed for this `HOST`")
	f.IntVar(&h.last, "last", 30, "the last `N` runs; 0: all")
	f.StringVar(&h.color, "color", "auto", "auto, always or never")
	h.redaction.register(f)
	cmd.MarkFlagsMutuallyExclusive("guest", "host")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(report.Changes.Formats(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("host", completeHosts)
	_ = cmd.RegisterFlagCompletionFunc("guest", cobra.NoFileCompletions)
	_ = cmd.RegisterFlagCompletionFunc("color", cobra.FixedCompletions([]string{"auto", "always", "never"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (h *historyFlags) run(cmd *cobra.Command) error {
	style, err := look(h.color)
	if err != nil {
		return err
	}
	if err := report.Changes.Known(h.format); err != nil {
		return exit.Because(err, "")
	}
	if h.last < 0 {
		return exit.Because(fmt.Errorf("--last is %d", h.last), "")
	}
	f, err := readHistory(cmd.Context(), h.file)
	if err != nil {
		return err
	}
	defer f.Close()
	runs, err := f.Runs(cmd.Context(), h.last)
	if err != nil {
		return err
	}
	if h.guest != "" || h.host != "" {
		return h.follow(cmd, f, runs, style)
	}
	if err := h.hideRuns(runs); err != nil {
		return err
	}
	if h.format == "json" {
		return printJSON(cmd, map[string]any{"schema": "migcheck.history/1", "runs": runs})
	}
	return listRuns(cmd.OutOrStdout(), runs)
}

// listRuns writes a line for each run, the last one at the bottom.
func listRuns(w io.Writer, runs []history.Line) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%6s  %-20s  %13s  %13s  %13s  %13s  %13s\n", "RUN", "WHEN", "HOSTS", "NOT OBSERVED", "FREE", "STUCK", "UNDECIDED")
	for i, r := range runs {
		was := r.Counts
		if i > 0 {
			was = runs[i-1].Counts
		}
		n := func(was, is int) string {
			if was == is {
				return fmt.Sprint(is)
			}
			return fmt.Sprintf("%d (%+d)", is, is-was)
		}
		fmt.Fprintf(&b, "%6d  %-20s  %13s  %13s  %13s  %13s  %13s\n", r.ID, r.Created.Format(time.RFC3339),
			n(was.Hosts, r.Hosts), n(was.Unobserved, r.Unobserved), n(was.Free, r.Free), n(was.Stuck, r.Stuck), n(was.Undecided, r.Undecided))
	}
	_, err := w.Write(b.Bytes())
	return err
}

// followed is what became of a guest or a host.
type followed struct {
	Schema string `json:"schema"`
	Guest  string `json:"guest,omitempty"`
	Host   string `json:"host,omitempty"`
	// From and To are the first and the last run that were looked at.
	From change.Ref `json:"from"`
	To   change.Ref `json:"to"`
	// Since is the first run since which nothing of it has changed: From if nothing
	// has in all of them.
	Since change.Ref `json:"since"`
	// Changes are what changed, oldest first: from each run to the next.
	Changes []*change.Document `json:"changes"`
}

func (h *historyFlags) follow(cmd *cobra.Command, f *history.File, runs []history.Line, style report.Options) error {
	if len(runs) == 0 {
		return exit.Because(errors.New("the history holds no run"), "")
	}
	out, err := h.changes(cmd.Context(), f, runs)
	if err != nil {
		return err
	}
	if err := h.hideIn(out); err != nil {
		return err
	}
	if h.format == "json" {
		return printJSON(cmd, out)
	}
	return out.print(cmd.OutOrStdout(), style)
}

// changes compares each run with the next.
func (h *historyFlags) changes(ctx context.Context, f *history.File, runs []history.Line) (*followed, error) {
	out := &followed{Schema: "migcheck.history/1", Guest: h.guest, Host: h.host, Changes: []*change.Document{}}
	var was *history.Loaded
	known := false
	for _, r := range runs {
		l, err := f.Load(ctx, r.ID, was)
		if err != nil {
			return nil, err
		}
		h.noteRun(l)
		known = known || h.knows(l)
		if was == nil {
			out.From, out.Since = l.Ref(), l.Ref()
		} else if d := change.Compare(&was.Run, &l.Run, rules.All, change.Only{Guest: h.guest, Host: h.host}); !d.Empty() {
			out.Changes = append(out.Changes, d)
			out.Since = l.Ref()
		}
		was, out.To = l, l.Ref()
	}
	if !known {
		return nil, exit.Because(fmt.Errorf("no run of the last %d has %q", len(runs), h.guest+h.host), "--last 0 looks at all of them")
	}
	return out, nil
}

// hideRuns hides in what the runs were asked for with.
func (h *historyFlags) hideRuns(runs []history.Line) error {
	if !h.wanted() {
		return nil
	}
	names, err := h.ready()
	if err != nil {
		return err
	}
	for i := range runs {
		redact.Document(&runs[i].Options, names)
	}
	return nil
}

// hideIn hides in what became of a guest or a host, itself too.
func (h *historyFlags) hideIn(out *followed) error {
	if !h.wanted() {
		return nil
	}
	names, err := h.ready()
	if err != nil {
		return err
	}
	out.Host = names.Host(out.Host)
	if out.Guest != "" {
		out.Guest = names.GuestOrUUID(out.Guest)
	}
	for _, d := range out.Changes {
		redact.Document(d, names)
	}
	return nil
}

// knows says whether the run has what is asked about.
func (h *historyFlags) knows(l *history.Loaded) bool {
	for i := range l.Document.Hosts {
		if h.host != "" && l.Document.Hosts[i].Name == h.host {
			return true
		}
	}
	for i := range l.Document.Guests {
		if g := &l.Document.Guests[i]; h.guest != "" && (g.Name == h.guest || g.UUID == h.guest) {
			return true
		}
	}
	return false
}

func (f *followed) print(w io.Writer, style report.Options) error {
	for _, d := range f.Changes {
		raw, err := json.Marshal(d)
		if err != nil {
			return err
		}
		if err := report.Render(w, raw, "text", style); err != nil {
			return err
		}
		fmt.Fprintln(w)
	}
	words := fmt.Sprintf("%s: as it is now since run %d (%s)", f.Guest+f.Host, f.Since.ID, f.Since.Created.Format(time.RFC3339))
	if len(f.Changes) == 0 {
		words = fmt.Sprintf("%s: nothing has changed since run %d (%s) at least", f.Guest+f.Host, f.Since.ID, f.Since.Created.Format(time.RFC3339))
	}
	return report.Paragraph(w, 0, 2, words, style)
}
