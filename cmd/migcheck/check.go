package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"migcheck/cmd/internal/exit"
	"migcheck/cmd/internal/fleetfile"
	"migcheck/cmd/internal/nearest"
	"migcheck/cmd/internal/world"
	"migcheck/hostinfo"
	"migcheck/hostinfo/shell"
	"migcheck/preflight"
	"migcheck/preflight/report"
)

// checkFlags are what a check was asked for.
type checkFlags struct {
	reach
	to, allow, maps, outs []string
	assumed               []string
	from, fromURI, toURI  string
	color                 string
	strict                bool
	wait                  patienceFlag
	toAll                 bool // --to all
	scopeFlag
	probeFlags
	moveFlags
}

func (c *checkFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringSliceVar(&c.to, "to", nil, "the destination `HOST`, or several, or all for every host of the fleet")
	f.StringVar(&c.from, "from", "", "the source `HOST` (this one, or the fleet's host where the guest runs)")
	f.StringArrayVarP(&c.outs, "output", "o", nil, "`FORMAT[=FILE]`, repeatable: "+strings.Join(report.Pairs.Formats(), ", "))
	f.BoolVar(&c.strict, "strict", false, "exit 1 on warnings too")
	f.StringArrayVar(&c.allow, "allow", nil, "live with the findings of a `RULE` on this run")
	f.StringArrayVar(&c.maps, "map", nil, "judge as if the NIC named another device there: `[HOST:]DEV=DEV`")
	f.StringArrayVar(&c.assumed, "assume", nil, "judge as if a fix had been made: `HOST:COMMAND` as a finding prints it, or HOST:fixes for all of them; changes nothing")
	f.Var(&c.wait, "wait", "judge again until it is ready, or until `TIME` has passed (--wait=10m); without TIME until interrupted")
	f.Lookup("wait").NoOptDefVal = forever
	f.StringVar(&c.fromURI, "from-uri", "", "libvirt `URI` of the source, reached directly (qemu+tls://...)")
	f.StringVar(&c.toURI, "to-uri", "", "libvirt `URI` of the destination, reached directly")
	c.scopeFlag.register(cmd)
	f.StringVar(&c.color, "color", "auto", "auto, always or never")
	c.reach.registerToShow(f)
	c.probeFlags.register(f)
	c.moveFlags.register(f)
	_ = cmd.RegisterFlagCompletionFunc("to", completeDestinations)
	_ = cmd.RegisterFlagCompletionFunc("from", completeHosts)
	_ = cmd.RegisterFlagCompletionFunc("allow", completeRules)
	_ = cmd.RegisterFlagCompletionFunc("assume", completeAssumptions)
	_ = cmd.RegisterFlagCompletionFunc("map", completeMaps)
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(report.Pairs.Formats(), cobra.ShellCompDirectiveNoSpace))
	_ = cmd.RegisterFlagCompletionFunc("color", cobra.FixedCompletions([]string{"auto", "always", "never"}, cobra.ShellCompDirectiveNoFileComp))
}

// given says whether any flag of a check was used, so that a bare "migcheck"
// shows its help.
func (c *checkFlags) given(cmd *cobra.Command) bool {
	return cmd.Flags().NFlag() > 0
}

func checkCommand() *cobra.Command {
	c := &checkFlags{}
	cmd := &cobra.Command{
		Use:               "check GUEST... --to HOST",
		Short:             "check guests before their migration (the same without the verb)",
		Long:              "check judges every NIC of the guests on the way from one host to another.\nIt is what migcheck does without a verb, for guests that are called like one.\n\n" + aboutScope,
		Example:           "  migcheck check guest1 --to hostB",
		ValidArgsFunction: completeGuests,
		RunE:              func(cmd *cobra.Command, args []string) error { return c.run(cmd, args) },
	}
	c.register(cmd)
	return cmd
}

func (c *checkFlags) run(cmd *cobra.Command, guests []string) error {
	outs, err := outputs(c.outs, report.Pairs.Known)
	if err != nil {
		return err
	}
	look, err := look(c.color)
	if err != nil {
		return err
	}
	style := showing{look, c.redaction}
	if err := errors.Join(onlyReports(outs, "--migrate", c.migrate), c.complete(cmd, guests)); err != nil {
		return err
	}
	w, fleet, err := c.open(cmd)
	if err != nil {
		return err
	}
	defer w.Close()
	run := newRun(c, cmd, w, fleet)
	if guests, err = run.everyGuest(cmd.Context(), guests); err != nil {
		return err
	}
	if err := run.mayMove(); err != nil {
		return err
	}
	if err := run.mayProbe(); err != nil {
		return err
	}
	judge := run.judge
	if c.wait.set {
		judge = run.wait
	}
	if c.toAll {
		if err := run.spread(cmd.Context(), guests); err != nil {
			return err
		}
	}
	doc, err := judge(cmd.Context(), guests)
	switch {
	case doc == nil:
		return err
	case run.mover != nil && err == nil:
		return run.mover.run(cmd, doc, outs, style)
	}
	r, writing := write(cmd.OutOrStdout(), doc, outs, style)
	if writing != nil {
		return writing
	}
	if err != nil && !plugin(outs) { // waiting was ended, with the last report known
		return err
	}
	return status(r, outs, c.status(doc))
}

