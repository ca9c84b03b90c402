package main

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/term"

	"migcheck/preflight/report"
)

// patience is how long a step may take before a person is told about it.
const patience = 700 * time.Millisecond

// progress tells a person at a terminal what takes long; the returned function
// wipes it out again.
func (r *reach) progress(what string) func() {
	if r.quiet || r.verbose || !term.IsTerminal(int(os.Stderr.Fd())) {
		return func() {}
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		select {
		case <-stop:
			return
		case <-time.After(patience):
		}
		fmt.Fprintf(os.Stderr, "\r%s ...", report.Safe(what))
		<-stop
		fmt.Fprint(os.Stderr, "\r\x1b[K")
	}()
	return func() { close(stop); <-stopped }
}

func (r *checkRun) progress(what string) func() { return r.flags.reach.progress(what) }
