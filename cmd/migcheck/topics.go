package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"migcheck/cmd/internal/exit"
	"migcheck/cmd/internal/nearest"
)

// refuseUnknownTopics makes errors of what cobra's own commands, help and
// completion, would answer with a page of help and success.
func refuseUnknownTopics(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		switch c.Name() {
		case "help":
			c.Args = knownTopic
		case "completion":
			c.Example = "  migcheck completion bash"
			c.Args = exactly(0, "one of bash, fish, powershell and zsh")
			c.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		}
	}
}

// knownTopic refuses words that do not lead to a command.
func knownTopic(cmd *cobra.Command, words []string) error {
	at := cmd.Root()
	for _, w := range words {
		next, _, err := at.Find([]string{w})
		if err != nil || next == at {
			hint := "migcheck --help lists them"
			if near := nearest.Of(w, namesOf(at)); near != "" {
				hint = "did you mean " + near + "?"
			}
			return exit.Because(fmt.Errorf("there is no command %q", strings.Join(words, " ")), hint)
		}
		at = next
	}
	return nil
}
