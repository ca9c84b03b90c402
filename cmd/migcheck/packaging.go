//go:build packaging

// What a package has beside the program, written from the program's own text: go
// run -tags packaging ./cmd/migcheck DIR. It is built into nothing that is
// shipped, since the Markdown behind man pages would come with it.
package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"
)

func init() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: SOURCE_DATE_EPOCH=SECONDS go run -tags packaging ./cmd/migcheck DIR")
		os.Exit(2)
	}
	dir := os.Args[1]
	if err := errors.Join(writeManPages(filepath.Join(dir, "man")), writeCompletions(filepath.Join(dir, "completions")), writeRights(filepath.Join(dir, "examples"))); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// writeManPages writes one page a command, migcheck-fleet.1 for migcheck fleet.
func writeManPages(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	seconds, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64)
	if err != nil {
		return fmt.Errorf("SOURCE_DATE_EPOCH, which dates the pages: %w", err)
	}
	day := time.Unix(seconds, 0).UTC()
	cmd := root()
	cmd.DisableAutoGenTag = true
	asMarkdown(cmd)
	return doc.GenManTree(cmd, &doc.GenManHeader{Section: "1", Date: &day, Source: "migcheck " + version(), Manual: "migcheck"}, dir)
}

// asMarkdown makes a command tree's plain text into the Markdown that the man
// pages are made from, with sections of options as --help has them.
func asMarkdown(cmd *cobra.Command) {
	for _, c := range cmd.Commands() {
		asMarkdown(c)
	}
	cmd.InitDefaultHelpFlag()
	cmd.Short, cmd.Use = inline(cmd.Short), inline(cmd.Use)
	cmd.Long = paragraphs(cmp.Or(cmd.Long, cmd.Short)) + "\n\n" + options(cmd.NonInheritedFlags())
}

// options are the flags of one command, which the generator would print as
// --yes[=]; it leaves out what is hidden.
func options(flags *pflag.FlagSet) string {
	var b strings.Builder
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		f.Hidden = true
		if b.Len() == 0 {
			b.WriteString("# OPTIONS\n")
		}
		b.WriteString(option(f))
	})
	return b.String()
}

func option(f *pflag.Flag) string {
	value, usage := pflag.UnquoteUsage(f)
	term := "**--" + inline(f.Name) + "**"
	if f.Shorthand != "" {
		term = "**-" + f.Shorthand + "**, " + term
	}
	switch {
	case value != "" && f.NoOptDefVal != "":
		term += "[=*" + inline(value) + "*]"
	case value != "":
		term += " *" + inline(value) + "*"
	}
	switch f.DefValue {
	case "", "false", "[]", "0", "0s":
	default:
		usage += " (default " + f.DefValue + ")"
	}
	return term + "\n: " + inline(usage) + "\n\n"
}

var special = regexp.MustCompile("([\\\\`*_{}\\[\\]<>#+|~-])")

// inline makes every character of plain text stand for itself.
func inline(text string) string { return special.ReplaceAllString(text, `\$1`) }

// paragraphs keeps the line ends of what is indented.
func paragraphs(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "  ") {
			b.WriteString("    " + line) // a code block of Markdown
			continue
		}
		b.WriteString(inline(line))
	}
	return b.String()
}

func writeCompletions(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	cmd := root()
	return errors.Join(
		cmd.GenBashCompletionFileV2(filepath.Join(dir, "migcheck"), true),
		cmd.GenZshCompletionFile(filepath.Join(dir, "_migcheck")),
		cmd.GenFishCompletionFile(filepath.Join(dir, "migcheck.fish"), true))
}

// writeRights writes what doctor prints, for a user called migcheck.
func writeRights(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	const user = "migcheck"
	var sudoers, polkit bytes.Buffer
	fmt.Fprintf(&sudoers, "# To /etc/sudoers.d/migcheck on a host that is read with become: sudo. It is the\n# right to do anything there.\n%s\n", sudoersLine(user))
	fmt.Fprintf(&polkit, "// To /etc/polkit-1/rules.d/60-migcheck.rules on a host where libvirt asks polkit.\n// It makes the user as mighty as root there. The group libvirt does the same.\n%s\n", strings.Join(polkitRule(user), "\n"))
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "sudoers"), sudoers.Bytes(), 0o644),
		os.WriteFile(filepath.Join(dir, "60-migcheck.rules"), polkit.Bytes(), 0o644))
}
