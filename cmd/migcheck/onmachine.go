package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"migcheck/cmd/internal/act/change"
	"migcheck/cmd/internal/exit"
	"migcheck/preflight/report"
)

// onMachine are the flags of verbs that change a machine: this one, or the image
// of one.
type onMachine struct {
	root        string
	yes, dryRun bool
}

func (c *onMachine) registerRoot(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.root, "root", "", "the image of a machine in `DIR`, instead of this machine")
}

func (c *onMachine) register(cmd *cobra.Command) {
	c.registerRoot(cmd)
	cmd.Flags().BoolVar(&c.yes, "yes", false, "do not ask first")
	cmd.Flags().BoolVar(&c.dryRun, "dry-run", false, "only say what would be done")
}

// image is the absolute path of the image; empty for this machine.
func (c *onMachine) image() string {
	if c.root == "" {
		return ""
	}
	root, err := filepath.Abs(c.root)
	if err != nil { // the working directory is gone
		return c.root
	}
	if root == "/" {
		return ""
	}
	return root
}

// asRoot refuses who can't change this machine.
func (c *onMachine) asRoot(cmd *cobra.Command) error {
	if c.image() != "" || c.dryRun || os.Geteuid() == 0 {
		return nil
	}
	return exit.Because(fmt.Errorf("%s needs root", cmd.CommandPath()), "sudo "+cmd.CommandPath())
}

// carryOut shows a plan, asks, and does it.
func (c *onMachine) carryOut(cmd *cobra.Command, plan *change.Plan, question, done string) error {
	out := cmd.OutOrStdout()
	for _, step := range plan.Changes {
		fmt.Fprintln(out, report.Safe(step.What))
	}
	for _, r := range plan.Remarks {
		fmt.Fprintln(out, report.Safe(r))
	}
	if c.dryRun || len(plan.Changes) == 0 {
		return nil
	}
	if !c.yes {
		if err := confirm(cmd, question); err != nil {
			return err
		}
	}
	if err := plan.Apply(); err != nil {
		return err
	}
	fmt.Fprintln(out, done)
	return nil
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
