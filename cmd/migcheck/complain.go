package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"migcheck/cmd/internal/denial"
	"migcheck/cmd/internal/exit"
	"migcheck/hostinfo"
	"migcheck/hostinfo/ssh"
	"migcheck/preflight/report"
)

// complain writes one line for people, made safe for their terminal.
func complain(w io.Writer, line string) {
	fmt.Fprintf(w, "migcheck: %s\n", report.Safe(line))
}

// complainError writes an error and, on lines of its own, what to do about it.
func complainError(w io.Writer, err error) {
	if text := err.Error(); text != "" {
		for i, line := range strings.Split(text, "\n") {
			if i == 0 {
				complain(w, line)
				continue
			}
			fmt.Fprintf(w, "  %s\n", report.Safe(line))
		}
	}
	hint := hintOf(err)
	if d, ok := denial.Of(err.Error(), hostinfo.System{}, denial.User); ok && !strings.Contains(hint, d.Text) {
		hint += "\n" + d.On("that host")
	}
	for _, line := range strings.Split(hint, "\n") {
		if line != "" {
			fmt.Fprintf(w, "hint: %s\n", report.Safe(line))
		}
	}
}

// hintOf is what the innermost error that has a hint advises.
func hintOf(err error) string {
	if e, ok := errors.AsType[*exit.Error](err); ok && e.Hint != "" {
		return e.Hint
	}
	if h, ok := errors.AsType[interface {
		error
		Hint() string
	}](err); ok {
		return h.Hint()
	}
	return ssh.Hint(err)
}
