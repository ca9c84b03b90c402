package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"migcheck/cmd/internal/exit"
	"migcheck/cmd/internal/fleetfile"
	"migcheck/cmd/internal/nearest"
	"migcheck/cmd/internal/pattern"
	"migcheck/cmd/internal/survey"
	"migcheck/cmd/internal/world"
	"migcheck/preflight"
	"migcheck/preflight/evacuate"
	"migcheck/preflight/report"
	"migcheck/preflight/rules"
)

// evacuateFlags are what the emptying of a host was asked for.
type evacuateFlags struct {
	checkFlags // reach, and what a migration needs
	toPattern  string
	hostTime   time.Duration
	overcommit bool
}

func evacuateCommand() *cobra.Command {
	e := &evacuateFlags{}
	cmd := &cobra.Command{
		Use:   "evacuate HOST",
		Short: "plan how a host is emptied, and with --migrate empty it",
		Long: `evacuate says of every guest that runs on a host where it can go, and who can't
leave and why. The plan places one guest after the other: each is judged with its
destination as it will be once those before it are there, its memory and hugepages
included. Memory is reckoned as a whole: of which NUMA node it comes is left out.
PATTERN is a shell glob; several are separated by commas, and ! leaves out.

Exit status: 0 all guests have a place, 1 some are blocked, 3 some are undecided;
2, 4, 130 and 143 as for a check.
` + pluginExit,
		Example: `  migcheck evacuate hostA
  migcheck evacuate hostA --to 'rack1-*,!rack1-spare' -o json=plan.json
  migcheck evacuate hostA --migrate`,
		Args:              exactly(1, "one host"),
		ValidArgsFunction: completeHosts,
		RunE:              func(cmd *cobra.Command, args []string) error { return e.run(cmd, args[0]) },
	}
	e.register(cmd)
	return cmd
}

func (e *evacuateFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&e.toPattern, "to", "", "to the hosts of this `PATTERN` only")
	f.BoolVar(&e.overcommit, "overcommit", false, "leave memory out of account")
	f.StringArrayVarP(&e.outs, "output", "o", nil, "`FORMAT[=FILE]`, repeatable: "+strings.Join(report.Evacuation.Formats(), ", "))
	f.StringArrayVar(&e.allow, "allow", nil, "live with the findings of a `RULE` on this run")
	f.StringArrayVar(&e.maps, "map", nil, "judge as if NICs named another device there: `[HOST:]DEV=DEV`")
	f.DurationVar(&e.hostTime, "host-timeout", time.Minute, "`TIME` for all that is asked of one host")
	f.StringVar(&e.color, "color", "auto", "auto, always or never")
	e.reach.registerToShow(f)
	e.registerHow(f)
	f.Lookup("offline").Usage = "plan stopped guests too: their definitions move"
	_ = cmd.RegisterFlagCompletionFunc("to", completeHosts)
	_ = cmd.RegisterFlagCompletionFunc("allow", completeRules)
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(report.Evacuation.Formats(), cobra.ShellCompDirectiveNoSpace))
	_ = cmd.RegisterFlagCompletionFunc("color", cobra.FixedCompletions([]string{"auto", "always", "never"}, cobra.ShellCompDirectiveNoFileComp))
}

// evacuation is one run of the verb.
type evacuation struct {
	*evacuateFlags
	cmd   *cobra.Command
	world world.World
	file  *fleetfile.Fleet
	outs  []output
	style showing
	host  string
	maps  []mapping
}

