package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"migcheck/cmd/internal/exit"
	"migcheck/cmd/internal/fleetfile"
	"migcheck/cmd/internal/pattern"
	"migcheck/cmd/internal/survey"
	"migcheck/cmd/internal/world"
	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/change"
	"migcheck/preflight/fleet"
	"migcheck/preflight/report"
	"migcheck/preflight/rules"
)

// fleetFlags are what the judging of a fleet was asked for.
type fleetFlags struct {
	surveyFlags
	keepFlags
	allow, maps, outs, failOn []string
	guests                    string
	shown
	watch time.Duration
}

func fleetCommand() *cobra.Command {
	f := &fleetFlags{}
	cmd := &cobra.Command{
		Use:   "fleet",
		Short: "judge every guest against every host of the fleet",
		Long: `fleet asks every host of the fleet file once and judges all of their guests on
every way from one host to another: which guests can't leave their host, which
host can take whom, and what is in the way. A host that does not answer is
undecided, and the run goes on. PATTERN is a shell glob; several are separated by
commas, and ! leaves out. Only the network is judged: what else may be in the way of
a guest is asked one by one, by migcheck GUEST --to HOST --scope all.

A run over the live fleet is kept in the history, where migcheck history and
migcheck diff find it, unless --no-history is given. One over a part of it
(--hosts, --guests) and one of a --snapshot are kept only in the FILE of --history;
what --watch sees is not kept.

Exit status: 0 if it could report, whatever it reports, unless --fail-on says
otherwise (new: a guest is stuck or a way is lost that was not in the run before);
2, 130 and 143 as for a check. Interrupted once it reports what is known by then.
` + pluginExit,
		Example: `  migcheck fleet
  migcheck fleet --hosts 'rack1-*,!rack1-spare' --guests 'web*' -o json=fleet.json
  migcheck fleet --watch 5m -o json=fleet.json
  ansible-inventory --list | migcheck fleet --hosts-from -`,
		Args: noNames,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	f.register(cmd)
	return cmd
}

func (f *fleetFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	f.surveyFlags.register(cmd)
	f.keepFlags.register(flags)
	flags.StringVar(&f.guests, "guests", "", "judge the guests of this `PATTERN` only, by name or UUID")
	flags.StringArrayVarP(&f.outs, "output", "o", nil, "`FORMAT[=FILE]`, repeatable: "+strings.Join(report.Fleet.Formats(), ", "))
	flags.StringSliceVar(&f.failOn, "fail-on", nil, "exit with an error of its own on `WHAT`: "+strings.Join(failWords(), ", "))
	flags.StringArrayVar(&f.allow, "allow", nil, "live with the findings of a `RULE` on this run")
	flags.StringArrayVar(&f.maps, "map", nil, "judge as if NICs named another device there: `[HOST:]DEV=DEV`")
	flags.DurationVar(&f.watch, "watch", 0, "judge again each `TIME` over the same connections, and when a host's agent tells of a change, and say what has changed")
	f.shown.register(flags)
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(report.Fleet.Formats(), cobra.ShellCompDirectiveNoSpace))
	_ = cmd.RegisterFlagCompletionFunc("fail-on", cobra.FixedCompletions(failWords(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("allow", completeRules)
	_ = cmd.RegisterFlagCompletionFunc("map", completeMaps)
	_ = cmd.RegisterFlagCompletionFunc("guests", cobra.NoFileCompletions)
	_ = cmd.RegisterFlagCompletionFunc("color", cobra.FixedCompletions([]string{"auto", "always", "never"}, cobra.ShellCompDirectiveNoFileComp))
}

// noNames is the argument check of verbs that are about all hosts.
func noNames(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return exit.Because(fmt.Errorf("%s takes no names, and %q is one", cmd.CommandPath(), args[0]), "--hosts PATTERN and --guests PATTERN choose")
}

// fleetRun is one run of the verb.
type fleetRun struct {
	*fleetFlags
	cmd    *cobra.Command
	outs   []output
	style  showing
	wanted pattern.Pattern // guests
	world  world.World
	file   *fleetfile.Fleet
	hosts  []string
	maps   []mapping
	judged *fleet.Fleet   // the last time
	seen   *survey.Survey // the last one
}

func (f *fleetFlags) run(cmd *cobra.Command) error {
	r := &fleetRun{fleetFlags: f, cmd: cmd}
	if err := f.complete(r); err != nil {
		return err
	}
	var err error
	if r.world, r.file, r.hosts, err = f.openSurvey(cmd, f.watch > 0); err != nil {
		return err
	}
	defer r.world.Close()
	if r.maps, err = parseMaps(f.maps, r.hosts); err != nil {
		return err
	}
	if f.watch > 0 {
		return r.watching(cmd.Context())
	}
	doc, err := r.look(false, nil)
	if err != nil {
		return err
	}
	written, err := write(cmd.OutOrStdout(), doc, r.outs, r.style)
	if err != nil {
		return err
	}
	news, err := r.remember(cmd.Context(), doc)
	if err != nil {
		return err
	}
	if plugin(r.outs) {
		return status(written, r.outs, exit.OK)
	}
	return r.end(cmd.Context(), doc, news)
}

// complete refuses what can be seen to be wrong before anybody is asked.
func (f *fleetFlags) complete(r *fleetRun) (err error) {
	if r.outs, err = outputs(f.outs, report.Fleet.Known); err != nil {
		return err
	}
	if r.style.Options, err = f.shown.options(); err != nil {
		return err
	}
	r.style.redaction = f.redaction
	if r.wanted, err = pattern.Parse(f.guests); err != nil {
		return exit.Because(fmt.Errorf("--guests: %w", err), "")
	}
	if err := knownFailures(f.failOn); err != nil {
		return err
	}
	if err := f.mayKeep(); err != nil {
		return err
	}
	for _, id := range f.allow {
		if hint, err := fleetfile.Waivable(id); err != nil {
			return exit.Because(err, hint)
		}
	}
	if err := errors.Join(onlyReports(r.outs, "--watch", f.watch != 0), onlyReports(r.outs, "--fail-on", len(f.failOn) > 0)); err != nil {
		return err
	}
	switch {
	case f.watch != 0 && f.watch < time.Second:
		return exit.Because(fmt.Errorf("--watch is %v; hosts should rest for a second at least", f.watch), "")
	case f.watch != 0 && f.snapshot != "":
		return exit.Because(errors.New("--watch and --snapshot: what was recorded does not change"), "")
	}
	return nil
}

// look takes a survey and judges it. A later one may be of some hosts only.
func (r *fleetRun) look(again bool, only map[string]bool) (*fleet.Document, error) {
	o := survey.Options{Keep: r.watch > 0, Again: again, Only: only}
	s := r.take(r.cmd, r.world, r.hosts, o)
	if only != nil && !s.SameGuests(r.seen) {
		// Where a guest comes another host may have lost it: half of that would be
		// a guest that runs twice, or none.
		o.Only = nil
		s = r.take(r.cmd, r.world, r.hosts, o)
	}
	r.seen = s
	to := func(host string) map[string]string { return mapFor(r.file, r.maps, host) }
	f := s.Fleet(func(g *hostinfo.Guest) bool { return r.wanted.Match(g.Name, g.UUID) }, to)
	if err := distinctHosts(f); err != nil {
		return nil, err
	}
	splitBrains(r.cmd.ErrOrStderr(), s)
	err := errors.Join(guestsMeant(r.wanted, s), r.mapsUsed(f))
	switch {
	case err != nil && slices.ContainsFunc(s.Hosts, unread): // what is meant may be where nobody could look
		complain(r.cmd.ErrOrStderr(), err.Error())
	case err != nil:
		return nil, err
	}
	f.Waivers, f.Now = waivers(r.file, r.allow), f.Now.Truncate(time.Second)
	r.judged = f
	return fleet.Judge(f, rules.All).Document(
		preflight.Tool{Name: "migcheck", Version: version()},
		preflight.Options{Snapshot: r.snapshot, Map: mapOption(r.hosts, to)},
	), nil
}

// guestsMeant refuses a pattern that matches nothing.
func guestsMeant(wanted pattern.Pattern, s *survey.Survey) error {
	var names [][]string
	for _, g := range s.Guests {
		names = append(names, []string{g.Name, g.UUID})
	}
	if m := wanted.Misses(names); len(m) > 0 {
		err := &pattern.MissError{Miss: m[0]}
		return exit.Because(fmt.Errorf("--guests: %w", err), err.Hint())
	}
	return nil
}

// mapsUsed refuses a --map that names no device of any guest, as a check does.
func (r *fleetRun) mapsUsed(f *fleet.Fleet) error {
	named := map[string]bool{}
	for _, g := range f.Guests {
		sent := g.Sent()
		if sent == nil {
			return nil
		}
		for i := range sent.NICs {
			if n := &sent.NICs[i]; n.Direct() {
				named[n.Dev] = true
			}
		}
	}
	for _, m := range r.maps {
		if !named[m.from] {
			return exit.Because(fmt.Errorf("--map %s=%s maps nothing: no direct NIC of the guests names %s", m.from, m.to, m.from), "")
		}
	}
	return nil
}

// end is how the run ends: with the signal that cut it short, or with what it was
// to fail on.
func (r *fleetRun) end(ctx context.Context, d *fleet.Document, news *change.Document) error {
	if cause := context.Cause(ctx); cause != nil {
		return &exit.Error{Code: exit.Code(cause), Told: true}
	}
	code := failure(r.failOn, d)
	if slices.Contains(r.failOn, failOnNew) && news != nil && news.GotWorse() {
		code = exit.Worst(code, exit.Blocked)
	}
	return exit.Status(code)
}
