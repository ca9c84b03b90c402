package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"migcheck/cmd/internal/act/change"
	"migcheck/cmd/internal/exit"
	"migcheck/preflight/report"
)

// consent is how somebody agrees to a change of a machine.
type consent struct{ yes, dryRun bool }

func (p *consent) register(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&p.yes, "yes", false, "do not ask first")
	cmd.Flags().BoolVar(&p.dryRun, "dry-run", false, "only say what would be done")
}

// carryOut shows a plan, asks, and does it.
func (p *consent) carryOut(cmd *cobra.Command, plan *change.Plan, question, done string) error {
	out := cmd.OutOrStdout()
	for _, c := range plan.Changes {
		fmt.Fprintln(out, report.Safe(c.What))
	}
	for _, r := range plan.Remarks {
		fmt.Fprintln(out, report.Safe(r))
	}
	if len(plan.Changes) == 0 {
		return nil
	}
	if agreed, err := p.given(cmd, question); !agreed {
		return err
	}
	if err := plan.Apply(); err != nil {
		return err
	}
	fmt.Fprintln(out, done)
	return nil
}

// given says whether to go on; an error says that somebody declined.
func (p *consent) given(cmd *cobra.Command, question string) (bool, error) {
	if p.dryRun || p.yes {
		return !p.dryRun, nil
	}
	err := confirm(cmd, question)
	return err == nil, err
}

// confirm asks on a terminal; elsewhere --yes must have been given.
func confirm(cmd *cobra.Command, question string) error {
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		return exit.Because(errors.New("nothing was changed: there is no terminal to ask on"), "--yes does it without asking")
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "%s? [y/N] ", question)
	answer, _ := bufio.NewReader(os.Stdin).ReadString('\n')
	if a := strings.ToLower(strings.TrimSpace(answer)); a != "y" && a != "yes" {
		return exit.Because(errors.New("declined; nothing was changed"), "")
	}
	return nil
}
