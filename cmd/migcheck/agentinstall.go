package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	act "migcheck/cmd/internal/act/agent"
	"migcheck/cmd/internal/denial"
	"migcheck/cmd/internal/exit"
	"migcheck/cmd/internal/world"
	"migcheck/hostinfo/agent"
	"migcheck/preflight/report"
)

// agentPlace is where an agent is dealt with.
type agentPlace struct {
	reach
	onMachine
	binary string
	probes bool
}

const oneHost = "the name of one host, or local"

func agentInstall() *cobra.Command {
	p := &agentPlace{}
	cmd := &cobra.Command{
		Use:   "install HOST|local",
		Short: "put the agent on a host, as a systemd unit",
		Long: `install puts the static migcheck on a host as /usr/libexec/migcheck/migcheck-agent,
with a systemd socket, a service of a user of its own without any capability, and
the group migcheck, whose members may ask it. --probe adds a second socket, by
which members of the group migcheck-probe send the frames of migcheck --probe
without being root: by devices that guests stand on or that
/etc/migcheck/probe-devices lists, a name or shell pattern on each line. On another host it needs a login as
root, or sudo without a password. It touches no file that it has not written
itself, sees that the agent answers, and takes everything back if it does not. Run
again, it brings the agent up to date.`,
		Example:           "  migcheck agent install hostB --dry-run",
		Args:              exactly(1, oneHost),
		ValidArgsFunction: completeHosts,
		RunE:              func(cmd *cobra.Command, args []string) error { return p.install(cmd, args[0]) },
	}
	p.registerChange(cmd)
	cmd.Flags().StringVar(&p.binary, "binary", "", "the static migcheck to install (this program, or the package's static one)")
	cmd.Flags().BoolVar(&p.probes, "probe", false, "with the socket by which a probe's frames are sent")
	return cmd
}

func agentRemove() *cobra.Command {
	p := &agentPlace{}
	cmd := &cobra.Command{
		Use:               "remove HOST|local",
		Short:             "take the agent away",
		Long:              "remove takes away what install has put there, and nothing else: the groups too, if\ninstall made them.",
		Example:           "  migcheck agent remove hostB",
		Args:              exactly(1, oneHost),
		ValidArgsFunction: completeHosts,
		RunE:              func(cmd *cobra.Command, args []string) error { return p.remove(cmd, args[0]) },
	}
	p.registerChange(cmd)
	return cmd
}

func (p *agentPlace) registerChange(cmd *cobra.Command) {
	p.reach.register(cmd.Flags())
	_ = cmd.Flags().MarkHidden("snapshot") // there is nothing to be changed in one
	p.onMachine.register(cmd)
}

// agreed says whether to change another machine; the error is that of who
// declined.
func (p *agentPlace) agreed(cmd *cobra.Command, question string) (bool, error) {
	if p.dryRun || p.yes {
		return !p.dryRun, nil
	}
	err := confirm(cmd, question)
	return err == nil, err
}

func (p *agentPlace) install(cmd *cobra.Command, host string) error {
	exe := p.binary
	if exe == "" {
		var err error
		if exe, err = staticProgram(); err != nil {
			return err
		}
	}
	if host == world.Local {
		if err := p.asRoot(cmd); err != nil {
			return err
		}
		plan, err := act.Site{Root: p.image()}.Install(exe, version(), p.probes)
		if err != nil {
			return err
		}
		return p.carryOut(cmd, plan, "install the agent", "the agent is installed; "+act.Readers(p.probes))
	}
	program, err := act.NewProgram(exe)
	if err != nil {
		return err
	}
	return p.there(cmd, host, func(ctx context.Context, arch string, root act.Root) error {
		if err := program.For(host, arch); err != nil {
			return err
		}
		for _, line := range program.Outline(p.probes) {
			fmt.Fprintln(cmd.OutOrStdout(), report.Safe("on "+host+": "+line))
		}
		if agreed, err := p.agreed(cmd, "install the agent on "+host); !agreed {
			return err
		}
		said, err := program.Push(ctx, root, p.probes)
		return told(cmd, said, err)
	})
}

