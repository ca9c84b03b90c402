package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

// watching judges again and again, and says after each time what has changed: each
// TIME with all hosts asked, and soon after a host's agent has told of a change with
// that host asked. It ends with a signal or with an output that can't be written.
func (r *fleetRun) watching(ctx context.Context) error {
	var was *fleet.Document
	var only map[string]bool
	told := newRumours()
	next := time.NewTicker(r.watch)
	defer next.Stop()
	for {
		doc, err := r.look(was != nil, only)
		if err != nil {
			return err
		}
		if was != nil && ctx.Err() != nil { // what was read then is half a look
			return r.end(ctx, was, nil)
		}
		if words := fleetChange(was, doc); !r.quiet && (words != "" || only == nil) {
			complain(r.cmd.ErrOrStderr(), doc.Created.Format("15:04:05Z")+" "+cmp.Or(words, "nothing has changed: "+sumOf(doc)))
		}
		if _, err := write(r.cmd.OutOrStdout(), doc, r.outs, r.style); err != nil {
			return err
		}
		was = doc
		r.world.Hear(ctx, r.hosts, told.tell)
		if only = told.wait(ctx, next.C); ctx.Err() != nil {
			return r.end(ctx, doc, nil)
		}
	}
}

// fleetChange is what has changed between two looks, in one line; was is nil for
// the first one. It is empty if nothing has.
func fleetChange(was, is *fleet.Document) string {
	if was == nil {
		return sumOf(is)
	}
	changes := slices.Concat(hostChanges(was, is), guestChanges(was, is), causeChanges(was, is))
	if len(changes) == 0 {
		return ""
	}
	const most = 8
	if n := len(changes) - most; n > 0 {
		changes = append(changes[:most], fmt.Sprintf("and %d changes more", n))
	}
	return strings.Join(changes, "; ") + ": " + sumOf(is)
}

func sumOf(d *fleet.Document) string {
	stuck, doubtful, unread := 0, 0, 0
	for i := range d.Guests {
		switch d.Guests[i].Ways.Best() {
		case preflight.Blocked:
			stuck++
		case preflight.Undecided:
			doubtful++
		}
	}
	for i := range d.Hosts {
		if !d.Hosts[i].Observed {
			unread++
		}
	}
	out := fmt.Sprintf("%s, %s, %d stuck", counted(len(d.Hosts), "host"), counted(len(d.Guests), "guest"), stuck)
	if doubtful > 0 {
		out += fmt.Sprintf(", %d undecided", doubtful)
	}
	if unread > 0 {
		out += fmt.Sprintf(", %s not read", counted(unread, "host"))
	}
	return out
}

func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// hostChanges are the hosts that answer no longer, or again. All looks are at the
// same hosts.
func hostChanges(was, is *fleet.Document) []string {
	var out []string
	for i := range is.Hosts {
		before, now := &was.Hosts[i], &is.Hosts[i]
		switch {
		case before.Observed && !now.Observed:
			out = append(out, now.Name+" was not read: "+now.Reason)
		case !before.Observed && now.Observed:
			out = append(out, now.Name+" answers again")
		case before.BootID != now.BootID && before.BootID != "" && now.BootID != "":
			out = append(out, now.Name+" was booted")
		}
	}
	return out
}

// guestChanges are the guests that came, went, moved, or can move as they could
// not before.
func guestChanges(was, is *fleet.Document) []string {
	var out []string
	before := guestsOf(was)
	for i := range is.Guests {
		g := &is.Guests[i]
		home := is.Hosts[g.Host].Name
		old, there := before[guestKey(g, home)]
		delete(before, guestKey(g, home))
		switch {
		case !there:
			out = append(out, g.Name+" is new on "+home)
		case old.Ways.Best() != preflight.Blocked && g.Ways.Best() == preflight.Blocked:
			out = append(out, g.Name+" on "+home+" is stuck now")
		case old.Ways.Best() < preflight.Undecided && g.Ways.Best() == preflight.Undecided:
			out = append(out, g.Name+" on "+home+" is undecided now")
		case old.Ways.Best() >= preflight.Undecided && g.Ways.Best() < preflight.Undecided:
			out = append(out, fmt.Sprintf("%s on %s can go to %s again", g.Name, home, counted(g.Ways.Allowed, "host")))
		case old.State != g.State:
			out = append(out, fmt.Sprintf("%s on %s is %s", g.Name, home, g.State))
		}
	}
	for i := range was.Guests {
		g := &was.Guests[i]
		home := was.Hosts[g.Host].Name
		if _, gone := before[guestKey(g, home)]; gone && is.Hosts[g.Host].Observed {
			out = append(out, g.Name+" is gone from "+home)
		}
	}
	return out
}

func guestKey(g *fleet.GuestLine, home string) string { return g.UUID + " " + g.Name + " " + home }

func guestsOf(d *fleet.Document) map[string]*fleet.GuestLine {
	out := map[string]*fleet.GuestLine{}
	for i := range d.Guests {
		out[guestKey(&d.Guests[i], d.Hosts[d.Guests[i].Host].Name)] = &d.Guests[i]
	}
	return out
}

// causeChanges are the findings that came and went, of hosts that were read both
// times.
func causeChanges(was, is *fleet.Document) []string {
	both := func(host int) bool { return was.Hosts[host].Observed && is.Hosts[host].Observed }
	before, now := causesOf(was, both), causesOf(is, both)
	var out []string
	for _, part := range []struct {
		word     string
		of, less map[string]string
	}{{"new: ", now, before}, {"gone: ", before, now}} {
		for _, words := range missingFrom(part.of, part.less) {
			out = append(out, part.word+words)
		}
	}
	return out
}

func causesOf(d *fleet.Document, of func(host int) bool) map[string]string {
	out := map[string]string{}
	for _, f := range d.Findings {
		if f.Level < preflight.Undecided || f.Rule == preflight.FactsNotObserved || !of(f.Host) {
			continue
		}
		words := f.Level.String() + " " + f.Rule + " on " + d.Hosts[f.Host].Name
		if f.Device != "" {
			words += " (" + f.Device + ")"
		}
		out[words] = words
	}
	return out
}
