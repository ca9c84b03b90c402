package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"migcheck/cmd/internal/exit"
	"migcheck/preflight"
)

// How long to let the hosts rest between two looks: after a change the
// shortest time, and longer each time that nothing has changed.
const (
	shortestRest = 2 * time.Second
	longestRest  = 30 * time.Second
)

// forever is what --wait without a time means.
const forever = "0s"

// patienceFlag is the value of --wait: how long to wait, 0 for as long as it
// takes.
type patienceFlag struct {
	set   bool
	limit time.Duration
}

func (p *patienceFlag) String() string {
	if p.limit == 0 {
		return ""
	}
	return p.limit.String()
}

func (p *patienceFlag) Type() string { return "duration" }

func (p *patienceFlag) Set(text string) error {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return fmt.Errorf("%q is no time to wait; it should look like 90s or 10m", text)
	}
	p.set, p.limit = true, d
	return nil
}

// mayWait refuses what can't be waited for.
func (c *checkFlags) mayWait(guests []string) error {
	switch {
	case !c.wait.set:
	case c.snapshot != "":
		return exit.Because(fmt.Errorf("--wait and --snapshot: what was recorded does not change"), "")
	case len(c.assumed) > 0:
		return exit.Because(fmt.Errorf("--wait and --assume: waiting is for what the hosts are, and assuming for what they are not"), "")
	case c.wait.limit == 0:
		for _, g := range guests {
			if d, err := time.ParseDuration(g); err == nil && d > 0 {
				return exit.Because(fmt.Errorf("%s was taken for a guest", g), "the time stands behind an equals sign: --wait="+g)
			}
		}
	}
	return nil
}

// wait judges until every pair is ready or the time is over. It returns the
// last report known, with an error if it was interrupted.
func (r *checkRun) wait(ctx context.Context, guests []string) (*preflight.Document, error) {
	patience := ctx
	if limit := r.flags.wait.limit; limit > 0 {
		var cancel context.CancelFunc
		patience, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	doc, err := r.judge(ctx, guests) // the first look is not cut short: there is nothing else to report
	if err != nil || r.flags.status(doc) == exit.OK {
		return doc, err
	}
	r.say(doc, "waiting: "+strings.Join(missingFrom(standing(doc), nil), ", "))
	rest := shortestRest
	for {
		select {
		case <-patience.Done():
			return doc, context.Cause(ctx)
		case <-time.After(rest):
		}
		r.world.Refresh(patience, r.judged())
		next, err := r.judge(patience, guests)
		if patience.Err() != nil { // what was read then is half a look
			return doc, context.Cause(ctx)
		}
		if err != nil {
			return nil, err
		}
		rest = min(rest*3/2, longestRest)
		if change := changeOf(doc, next); change != "" {
			r.say(next, change)
			rest = shortestRest
		}
		if doc = next; r.flags.status(doc) == exit.OK {
			return doc, nil
		}
	}
}

// say writes a line with the time of a look.
func (r *checkRun) say(d *preflight.Document, words string) {
	if !r.flags.quiet {
		complain(r.cmd.ErrOrStderr(), d.Created.Format("15:04:05Z")+" "+words)
	}
}

// changeOf are the findings that have gone and come between two looks; empty if
// nothing has changed.
func changeOf(was, is *preflight.Document) string {
	before, after := standing(was), standing(is)
	gone, come := missingFrom(before, after), missingFrom(after, before)
	if len(gone)+len(come) == 0 {
		return ""
	}
	words := "ready"
	if v := overall(is); v > preflight.Note {
		words = v.String()
	}
	for _, part := range []struct {
		title string
		words []string
	}{{"gone", gone}, {"new", come}} {
		if len(part.words) > 0 {
			words += "; " + part.title + ": " + strings.Join(part.words, ", ")
		}
	}
	return words
}

// standing are the findings that hold a pair up, by identity and in words.
func standing(d *preflight.Document) map[string]string {
	out := map[string]string{}
	for i := range d.Reports {
		rep := &d.Reports[i]
		for _, f := range rep.Everything() {
			if f.CausedBy != "" || !f.Counts() || f.Level <= preflight.Note {
				continue
			}
			words := []string{f.Level.String(), f.Rule, "for", rep.Guest.Name, "to", rep.To}
			if f.Subject.Device != "" {
				words = append(words, "("+f.Subject.Device+")")
			} else if f.Subject.Host != rep.To && f.Subject.Host != "" {
				words = append(words, "("+f.Subject.Host+")")
			}
			out[rep.From+" "+rep.To+" "+f.ID+" "+f.Level.String()] = strings.Join(words, " ")
		}
	}
	return out
}

// missingFrom are the words of a that b does not have, sorted.
func missingFrom(a, b map[string]string) []string {
	var out []string
	for id, words := range a {
		if _, ok := b[id]; !ok {
			out = append(out, words)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
