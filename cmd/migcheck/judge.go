package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"migcheck/cmd/internal/exit"
	"migcheck/cmd/internal/fleetfile"
	"migcheck/cmd/internal/nearest"
	"migcheck/cmd/internal/world"
	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/rules"
)

// judge looks at every host once, judges every pair and puts the document
// together.
func (r *checkRun) judge(ctx context.Context, guests []string) (*preflight.Document, error) {
	if err := r.look(ctx, guests); err != nil {
		return nil, err
	}
	if err := r.tryPaths(ctx, r.from, r.flags.to[0]); err != nil {
		return nil, err
	}
	doc := r.document()
	if err := r.assume(ctx, doc); err != nil {
		return nil, err
	}
	doc.Reports = r.reports(ctx, doc)
	if err := ctxErr(ctx); err != nil { // what was probed then is half of it
		return nil, err
	}
	if err := r.mapsUsed(doc); err != nil {
		return nil, err
	}
	doc.Verdict = preflight.Worst(doc.Reports)
	return doc, nil
}

// look reads the hosts and the guests. Where each guest is taken from is asked
// the first time only.
func (r *checkRun) look(ctx context.Context, guests []string) (err error) {
	if r.from == nil {
		if r.from, err = r.sources(ctx, guests); err != nil {
			return err
		}
	}
	if err := r.gather(ctx, append(slices.Clone(r.from), r.flags.to...)); err != nil {
		return err
	}
	if err := r.distinct(r.from); err != nil {
		return err
	}
	r.guests, r.rests = nil, nil
	for i, ref := range guests {
		g, err := r.guest(ctx, r.from[i], ref)
		if err != nil {
			return err
		}
		r.guests = append(r.guests, g.Guest)
		if r.flags.beyond() {
			r.rests = append(r.rests, r.askBeyond(ctx, g, r.from[i]))
		}
	}
	return ctxErr(ctx)
}

// reports judges every guest on every way, by what is known of the hosts.
func (r *checkRun) reports(ctx context.Context, doc *preflight.Document) []preflight.Report {
	var out []preflight.Report
	if r.mover != nil {
		r.mover.trips = nil // those of an earlier look
	}
	if r.prober != nil {
		r.prober.again()
	}
	for i, g := range r.guests {
		for _, to := range r.flags.to {
			plan := &preflight.Plan{
				Guest: g, From: r.hosts[r.from[i]], To: r.hosts[to], Map: r.mapFor(to), MapMode: r.flags.mapMode,
				Migration: r.flags.migration(), Waivers: doc.Waivers, Now: doc.Created,
			}
			if r.rests != nil {
				plan.Rest = r.rests[i][to]
			}
			if r.prober != nil {
				r.prober.ask(ctx, plan)
			}
			out = append(out, *r.run(ctx, plan))
		}
	}
	return out
}

// run judges one plan, and asks for clearance where the guest is to migrate.
func (r *checkRun) run(ctx context.Context, plan *preflight.Plan) *preflight.Report {
	if r.mover != nil {
		return r.mover.clear(ctx, plan)
	}
	rep := preflight.Run(plan, rules.All)
	r.nameRefusals(ctx, rep, plan)
	return rep
}

