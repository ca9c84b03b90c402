package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"migcheck/cmd/internal/exit"
	"migcheck/cmd/internal/fleetfile"
	"migcheck/preflight"
	"migcheck/preflight/report"
	"migcheck/preflight/rules"
)

func rulesCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "rules",
		Short:   "list what is checked",
		Long:    "rules lists every rule with its level, when libvirt itself would notice, and what it is about.",
		Example: "  migcheck rules",
		Args:    exactly(0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, r := range rules.All {
				fmt.Fprintf(cmd.OutOrStdout(), "%-30s %-9s  %-8s  %s\n", r.ID, r.Level, r.Phase, r.Title())
			}
			return nil
		},
	}
}

func explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "explain RULE",
		Short:             "say what a rule means and what harm the defect does",
		Example:           "  migcheck explain vlan-mismatch",
		Args:              exactly(1, "the name of one rule"),
		ValidArgsFunction: completeRules,
		RunE: func(cmd *cobra.Command, args []string) error {
			if hint, err := fleetfile.KnownRule(args[0]); err != nil {
				return exit.Because(err, hint)
			}
			r := rules.ByID(args[0])
			_, text, _ := strings.Cut(r.Doc, "\n")
			out := cmd.OutOrStdout()
			fmt.Fprintf(out, "%s: %s\n\n%s\n\n", r.ID, r.Title(), strings.TrimSpace(text))
			fmt.Fprintf(out, "level:     %s unless the finding says otherwise\n", r.Level)
			fmt.Fprintf(out, "notices:   %s\n", preflight.PhaseText(r.Phase))
			fmt.Fprintf(out, "looks at:  %s\n", needsWords(r))
			if r.ID != preflight.FactsNotObserved && r.Level > preflight.Note {
				fmt.Fprintf(out, "waive:     --allow %s\n", r.ID)
			}
			return nil
		},
	}
}

// needsWords are the facts that a rule needs, for people.
func needsWords(r *preflight.Rule) string {
	var words []string
	for _, n := range r.Needs {
		words = append(words, fmt.Sprintf("%s (%s)", n.Fact, n.Side))
	}
	if len(words) == 0 {
		return "the guest's definition"
	}
	return strings.Join(words, ", ")
}

func schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "schema",
		Short:   "print the JSON Schema of -o json",
		Example: "  migcheck schema > report.schema.json",
		Args:    exactly(0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := report.JSONSchema()
			if err != nil {
				return err
			}
			return printJSON(cmd, s)
		},
	}
}

func printJSON(cmd *cobra.Command, v any) error {
	e := json.NewEncoder(cmd.OutOrStdout())
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