func (e *evacuateFlags) run(cmd *cobra.Command, host string) error {
	r := &evacuation{evacuateFlags: e, cmd: cmd, host: host}
	if err := r.complete(); err != nil {
		return err
	}
	var err error
	if r.world, r.file, err = e.openFor(cmd, world.Options{Census: true}); err != nil {
		return err
	}
	defer r.world.Close()
	if err := r.choose(); err != nil {
		return err
	}
	task, doc, err := r.plan()
	if err != nil {
		return err
	}
	if e.migrate && cmd.Context().Err() == nil {
		return r.carryOut(task, doc)
	}
	written, err := write(cmd.OutOrStdout(), doc, r.outs, r.style)
	if err != nil {
		return err
	}
	if cmd.Context().Err() != nil && !plugin(r.outs) {
		return &exit.Error{Code: exit.Code(cause(cmd)), Told: true}
	}
	return status(written, r.outs, exit.ForVerdict(doc.Verdict, false))
}

// complete refuses what can be seen to be wrong before anybody is asked.
func (r *evacuation) complete() (err error) {
	if r.outs, err = outputs(r.evacuateFlags.outs, report.Evacuation.Known); err != nil {
		return err
	}
	if r.style.Options, err = look(r.color); err != nil {
		return err
	}
	r.style.redaction = r.redaction
	for _, id := range r.allow {
		if hint, err := fleetfile.Waivable(id); err != nil {
			return exit.Because(err, hint)
		}
	}
	switch {
	case r.host == "" || r.host == everywhere:
		return exit.Because(fmt.Errorf("%q is no host", r.host), "evacuate empties one host")
	case r.hostTime <= 0:
		return exit.Because(fmt.Errorf("--host-timeout is %v; a host needs some time", r.hostTime), "")
	case r.migrate && r.snapshot != "":
		return exit.Because(errors.New("a snapshot can be judged, and not be migrated"), "")
	case r.migrate && !r.yes && !r.dryRun && !term.IsTerminal(int(os.Stdin.Fd())):
		return errNobodyToAsk
	}
	return errors.Join(onlyReports(r.outs, "--migrate", r.migrate), r.coherent(r.allow, false))
}

// choose finds the destinations.
func (r *evacuation) choose() error {
	names := r.world.HostNames()
	if len(names) == 0 {
		return errNoFleet
	}
	if !slices.Contains(names, r.host) {
		hint := ""
		if near := nearest.Of(r.host, names); near != "" {
			hint = "did you mean " + near + "?"
		}
		if hint != "" || r.snapshot != "" {
			return exit.Because(fmt.Errorf("there is no host %q in the fleet", r.host), hint)
		}
	}
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == r.host })
	chosen, err := pattern.Parse(r.toPattern)
	if err == nil {
		r.to, err = chosen.Choose(names)
	}
	if err != nil {
		hint := ""
		if miss, ok := errors.AsType[*pattern.MissError](err); ok {
			hint = miss.Hint()
		}
		return exit.Because(fmt.Errorf("--to: %w", err), hint)
	}
	if len(r.to) == 0 {
		return exit.Because(fmt.Errorf("the fleet has no host but %s", r.host), "")
	}
	r.maps, err = parseMaps(r.evacuateFlags.maps, r.to)
	return err
}

// plan looks at all hosts and finds a place for every guest.
func (r *evacuation) plan() (*evacuate.Task, *evacuate.Document, error) {
	hosts := append([]string{r.host}, r.to...)
	looking := surveyFlags{reach: r.reach, hostTime: r.hostTime}
	s := looking.take(r.cmd, r.world, hosts, survey.Options{Keep: r.migrate})
	to := func(host string) map[string]string { return mapFor(r.file, r.maps, host) }
	f := s.Fleet(nil, to)
	if err := distinctHosts(f); err != nil {
		return nil, nil, err
	}
	splitBrains(r.cmd.ErrOrStderr(), s)
	f.Waivers, f.Now = waivers(r.file, r.allow), f.Now.Truncate(time.Second)
	task := &evacuate.Task{Fleet: f, Rules: rules.All, Offline: r.wish.Offline, Overcommit: r.overcommit}
	return task, evacuate.Plan(task, preflight.Tool{Name: "migcheck", Version: version()},
		preflight.Options{Snapshot: r.snapshot, Map: mapOption(r.to, to)}), nil
}
