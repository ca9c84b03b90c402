package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/term"

	"migcheck/cmd/internal/exit"
	"migcheck/preflight/report"
)

// output is one -o flag.
type output struct {
	format, file string
}

// outputs reads the -o flags: FORMAT or FORMAT=FILE, one of them to stdout, which -
// means too. known is an error for what is no format of the report.
func outputs(flags []string, known func(string) error) ([]output, error) {
	if len(flags) == 0 {
		flags = []string{"text"}
	}
	var out []output
	for _, f := range flags {
		format, file, named := strings.Cut(f, "=")
		if err := known(format); err != nil {
			return nil, exit.Because(err, "")
		}
		if named && file == "" {
			return nil, exit.Because(fmt.Errorf("-o %s names no file", f), "")
		}
		if file == "-" {
			file, named = "", false
		}
		if !named && slices.ContainsFunc(out, func(o output) bool { return o.file == "" }) {
			return nil, exit.Because(fmt.Errorf("two formats can't both go to stdout"), "name a file for one of them: -o "+format+"=FILE")
		}
		if i := slices.IndexFunc(out, func(o output) bool { return named && filepath.Clean(o.file) == filepath.Clean(file) }); i >= 0 {
			return nil, exit.Because(fmt.Errorf("-o %s and -o %s are one file", flags[i], f), "")
		}
		if err := replaceable(file); named && err != nil {
			return nil, exit.Because(fmt.Errorf("-o %s: %w", f, err), "-o "+format+" without a file writes to stdout")
		}
		out = append(out, output{format, file})
	}
	return out, nil
}

// replaceable refuses, before anybody is asked, what can't become a file in one step
// or must not: a directory; a pipe or a device, which root would replace for
// everybody; /dev/stdout and its like, links to what a process has open. A link to a
// file is replaced, and the file that it leads to is left alone.
func replaceable(file string) error {
	if dir := filepath.Dir(file); dir != "." {
		if info, err := os.Stat(dir); err != nil {
			return err
		} else if !info.IsDir() {
			return fmt.Errorf("%s is no directory", dir)
		}
	}
	if to, err := os.Readlink(file); err == nil && strings.HasPrefix(to, "/proc/") {
		return fmt.Errorf("%s is what a process has open, and no file", file)
	}
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.IsDir():
		return fmt.Errorf("%s is a directory", file)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is there, and no regular file", file)
	}
	return nil
}

// look says how text is to look on stdout.
func look(color string) (report.Options, error) {
	o := report.Options{}
	terminal := term.IsTerminal(int(os.Stdout.Fd()))
	switch color {
	case "always":
		o.Color = true
	case "auto":
		o.Color = terminal && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	case "never":
	default:
		return o, exit.Because(fmt.Errorf("--color is %q; it can be auto, always or never", color), "")
	}
	o.Width = 100
	if terminal {
		if w, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil && w >= 40 {
			o.Width = min(w, 140)
		}
	}
	return o, nil
}
