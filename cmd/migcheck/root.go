package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"migcheck/cmd/internal/exit"
)

const about = `migcheck says before a KVM guest is live-migrated whether its network will still
be there on the other host, why not, and what to do about it. It judges every NIC,
those above all that stand on a host device through MacVTap (<interface
type='direct'>), and changes nothing unless it is told to --migrate.

Exit status: 0 ready, 1 blocked, 2 usage or internal error, 3 undecided, 4 a
migration failed or the guest arrived without its network, 130 and 143 for
signals. Of several pairs the worst, in the order 4, 2, 1, 3, 0.
` + pluginExit + `

` + aboutScope

func root() *cobra.Command {
	check := &checkFlags{}
	cmd := &cobra.Command{
		Use:   "migcheck GUEST... --to HOST",
		Short: "check a guest's network before its live migration",
		Long:  about,
		Example: `  migcheck guest1 --to hostB
  migcheck guest1 guest2 --from kvm1 --to root@kvm2,root@kvm3 -o json=report.json
  migcheck guest1 --to hostB --assume hostB:fixes   # as it would be after the fixes
  migcheck guest1 --to hostB --wait=30m    # again until it is ready
  migcheck check rules --to hostB          # a guest that is called like a command
  migcheck guest1 --to all                 # every host of the fleet file, ranked
  migcheck fleet                           # every guest against every host
  migcheck explain vlan-mismatch`,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: completeGuests,
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: false},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && !check.given(cmd) {
				return cmd.Help()
			}
			return check.run(cmd, args)
		},
	}
	check.register(cmd)
	cmd.AddCommand(checkCommand(), fleetCommand(), evacuateCommand(), fixesCommand(), historyCommand(), diffCommand(),
		renderCommand(), compareCommand(), inventoryCommand(), snapshotCommand(), doctorCommand(), rulesCommand(),
		explainCommand(), schemaCommand(), hookCommand(), agentCommand(), systemdCommand(), versionCommand())
	cmd.SetFlagErrorFunc(flagError)
	refuseUnknownTopics(cmd)
	return cmd
}

// flagError adds a way on to cobra's words.
func flagError(cmd *cobra.Command, err error) error {
	return exit.Because(err, fmt.Sprintf("%s --help lists the flags; a guest whose name starts with - goes behind --: migcheck --to HOST -- -name", cmd.CommandPath()))
}

// verbs are the names of all commands, for suggestions: none if the verb was said.
func verbs(cmd *cobra.Command) []string {
	if cmd.HasParent() {
		return nil
	}
	return namesOf(cmd)
}

// namesOf are the names of the commands below one.
func namesOf(cmd *cobra.Command) []string {
	var out []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			out = append(out, c.Name())
		}
	}
	return out
}

// exactly is an argument check that says what was expected.
func exactly(n int, what string) cobra.PositionalArgs { return between(n, n, what) }

// atMost is exactly where fewer will do.
func atMost(n int, what string) cobra.PositionalArgs { return between(0, n, what+" at most") }

// between is exactly for a range of numbers.
func between(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if least <= len(args) && len(args) <= most {
			return nil
		}
		return exit.Because(fmt.Errorf("%s takes %s", cmd.CommandPath(), what), "for example:"+strings.TrimRight(strings.Join(strings.Split("\n"+cmd.Example, "\n"), " "), " "))
	}
}

var errNoDestination = errors.New("no destination: say where the guest is to go with --to HOST")
