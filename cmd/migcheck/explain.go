package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"migcheck/cmd/internal/exit"
	"migcheck/cmd/internal/fleetfile"
	"migcheck/preflight"
	"migcheck/preflight/report"
	"migcheck/preflight/rules"
)

func explainCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:               "explain [RULE]",
		Short:             "say what a rule means and what harm the defect does",
		Long:              "explain says what a rule looks at, what harm the defect does and when libvirt would\nnotice, and shows it at work. Without a rule it lists them.",
		Example:           "  migcheck explain vlan-mismatch\n  migcheck explain vlan-mismatch -o json",
		Args:              atMost(1, "one rule"),
		ValidArgsFunction: completeRules,
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "text" && format != "json" {
				return exit.Because(fmt.Errorf("%q is no output format of explain; there are text and json", format), "")
			}
			if len(args) == 0 {
				return explainAll(cmd, format)
			}
			if hint, err := fleetfile.KnownRule(args[0]); err != nil {
				return exit.Because(err, hint)
			}
			e, err := explain(rules.ByID(args[0]))
			if err != nil {
				return err
			}
			if format == "json" {
				return printJSON(cmd, e)
			}
			return e.print(cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVarP(&format, "output", "o", "text", "`FORMAT`: text, json")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func explainAll(cmd *cobra.Command, format string) error {
	if format != "json" {
		return listRules(cmd.OutOrStdout())
	}
	var all []*explanation
	for _, r := range rules.All {
		e, err := explain(r)
		if err != nil {
			return err
		}
		all = append(all, e)
	}
	return printJSON(cmd, all)
}

// explanation is what there is to say of a rule.
type explanation struct {
	Rule     string          `json:"rule"`
	Title    string          `json:"title"`
	Text     string          `json:"text"` // the harm that the defect does
	Level    preflight.Level `json:"level"`
	Phase    preflight.Phase `json:"phase"`
	Area     preflight.Area  `json:"area,omitempty"` // empty: the network
	Notices  string          `json:"notices"`        // the phase in words
	LooksAt  []looksAt       `json:"looks_at,omitempty"`
	CausedBy []string        `json:"caused_by,omitempty"` // rules whose finding has it as a consequence
	Waivable bool            `json:"waivable"`
	Example  *example        `json:"example,omitempty"`
}

// looksAt is a fact that a rule needs.
type looksAt struct {
	Fact      preflight.Fact `json:"fact"`
	Side      preflight.Side `json:"side"`
	Essential bool           `json:"essential,omitempty"` // undecided without it
}

func explain(r *preflight.Rule) (*explanation, error) {
	_, text, _ := strings.Cut(r.Doc, "\n")
	e := &explanation{
		Rule: r.ID, Title: r.Title(), Text: strings.TrimSpace(text), Level: r.Level, Phase: r.Phase, Area: r.Area,
		Notices: preflight.PhaseText(r.Phase), CausedBy: r.CausedBy,
	}
	_, err := fleetfile.Waivable(r.ID)
	e.Waivable = err == nil && r.Level > preflight.Note
	for _, n := range r.Needs {
		e.LooksAt = append(e.LooksAt, looksAt{n.Fact, n.Side, n.Essential})
	}
	e.Example, err = exampleOf(r)
	return e, err
}

// print writes the explanation for people.
func (e *explanation) print(w io.Writer) error {
	style, err := look("auto")
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s: %s\n\n%s\n\n", e.Rule, e.Title, e.Text)
	lines := []string{"level:     " + e.Level.String() + " unless the finding says otherwise"}
	if e.Rule != preflight.FactsNotObserved { // which looks at whatever the others need
		lines = append(lines, "notices:   "+e.Notices, "looks at:  "+e.factWords())
	}
	if e.Area == preflight.Beyond {
		lines = append(lines, "area:      "+string(e.Area)+": judged with --scope all")
	}
	if len(e.CausedBy) > 0 {
		lines = append(lines, "follows:   from "+strings.Join(e.CausedBy, ", ")+", where one of them speaks of the same device")
	}
	if e.Waivable {
		lines = append(lines, "waive:     --allow "+e.Rule)
	}
	for _, l := range lines {
		if err := report.Paragraph(w, 0, 11, l, style); err != nil {
			return err
		}
	}
	if e.Example == nil {
		return nil
	}
	return e.Example.print(w, style)
}

// factWords are the facts that a rule needs, with the hosts that they are
// needed of.
func (e *explanation) factWords() string {
	var order []string
	sides := map[string][]string{}
	for _, n := range e.LooksAt {
		if fact := string(n.Fact); sides[fact] == nil {
			order = append(order, fact)
		}
		sides[string(n.Fact)] = append(sides[string(n.Fact)], string(n.Side))
	}
	for i, fact := range order {
		order[i] = fact + " (" + strings.Join(sides[fact], " and ") + ")"
	}
	return cmp.Or(strings.Join(order, ", "), "the guest's definition")
}
