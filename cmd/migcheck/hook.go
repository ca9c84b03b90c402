package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"migcheck/cmd/internal/act/hook"
	"migcheck/cmd/internal/exit"
	"migcheck/cmd/internal/fleetfile"
	"migcheck/preflight"
	"migcheck/preflight/report"
)

// maxWaiver is how long a waiver of the hook may last.
const maxWaiver = 30 * 24 * time.Hour

func hookCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "hook",
		Short: "let this host refuse guests whose network it would not have",
		Long: `hook puts a libvirt hook on this host. libvirt runs it at the beginning of each
incoming migration, whoever asked for it: virsh, virt-manager, Cockpit. It judges
the guest by what this host alone shows, without asking the source or libvirt, and
refuses guests that are blocked, with the finding as the error that virsh shows.

On another host: ssh HOST migcheck hook install`,
		Example: "  migcheck hook install\n  migcheck hook status --prove\n  migcheck hook waive guest1 --for 1h",
		Args:    exactly(0, "one of install, status, waive and remove"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(hookInstall(), hookStatus(), hookWaive(), hookRemove())
	return cmd
}

// place is where a hook is dealt with.
type place struct {
	onMachine
	site hook.Site
}

// open says which machine it is about.
func (p *place) open() {
	if root := p.image(); root != "" {
		p.site = hook.Site{Root: root, Owner: os.Geteuid()}
	}
}

// asRoot refuses who can't change the machine.
func (p *place) asRoot(cmd *cobra.Command) error {
	p.open()
	return p.onMachine.asRoot(cmd)
}

func hookInstall() *cobra.Command {
	p := &place{}
	cmd := &cobra.Command{
		Use:   "install",
		Short: "put the hook on this host",
		Long: `install copies this program (the static build) to where AppArmor and SELinux let
libvirt run it, puts the hook into /etc/libvirt/hooks/qemu.d, writes its settings
to /etc/migcheck/hook.yaml if there are none, and makes the daemon look for hooks
(SIGHUP). It touches no file that it has not written itself. Run again, it brings
the hook up to date.`,
		Example: "  migcheck hook install --dry-run",
		Args:    exactly(0, "no arguments: it is about the host that it runs on"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			exe, err := staticProgram()
			if err != nil {
				return err
			}
			if err := p.asRoot(cmd); err != nil {
				return err
			}
			plan, err := p.site.Install(exe)
			if err != nil {
				return err
			}
			return p.carryOut(cmd, plan, "install the hook", "the hook is installed; migcheck hook status --prove shows whether libvirt runs it")
		},
	}
	p.onMachine.register(cmd)
	return cmd
}

func hookRemove() *cobra.Command {
	p := &place{}
	cmd := &cobra.Command{
		Use:     "remove",
		Short:   "take the hook away",
		Long:    "remove takes away what install has put there, and nothing else, and makes the\ndaemon look for hooks anew. Settings that somebody has written in by hand stay.",
		Example: "  migcheck hook remove --dry-run",
		Args:    exactly(0, "no arguments: it is about the host that it runs on"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := p.asRoot(cmd); err != nil {
				return err
			}
			plan, err := p.site.Remove()
			if err != nil {
				return err
			}
			return p.carryOut(cmd, plan, "remove the hook", "the hook is removed")
		},
	}
	p.onMachine.register(cmd)
	return cmd
}

func hookStatus() *cobra.Command {
	p := &place{}
	var prove bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "say whether libvirt runs the hook",
		Long: `status looks at the hook's files and settings, at the daemon, and at the logs in
which AppArmor and SELinux say what they kept from running. The hook notes which
daemon ran it last, at the start and stop of guests too; where there is no such
note yet, --prove asks libvirt (through virsh) to start a guest that never starts,
and reads in the answer whether the hook was run.

Exit status: 0 the daemon runs it, 3 not proven, 1 there is none or it can't work.`,
		Example: "  migcheck hook status --prove",
		Args:    exactly(0, "no arguments: it is about the host that it runs on"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			p.open()
			if prove && p.image() != "" {
				return exit.Because(errors.New("--prove asks the libvirt of this machine, and --root names an image"), "")
			}
			st := p.site.Status(cmd.Context(), time.Now(), prove)
			for _, line := range st.Lines {
				fmt.Fprintln(cmd.OutOrStdout(), report.Safe(line))
			}
			switch st.State {
			case hook.Proven:
				return nil
			case hook.Unproven:
				return exit.Status(exit.Undecided)
			}
			return exit.Status(exit.Blocked)
		},
	}
	p.registerRoot(cmd)
	cmd.Flags().BoolVar(&prove, "prove", false, "ask libvirt for a guest that never starts")
	return cmd
}

func hookWaive() *cobra.Command {
	p := &place{}
	var w hook.Waiver
	var last time.Duration
	cmd := &cobra.Command{
		Use:   "waive GUEST --for TIME",
		Short: "let a guest come although something blocks it",
		Long: `waive writes into /etc/migcheck/hook.yaml that the hook is to let a guest come for
a while, whatever blocks it or as far as one rule does. What could not be read is
no finding and can't be waived: that is the fail mode's business.`,
		Example: "  migcheck hook waive guest1 --for 1h --rule lowerdev-no-carrier --reason 'cable comes at noon'",
		Args:    exactly(1, "the name of one guest, as it will be called here"),
		RunE: func(cmd *cobra.Command, args []string) error {
			w.Guest = args[0]
			if err := p.checkWaiver(cmd, w, last); err != nil {
				return err
			}
			now := time.Now()
			w.Until, w.By = now.Add(last), os.Getenv("SUDO_USER")
			if err := p.site.Waive(w, now); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s\n", report.Safe("waived: "+w.String()))
			return nil
		},
	}
	p.registerRoot(cmd)
	cmd.Flags().DurationVar(&last, "for", 0, "how long: 30m, 1h, at most 720h")
	cmd.Flags().StringVar(&w.Rule, "rule", "", "only what this `RULE` finds")
	cmd.Flags().StringVar(&w.Reason, "reason", "", "why, for whoever reads it later")
	_ = cmd.RegisterFlagCompletionFunc("rule", completeRules)
	return cmd
}

func (p *place) checkWaiver(cmd *cobra.Command, w hook.Waiver, last time.Duration) error {
	switch {
	case w.Guest == "":
		return exit.Because(errors.New("a guest's name is empty"), "")
	case last <= 0 || last > maxWaiver:
		return exit.Because(errors.New("say for how long, at most 30 days"), "migcheck hook waive GUEST --for 1h")
	case w.Rule == preflight.FactsNotObserved:
		return exit.Because(fmt.Errorf("%s can't be waived: nobody knows what would be waived", w.Rule), "fail: open in /etc/migcheck/hook.yaml lets such guests come")
	case w.Rule != "":
		if hint, err := fleetfile.KnownRule(w.Rule); err != nil {
			return exit.Because(err, hint)
		}
	}
	return p.asRoot(cmd)
}
