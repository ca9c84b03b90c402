package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"migcheck/cmd/internal/exit"
	"migcheck/preflight"
	"migcheck/preflight/report"
	"migcheck/preflight/rules"
)

func rulesCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "rules",
		Short:   "list what is checked",
		Long:    "rules lists every rule, in groups: what is not known, what libvirt refuses and when,\nwhat it never notices, what is only worth knowing, and what is beyond the network.",
		Example: "  migcheck rules",
		Args:    exactly(0, "no arguments"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return listRules(cmd.OutOrStdout()) },
	}
}

// groups are the kinds of rule, in the order in which they are listed.
var groups = []struct {
	title  string
	level  preflight.Level
	phases []preflight.Phase // nil: all
	area   preflight.Area
}{
	{"undecided: what is not known", preflight.Undecided, nil, preflight.Network},
	{"blocked: libvirt refuses before anything is copied", preflight.Blocked, []preflight.Phase{preflight.Begin, preflight.Prepare}, preflight.Network},
	{"blocked: libvirt fails when memory has been copied", preflight.Blocked, []preflight.Phase{preflight.Transfer, preflight.Finish}, preflight.Network},
	{"blocked: libvirt never notices, and reports a success", preflight.Blocked, []preflight.Phase{preflight.Silent, preflight.After}, preflight.Network},
	{"warned: the guest arrives with less, or with a risk", preflight.Warning, nil, preflight.Network},
	{"worth knowing", preflight.Note, nil, preflight.Network},
	{"beyond the network (--scope all), blocked: libvirt refuses before anything is copied", preflight.Blocked, nil, preflight.Beyond},
	{"beyond the network (--scope all), warned", preflight.Warning, nil, preflight.Beyond},
}

func listRules(w io.Writer) error {
	width := 0
	for _, r := range rules.All {
		width = max(width, len(r.ID))
	}
	for i, g := range groups {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintln(w, g.title)
		for _, r := range rules.All {
			if r.Area != g.area || r.Level != g.level || g.phases != nil && !slices.Contains(g.phases, r.Phase) {
				continue
			}
			if err := report.Paragraph(w, 2, width+3, fmt.Sprintf("%-*s %s", width, r.ID, r.Title()), report.Options{Width: 100}); err != nil {
				return err
			}
		}
	}
	return nil
}

func schemaCommand() *cobra.Command {
	kinds := report.Kinds()
	all := slices.Sorted(maps.Keys(kinds))
	return &cobra.Command{
		Use:               "schema [" + strings.Join(all, "|") + "]",
		Short:             "print the JSON Schema of -o json",
		Long:              "schema prints the JSON Schema of what -o json writes: without a word that of a\nreport of guests that were named.",
		Example:           "  migcheck schema > report.schema.json\n  migcheck schema fleet > fleet.schema.json",
		Args:              atMost(1, "one of "+strings.Join(all[:len(all)-1], ", ")+" and "+all[len(all)-1]),
		ValidArgsFunction: cobra.FixedCompletions(all, cobra.ShellCompDirectiveNoFileComp),
		RunE: func(cmd *cobra.Command, args []string) error {
			of := "report"
			if len(args) > 0 {
				of = args[0]
			}
			if kinds[of] == nil {
				return exit.Because(fmt.Errorf("there is no schema %q", of), "there is "+strings.Join(all, ", "))
			}
			s, err := kinds[of].Schema()
			if err != nil {
				return err
			}
			return printJSON(cmd, s)
		},
	}
}

func printJSON(cmd *cobra.Command, v any) error {
	e := report.JSON(cmd.OutOrStdout())
	e.SetIndent("", "  ")
	return e.Encode(v)
}