func (p *agentPlace) remove(cmd *cobra.Command, host string) error {
	if host == world.Local {
		if err := p.asRoot(cmd); err != nil {
			return err
		}
		plan, err := act.Site{Root: p.image()}.Remove()
		if err != nil {
			return err
		}
		return p.carryOut(cmd, plan, "remove the agent", "the agent is removed")
	}
	return p.there(cmd, host, func(ctx context.Context, _ string, root act.Root) error {
		fmt.Fprintln(cmd.OutOrStdout(), report.Safe("on "+host+": stop the agent, and delete its program, its units, and its groups if install made them"))
		if agreed, err := p.agreed(cmd, "remove the agent from "+host); !agreed {
			return err
		}
		said, err := act.RemoveFrom(ctx, root)
		return told(cmd, said, err)
	})
}

// there does something on another host; arch is what its uname -m says.
func (p *agentPlace) there(cmd *cobra.Command, host string, do func(ctx context.Context, arch string, root act.Root) error) error {
	if p.root != "" {
		return exit.Because(errors.New("--root names an image on this machine, and "+host+" is another"), "migcheck agent install local --root DIR")
	}
	w, _, err := p.open(cmd)
	if err != nil {
		return err
	}
	defer w.Close()
	hold, err := world.HoldOf(w)
	if err != nil {
		return err
	}
	h, err := w.Host(cmd.Context(), host)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), 5*time.Minute)
	defer cancel()
	err = do(ctx, h.Arch, func(ctx context.Context, in io.Reader, script string, words ...string) (string, error) {
		return hold.AsRoot(ctx, host, in, script, words...)
	})
	return withRefusal(err, host, h.System, denial.Root)
}

// told prints what a host said of what it did.
func told(cmd *cobra.Command, said string, err error) error {
	if err != nil {
		return err
	}
	for line := range strings.Lines(said) {
		fmt.Fprintln(cmd.OutOrStdout(), report.Safe(strings.TrimRight(line, "\n")))
	}
	return nil
}

func agentStatus() *cobra.Command {
	r := &reach{}
	cmd := &cobra.Command{
		Use:   "status HOST|local",
		Short: "ask a host's agent who it is",
		Long: `status asks the agent of a host, as a check would, which migcheck it is and for the
host's devices.

Exit status: 0 it answers, 3 it is there and this user may not ask it, 1 there is
none or it does not answer as it should.`,
		Example:           "  migcheck agent status hostB",
		Args:              exactly(1, oneHost),
		ValidArgsFunction: completeHosts,
		RunE: func(cmd *cobra.Command, args []string) error {
			w, _, err := r.open(cmd)
			if err != nil {
				return err
			}
			defer w.Close()
			hold, err := world.HoldOf(w)
			if err != nil {
				return err
			}
			return sayAgent(cmd, hold, args[0])
		},
	}
	r.register(cmd.Flags())
	return cmd
}

// sayAgent proves that a host's agent answers, or says why it does not.
func sayAgent(cmd *cobra.Command, hold *world.Hold, host string) error {
	ctx, out := cmd.Context(), cmd.OutOrStdout()
	say := func(format string, args ...any) {
		fmt.Fprintln(out, report.Safe(host+": "+fmt.Sprintf(format, args...)))
	}
	c, err := hold.Agent(ctx, host)
	if err != nil {
		return err
	}
	defer c.Close()
	v, err := c.Version(ctx)
	if err != nil {
		there := socketOn(ctx, hold, host)
		switch there {
		case "none":
			say("no agent: there is no %s", agent.Socket)
		case "refused":
			say("an agent is there, and this user may not ask it; the members of the group %s may: usermod -aG %s USER", agent.Group, agent.Group)
			return exit.Status(exit.Undecided)
		default:
			say("no answer: %v", err)
		}
		return exit.Status(exit.Blocked)
	}
	h, err := c.Inventory(ctx, 0)
	if err != nil {
		say("migcheck %s answers, and its inventory is of no use: %v", v.Version, err)
		return exit.Status(exit.Blocked)
	}
	say("the agent answers: migcheck %s, %s, %d devices, read as %s", v.Version, v.Host, len(h.Devices), or(h.User, "an unknown user"))
	if v.Version != version() {
		say("it is another migcheck than this one (%s)", version())
	}
	for _, g := range foldGaps(h.Gaps) {
		say("not read: %s: %s", strings.Join(g.about, ", "), g.reason)
	}
	return nil
}

// socketOn says what stands where a host's agent listens: "none", "refused" or
// "there".
func socketOn(ctx context.Context, hold *world.Hold, host string) string {
	const script = `if [ -w ` + agent.Socket + ` ]; then echo there; elif [ -e ` + agent.Socket + ` ]; then echo refused; else echo none; fi`
	said, err := hold.Run(ctx, host, script)
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(said)
}