// status is the exit status that a document comes to.
func (c *checkFlags) status(doc *preflight.Document) int {
	if c.toAll {
		return c.anyWay(doc)
	}
	code := exit.OK
	for i := range doc.Reports {
		code = exit.Worst(code, exit.ForVerdict(doc.Reports[i].Overall(), c.strict))
	}
	return code
}

// complete refuses what can be seen to be wrong before anybody is asked.
func (c *checkFlags) complete(cmd *cobra.Command, guests []string) error {
	c.to = once(c.to)
	switch {
	case len(guests) == 0 && !c.all:
		return exit.Because(fmt.Errorf("no guest is named"), "migcheck GUEST --to HOST")
	case slices.Contains(guests, ""):
		return exit.Because(fmt.Errorf("a guest's name is empty"), "")
	case len(c.to) == 0:
		return exit.Because(errNoDestination, c.whole(cmd, guests))
	case slices.Contains(c.to, ""):
		return exit.Because(fmt.Errorf("--to names a host without a name"), "")
	case slices.Contains(c.to, c.from):
		return exit.Because(fmt.Errorf("source and destination are both %s", c.from), "")
	case c.toURI != "" && len(c.to) > 1:
		return exit.Because(fmt.Errorf("--to-uri is the URI of one destination, and %d are named", len(c.to)), "")
	case c.fromURI != "" && c.from == "":
		return exit.Because(fmt.Errorf("--from-uri needs --from: the host whose devices belong to it"), "")
	}
	if err := c.mayGoAnywhere(guests); err != nil {
		return err
	}
	if err := c.scopeFlag.complete(); err != nil {
		return err
	}
	for _, id := range c.allow {
		if hint, err := fleetfile.Waivable(id); err != nil {
			return exit.Because(err, hint)
		}
	}
	if c.from == everywhere {
		return exit.Because(fmt.Errorf("%q is no host", c.from), "a guest is on one host; migcheck fleet judges all guests of all hosts")
	}
	c.uris = map[string]string{}
	if c.fromURI != "" {
		c.uris[c.from] = c.fromURI
	}
	if c.toURI != "" {
		c.uris[c.to[0]] = c.toURI
	}
	if err := c.mayWait(guests); err != nil {
		return err
	}
	if _, err := parseAssumptions(c.assumed); err != nil {
		return err
	}
	if _, err := parseMaps(c.maps, c.to); err != nil {
		return err
	}
	return errors.Join(c.probeFlags.complete(c), c.moveFlags.complete(c, guests))
}

// whole is the command that lacks its destination, to be pasted, or the one that may
// have been meant. A name that can't be shown as it is gets none.
func (c *checkFlags) whole(cmd *cobra.Command, guests []string) string {
	if n := len(guests); n > 0 && n <= 3 {
		if v := nearest.Of(guests[0], verbs(cmd)); v != "" {
			return fmt.Sprintf("or did you mean the command %q? migcheck %s --help", v, v)
		}
	}
	isFlag := func(g string) bool { return strings.HasPrefix(g, "-") }
	switch {
	case c.all:
		return cmd.CommandPath() + " --all --from HOST --to HOST"
	case !shell.Quotable(strings.Join(guests, "")):
		return ""
	case slices.ContainsFunc(guests, isFlag):
		return cmd.CommandPath() + " --to HOST -- " + shell.Join(guests...)
	}
	return cmd.CommandPath() + " " + shell.Join(guests...) + " --to HOST"
}

// checkRun is one run of a check.
type checkRun struct {
	flags *checkFlags
	cmd   *cobra.Command
	world world.World
	fleet *fleetfile.Fleet
	hosts map[string]*preflight.View
	// What is judged: each guest, and the host that it is taken from. Nil before
	// the first look.
	guests []*hostinfo.Guest
	from   []string
	mover  *mover  // nil: nobody asked to migrate
	prober *prober // nil: nobody asked for frames
	// rests are what was asked beyond each guest's network, by destination; nil:
	// nobody asked.
	rests []map[string]*preflight.Rest
}

func newRun(c *checkFlags, cmd *cobra.Command, w world.World, fleet *fleetfile.Fleet) *checkRun {
	return &checkRun{flags: c, cmd: cmd, world: w, fleet: fleet, hosts: map[string]*preflight.View{}}
}