// sources says for each guest where it is to be taken from.
func (r *checkRun) sources(ctx context.Context, guests []string) ([]string, error) {
	out := make([]string, len(guests))
	for i, ref := range guests {
		if out[i] = r.flags.from; out[i] != "" {
			continue
		}
		places, err := r.world.Locate(ctx, ref)
		if err != nil {
			return nil, err
		}
		places = slices.DeleteFunc(places, func(p world.Place) bool { return slices.Contains(r.flags.to, p.Host) && !p.State.Active() })
		if out[i], err = r.choose(ctx, ref, places); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// choose picks the place where a guest runs, or the only one that knows it.
func (r *checkRun) choose(ctx context.Context, ref string, places []world.Place) (string, error) {
	var running, known []string
	for _, p := range places {
		known = append(known, p.Host)
		if p.State.Active() {
			running = append(running, p.Host)
		}
	}
	switch {
	case len(running) > 1:
		return "", exit.Because(fmt.Errorf("SPLIT BRAIN: the guest %s runs on %s at the same time", ref, strings.Join(running, " and ")),
			"two running copies destroy the guest's disks: find out now which one is right, and stop the other")
	case len(running) == 1:
		return running[0], nil
	case len(places) == 1:
		return places[0].Host, nil
	case len(places) > 1:
		return "", exit.Because(fmt.Errorf("the guest %s runs nowhere and is known on %s", ref, strings.Join(known, " and ")), "say which one is meant with --from HOST")
	}
	return "", r.noGuest(ctx, "", ref)
}

// gather asks all hosts at once.
func (r *checkRun) gather(ctx context.Context, names []string) error {
	slices.Sort(names)
	names = slices.Compact(names)
	views := make([]*preflight.View, len(names))
	done := r.progress("asking " + several(names))
	defer done()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, r.flags.connections))
	for i, name := range names {
		g.Go(func() error {
			h, err := r.world.Host(ctx, name)
			if err != nil && (h == nil || !r.flags.toAll || name == r.flags.from) {
				return r.noHost(name, err)
			}
			views[i] = preflight.NewView(h)
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for i, name := range names {
		r.hosts[name] = views[i]
	}
	return ctxErr(ctx)
}

// ctxErr is the reason why a context ended, unless it is only that its group
// is done.
func ctxErr(ctx context.Context) error {
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// distinct refuses two names for one host.
func (r *checkRun) distinct(from []string) error {
	for _, f := range from {
		for _, to := range r.flags.to {
			if f == to {
				return exit.Because(fmt.Errorf("source and destination are both %s", f), "")
			}
			a, b := r.hosts[f], r.hosts[to]
			if a.BootID != "" && a.BootID == b.BootID {
				return exit.Because(fmt.Errorf("source and destination are one host: %s and %s have one boot id", f, to), "")
			}
		}
	}
	return nil
}

// guest reads a guest. One that could not be read because its host did not
// answer is judged all the same: undecided.
func (r *checkRun) guest(ctx context.Context, host, ref string) (*world.Guest, error) {
	g, err := r.world.Guest(ctx, host, ref)
	switch {
	case err == nil:
		return g, nil
	case errors.Is(err, world.ErrNoGuest):
		return nil, r.noGuest(ctx, host, ref)
	case ctx.Err() != nil:
		return nil, err
	}
	return &world.Guest{Guest: &hostinfo.Guest{Name: ref, Gaps: []hostinfo.Gap{{Fact: "live", Reason: err.Error()}}}}, nil
}

// noGuest says that a guest is nowhere, and which one may have been meant.
func (r *checkRun) noGuest(ctx context.Context, host, ref string) error {
	where, hint := "", ""
	if host != "" {
		where = " on " + host
	}
	names, _ := r.world.GuestNames(ctx, host)
	if near := nearest.Of(ref, names); near != "" {
		hint = "did you mean " + near + "?"
	} else if v := nearest.Of(ref, verbs(r.cmd)); v != "" {
		hint = fmt.Sprintf("did you mean the command %q?", v)
	} else if host == "" {
		hint = strings.Join(append(r.unasked(ctx), "say where it runs with --from HOST"), "\n")
	} else if len(names) > 0 {
		hint = "there is " + strings.Join(names[:min(len(names), 8)], ", ")
	}
	return exit.Because(fmt.Errorf("there is no guest %q%s", ref, where), hint)
}

// unasked are lines about the hosts that may have a guest and did not say so.
func (r *checkRun) unasked(ctx context.Context) []string {
	var lines []string
	names := r.world.HostNames()
	if r.flags.snapshot == "" {
		names = append([]string{world.Local}, names...)
	}
	for _, name := range names {
		h, _ := r.world.Host(ctx, name) // was asked before: this is its answer
		if g := h.Missing(hostinfo.FactDomains, ""); g != nil {
			lines = append(lines, name+" could not be asked: "+g.Reason)
		}
	}
	if n := len(lines) - 3; n > 0 {
		lines = append(lines[:3], fmt.Sprintf("and %d more hosts could not be asked", n))
	}
	return lines
}

// noHost says that a name is no host's, and which one may have been meant.
func (r *checkRun) noHost(name string, err error) error {
	hint := ""
	if near := nearest.Of(name, r.world.HostNames()); near != "" && near != name {
		hint = "did you mean " + near + "?"
	}
	if h := hintOf(err); hint == "" {
		hint = h
	}
	if names := r.world.HostNames(); hint == "" && len(names) > 0 {
		hint = "there is " + several(names)
	}
	return &exit.Error{Code: exit.Usage, Err: err, Hint: hint}
}

// waivers are those of the fleet file, and those of this run.
func waivers(fleet *fleetfile.Fleet, allow []string) []preflight.Waiver {
	out := slices.Clone(fleet.Waivers)
	for _, id := range allow {
		out = append(out, preflight.Waiver{Rule: id, Reason: "--allow on this run"})
	}
	return out
}

// document is the document's frame: everything but the reports.
func (r *checkRun) document() *preflight.Document {
	d := &preflight.Document{
		Schema:  preflight.Schema,
		Tool:    preflight.Tool{Name: "migcheck", Version: version()},
		Created: time.Now().UTC().Truncate(time.Second),
		Options: preflight.Options{Strict: r.flags.strict, Snapshot: r.flags.snapshot, Map: r.mapOption(), ToAll: r.flags.toAll, Probe: r.flags.probe, Scope: r.flags.asked()},
		Waivers: waivers(r.fleet, r.flags.allow),
	}
	var names []string
	for name := range r.hosts {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		d.Hosts = append(d.Hosts, preflight.Identify(r.hosts[name].Host))
		d.Example = d.Example || r.hosts[name].Example
	}
	return d
}
