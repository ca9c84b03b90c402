package main

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/term"

	"migcheck/cmd/internal/survey"
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

// How often a person at a terminal is told how far a survey is, and a log.
const (
	redraw   = 200 * time.Millisecond
	lineTime = 10 * time.Second
)

// count tells how far a survey is: on a terminal in one line, elsewhere in a new
// one now and then; the returned function ends that.
func (r *reach) count(p *survey.Progress) func() {
	terminal := term.IsTerminal(int(os.Stderr.Fd()))
	if r.quiet || r.verbose && terminal {
		return func() {}
	}
	every, before, after := lineTime, "migcheck: ", "\n"
	if terminal {
		every, before, after = redraw, "\r", "\x1b[K"
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(every)
		defer tick.Stop()
		drawn := false
		for {
			select {
			case <-tick.C:
				fmt.Fprint(os.Stderr, before, p, after)
				drawn = true
			case <-stop:
				if drawn && terminal {
					fmt.Fprint(os.Stderr, "\r\x1b[K")
				}
				return
			}
		}
	}()
	return func() { close(stop); <-stopped }
}
