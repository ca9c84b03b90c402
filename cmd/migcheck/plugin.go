package main

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"migcheck/cmd/internal/exit"
	"migcheck/preflight/report"
)

// pluginFormat is the format that makes migcheck a plugin of Nagios, Icinga and
// the like, if it goes to stdout: then the exit status is a plugin's too.
const pluginFormat = "nagios"

const pluginExit = `With -o nagios on stdout it is a plugin's: 0 OK, 1 WARNING, 2 CRITICAL (blocked or
stuck), 3 UNKNOWN (undecided, or no report could be made).`

var outputFlag = regexp.MustCompile(`^(-[A-Za-z]*o|--output)(=?)(.*)$`)

// asPlugin says whether a command line asks for a plugin. It is read even where
// the flags are wrong: a plugin says so, too, with a plugin's status.
func asPlugin(args []string) bool {
	for i, a := range args {
		if a == "--" {
			return false
		}
		m := outputFlag.FindStringSubmatch(a)
		switch {
		case m == nil:
		case m[3] == pluginFormat, m[2]+m[3] == "" && i+1 < len(args) && args[i+1] == pluginFormat:
			return true
		}
	}
	return false
}

// plugin says whether stdout gets a plugin's output.
func plugin(outs []output) bool { return slices.Contains(outs, output{format: pluginFormat}) }

// onlyReports refuses what a plugin must not do.
func onlyReports(outs []output, flag string, given bool) error {
	if !given || !plugin(outs) {
		return nil
	}
	return exit.Because(fmt.Errorf("%s and -o nagios: a plugin of a monitoring says how things are, once", flag), "-o nagios=FILE writes the same to a file")
}

// status ends a run whose report was written: with the plugin's state where it
// was a plugin, else with a code.
func status(r *report.Report, outs []output, code int) error {
	if plugin(outs) {
		return &exit.Error{Code: int(r.State()), Told: true}
	}
	return exit.Status(code)
}

// unanswered ends a plugin that has no report, or not all of what it was asked
// for. Its words are stdout's, unless something stands there already.
func unanswered(out *heard, stderr io.Writer, err error) int {
	reason := err.Error()
	if interrupted(err) {
		reason = "interrupted; nothing was changed"
	}
	if out.any {
		complainError(stderr, err)
	} else if e := report.Unanswered(out, strings.ReplaceAll(strings.TrimSpace(reason), "\n", "; ")); e != nil {
		complainError(stderr, errors.Join(err, e))
	}
	return int(report.StateUnknown)
}

// interrupted says whether an error is a signal's, of which nothing is said.
func interrupted(err error) bool {
	e, ok := errors.AsType[*exit.Error](err)
	return ok && e.Err == nil
}

// heard is a writer that knows whether anything was written.
type heard struct {
	io.Writer
	any bool
}

func (t *heard) Write(b []byte) (int, error) {
	t.any = t.any || len(b) > 0
	return t.Writer.Write(b)
}
