package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"migcheck/cmd/internal/exit"
	"migcheck/cmd/internal/fleetfile"
	"migcheck/cmd/internal/pattern"
	"migcheck/cmd/internal/survey"
	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/fixes"
	"migcheck/preflight/report"
	"migcheck/preflight/rules"
)

// fixesShown is how many fixes are shown unless all are asked for.
const fixesShown = 20

// fixesFlags are what the ranking of fixes was asked for.
type fixesFlags struct {
	surveyFlags
	allow, outs   []string
	guests, color string
	all           bool
}

func fixesCommand() *cobra.Command {
	f := &fixesFlags{}
	cmd := &cobra.Command{
		Use:   "fixes",
		Short: "rank the changes that would open most ways in the fleet",
		Long: `fixes looks at the whole fleet and ranks the changes that would open most ways of
guests to hosts, with the commands. What a change opens is seen by judging the
fleet again as if it had been made; where that can't be told it says "up to".
It changes nothing.`,
		Example: `  migcheck fixes
  migcheck fixes --hosts 'rack1-*' --guests 'web*' --all`,
		Args: noNames,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	flags := cmd.Flags()
	f.surveyFlags.register(cmd)
	flags.StringVar(&f.guests, "guests", "", "count the ways of the guests of this `PATTERN` only, by name or UUID")
	flags.BoolVar(&f.all, "all", false, fmt.Sprintf("show all, not only the first %d", fixesShown))
	flags.StringArrayVarP(&f.outs, "output", "o", nil, "`FORMAT[=FILE]`, repeatable: text, json")
	flags.StringArrayVar(&f.allow, "allow", nil, "live with the findings of a `RULE` on this run")
	flags.StringVar(&f.color, "color", "auto", "auto, always or never")
	_ = cmd.RegisterFlagCompletionFunc("guests", cobra.NoFileCompletions)
	_ = cmd.RegisterFlagCompletionFunc("allow", completeRules)
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(report.Fixes.Formats(), cobra.ShellCompDirectiveNoSpace))
	_ = cmd.RegisterFlagCompletionFunc("color", cobra.FixedCompletions([]string{"auto", "always", "never"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (f *fixesFlags) run(cmd *cobra.Command) error {
	outs, err := outputs(f.outs, report.Fixes.Known)
	if err != nil {
		return err
	}
	look, err := look(f.color)
	if err != nil {
		return err
	}
	style := showing{look, f.redaction}
	wanted, err := pattern.Parse(f.guests)
	if err != nil {
		return exit.Because(fmt.Errorf("--guests: %w", err), "")
	}
	for _, id := range f.allow {
		if hint, err := fleetfile.Waivable(id); err != nil {
			return exit.Because(err, hint)
		}
	}
	w, file, hosts, err := f.openSurvey(cmd, false)
	if err != nil {
		return err
	}
	defer w.Close()
	s := f.take(cmd, w, hosts, survey.Options{})
	if err := guestsMeant(wanted, s); err != nil {
		return err
	}
	fleet := s.Fleet(func(g *hostinfo.Guest) bool { return wanted.Match(g.Name, g.UUID) }, file.MapFor)
	if err := distinctHosts(fleet); err != nil {
		return err
	}
	splitBrains(cmd.ErrOrStderr(), s)
	fleet.Waivers, fleet.Now = waivers(file, f.allow), fleet.Now.Truncate(time.Second)
	count := fixesShown
	if f.all {
		count = 0
	}
	doc := fixes.Rank(fleet, rules.All, count, preflight.Tool{Name: "migcheck", Version: version()},
		preflight.Options{Snapshot: f.snapshot, Map: mapOption(hosts, file.MapFor)})
	if _, err := write(cmd.OutOrStdout(), doc, outs, style); err != nil {
		return err
	}
	if cmd.Context().Err() != nil {
		return &exit.Error{Code: exit.Code(cause(cmd)), Told: true}
	}
	return nil
}
