package main

import (
	"fmt"
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

// outputs reads the -o flags: FORMAT or FORMAT=FILE, one of them to stdout. known
// is an error for what is no format of the report.
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
		if !named && slices.ContainsFunc(out, func(o output) bool { return o.file == "" }) {
			return nil, exit.Because(fmt.Errorf("two formats can't both go to stdout"), "name a file for one of them: -o "+format+"=FILE")
		}
		if i := slices.IndexFunc(out, func(o output) bool { return named && filepath.Clean(o.file) == filepath.Clean(file) }); i >= 0 {
			return nil, exit.Because(fmt.Errorf("-o %s and -o %s are one file", flags[i], f), "")
		}
		out = append(out, output{format, file})
	}
	return out, nil
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
