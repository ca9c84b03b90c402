package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"migcheck/cmd/internal/act/nightly"
	"migcheck/cmd/internal/exit"
)

func systemdCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "systemd",
		Short: "judge the fleet every night, by a systemd timer",
		Long: `systemd puts a service and a timer on this machine that run migcheck fleet and
write, in /var/lib/migcheck, the HTML report, the JSON, the numbers for Prometheus
and the history. The service may do next to nothing here (a user of its own, no
privileges, a read-only system). It reaches hosts with a key of its own, which a
forced command on each host holds to migcheck's one command.`,
		Example: "  migcheck systemd print\n  migcheck systemd install --textfile /var/lib/prometheus/node-exporter\n  migcheck systemd print migcheck-only | ssh hostA sudo tee /usr/local/sbin/migcheck-only",
		Args:    exactly(0, "one of print, install and remove"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(systemdPrint(), systemdInstall(), systemdRemove())
	return cmd
}

// nightlyFlags are what the timer is to be like.
type nightlyFlags struct {
	onMachine
	job nightly.Job
}

func (n *nightlyFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&n.job.Exec, "exec", "", "the program that the service runs, as an absolute `PATH` (this one)")
	f.StringVar(&n.job.When, "on-calendar", "*-*-* 02:00:00", "when, as a systemd calendar `EVENT`")
	f.DurationVar(&n.job.Delay, "delay", 30*time.Minute, "at most so much `TIME` later, by chance")
	f.StringVar(&n.job.Textfile, "textfile", "", "copy the numbers for Prometheus into this `DIR`: node_exporter's textfile directory")
}

// complete fills in what was not said, and refuses what no unit can hold.
func (n *nightlyFlags) complete(more []string) error {
	n.job.More = more
	if n.job.Exec == "" {
		exe, err := os.Executable()
		if err != nil {
			return err
		}
		n.job.Exec = exe
	}
	for flag, v := range map[string]string{"--exec": n.job.Exec, "--textfile": n.job.Textfile} {
		if v != "" && !filepath.IsAbs(v) {
			return exit.Because(fmt.Errorf("%s is %q, which is no absolute path", flag, v), "")
		}
	}
	switch {
	case n.job.When == "" || strings.ContainsAny(n.job.When, "\n\r%"):
		return exit.Because(fmt.Errorf("--on-calendar is %q", n.job.When), "systemd-analyze calendar EVENT says what an event means")
	case n.job.Delay < 0:
		return exit.Because(fmt.Errorf("--delay is %v", n.job.Delay), "")
	}
	return nil
}

func systemdPrint() *cobra.Command {
	n := &nightlyFlags{}
	what := []string{"service", "timer", "ssh_config", "migcheck-only", "authorized_keys"}
	cmd := &cobra.Command{
		Use:       "print [WHAT] [-- FLEET-FLAG...]",
		Short:     "print what install would write, and what the hosts need",
		Long:      "print shows the units and settings that install would write, or one of them:\n" + strings.Join(what, ", ") + ". The last two belong on the hosts.",
		Example:   "  migcheck systemd print timer\n  migcheck systemd print service -- --hosts 'rack1-*'",
		ValidArgs: what,
		RunE: func(cmd *cobra.Command, args []string) error {
			which, more := split(cmd, args)
			if err := n.complete(more); err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			text := map[string]func() ([]byte, error){
				"service":       func() ([]byte, error) { return n.job.Service(), nil },
				"timer":         func() ([]byte, error) { return n.job.Timer(), nil },
				"ssh_config":    func() ([]byte, error) { return nightly.SSHConfig(), nil },
				"migcheck-only": func() ([]byte, error) { return nightly.Only(version()), nil },
				"authorized_keys": func() ([]byte, error) {
					key, err := n.site().PublicKey()
					return []byte(nightly.AuthorizedKey(key) + "\n"), err
				},
			}
			if len(which) > 1 || len(which) == 1 && text[which[0]] == nil {
				return exit.Because(fmt.Errorf("%q is nothing to print", strings.Join(which, " ")), "there is "+strings.Join(what, ", "))
			}
			if len(which) == 1 {
				b, err := text[which[0]]()
				if err == nil {
					_, err = out.Write(b)
				}
				return err
			}
			for _, f := range []struct{ path, name string }{
				{nightly.ServicePath, "service"},
				{nightly.TimerPath, "timer"},
				{nightly.SSHConfigPath, "ssh_config"},
				{nightly.OnlyPath + " on each host", "migcheck-only"},
			} {
				b, err := text[f.name]()
				if err != nil {
					return err
				}
				fmt.Fprintf(out, "==> %s <==\n%s\n", f.path, b)
			}
			return nil
		},
	}
	n.register(cmd)
	n.registerRoot(cmd)
	return cmd
}

// split are the words before and after a "--".
func split(cmd *cobra.Command, args []string) (before, after []string) {
	if at := cmd.ArgsLenAtDash(); at >= 0 {
		return args[:at], args[at:]
	}
	return args, nil
}

func systemdInstall() *cobra.Command {
	n := &nightlyFlags{}
	cmd := &cobra.Command{
		Use:   "install [-- FLEET-FLAG...]",
		Short: "put the service and the timer on this machine",
		Long: `install writes the units and starts the timer. It makes a key and SSH settings for
the run if there are none, and says what is left to be done on the hosts. What
follows -- is handed to migcheck fleet.`,
		Example: "  migcheck systemd install --dry-run\n  migcheck systemd install --on-calendar 'Mon..Fri 03:00' -- --guests 'web*'",
		RunE: func(cmd *cobra.Command, args []string) error {
			which, more := split(cmd, args)
			if len(which) > 0 {
				return exit.Because(fmt.Errorf("install takes no names, and %q is one", which[0]), "what migcheck fleet is to be told goes behind --")
			}
			if err := errors.Join(n.complete(more), n.asRoot(cmd)); err != nil {
				return err
			}
			plan, err := n.site().Install(&n.job)
			if err != nil {
				return err
			}
			return n.carryOut(cmd, plan, "install the timer", "the timer is installed; systemctl start migcheck-fleet.service runs it now")
		},
	}
	n.register(cmd)
	n.onMachine.register(cmd)
	return cmd
}

func systemdRemove() *cobra.Command {
	n := &nightlyFlags{}
	cmd := &cobra.Command{
		Use:     "remove",
		Short:   "take the timer and the service away",
		Long:    "remove stops the timer, ends a run in progress and deletes the units. The key, the\nsettings and what was written of the fleet stay, and it says where.",
		Example: "  migcheck systemd remove --dry-run",
		Args:    exactly(0, "no arguments: it is about this machine"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := n.asRoot(cmd); err != nil {
				return err
			}
			plan, err := n.site().Remove()
			if err != nil {
				return err
			}
			return n.carryOut(cmd, plan, "remove the timer", "the timer is removed")
		},
	}
	n.onMachine.register(cmd)
	return cmd
}

func (n *nightlyFlags) site() nightly.Site { return nightly.Site(n.image()) }
