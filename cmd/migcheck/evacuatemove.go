package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"migcheck/cmd/internal/exit"
	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/evacuate"
	"migcheck/preflight/fleet"
	"migcheck/preflight/report"
)

// cause is why a command was interrupted.
func cause(cmd *cobra.Command) error { return context.Cause(cmd.Context()) }

// carryOut migrates the guests of a plan in its order, each with a clearance of
// its own, confirmed right before its turn.
func (r *evacuation) carryOut(task *evacuate.Task, plan *evacuate.Document) error {
	stdout := r.cmd.OutOrStdout()
	shown := slices.IndexFunc(r.outs, func(o output) bool { return o.format == "text" && o.file == "" })
	outs := r.outs
	if shown >= 0 { // people read it before they are asked
		if _, err := write(stdout, plan, outs[shown:shown+1], r.style); err != nil {
			return err
		}
		outs = slices.Delete(slices.Clone(outs), shown, shown+1)
	} else if !r.yes && !r.dryRun {
		if _, err := write(r.cmd.ErrOrStderr(), plan, []output{{format: "text"}}, r.style); err != nil {
			return err
		}
	}
	code := exit.ForVerdict(plan.Verdict, false)
	var unsaid error
	if len(plan.Steps) > 0 && (code == exit.OK || r.keepGoing) {
		moved, doc, err := r.migrateSteps(task, plan)
		if err != nil {
			return err
		}
		code = worse(code, moved)
		if shown >= 0 {
			unsaid = writeMoved(stdout, doc, r.style)
		}
	} else if code != exit.OK {
		complain(r.cmd.ErrOrStderr(), fmt.Sprintf("nobody was migrated: not every guest of %s has a place, and --keep-going was not given", r.host))
	}
	_, unwritten := write(stdout, plan, outs, r.style)
	return concluded(r.cmd.ErrOrStderr(), code, unsaid, unwritten)
}

// migrateSteps hands the steps to the mover of a check, and says in the plan what
// became of each.
func (r *evacuation) migrateSteps(task *evacuate.Task, plan *evacuate.Document) (int, *preflight.Document, error) {
	ctx := r.cmd.Context()
	r.from = r.host
	check := newRun(&r.checkFlags, r.cmd, r.world, r.file)
	if err := check.mayMove(); err != nil {
		return exit.Usage, nil, err
	}
	if err := r.again(ctx, check, plan); err != nil {
		return exit.Usage, nil, err
	}
	doc := check.document()
	for i := range plan.Steps {
		s := &plan.Steps[i]
		p := &preflight.Plan{
			Guest: guestOf(task, s), From: check.hosts[r.host], To: check.hosts[s.To], Map: mapFor(r.file, r.maps, s.To),
			Migration: &preflight.Migration{PostCopy: r.wish.PostCopy, Offline: !s.State.Active()}, Waivers: doc.Waivers, Now: doc.Created,
		}
		doc.Reports = append(doc.Reports, *check.mover.clear(ctx, p))
		if !r.overcommit {
			check.mover.trips[i].room = func(to *hostinfo.Host) error { return evacuate.Fits(to, p.Guest) }
		}
	}
	doc.Verdict = preflight.Worst(doc.Reports)
	if err := r.refused(check.mover, doc); err != nil {
		return exit.Usage, nil, err
	}
	code := check.mover.migrateAll(ctx, doc)
	for i := range doc.Reports {
		plan.Steps[i].Follow(&doc.Reports[i])
	}
	return code, doc, nil
}

// refused shows what stands in the way of guests that the plan has a place for,
// now that they are to migrate: the way to the migration ports is tried then.
func (r *evacuation) refused(m *mover, doc *preflight.Document) error {
	some := *doc
	some.Reports = nil
	for i, t := range m.trips {
		if t.refusal != nil && doc.Reports[i].Verdict >= preflight.Undecided {
			some.Reports = append(some.Reports, doc.Reports[i])
		}
	}
	if len(some.Reports) == 0 {
		return nil
	}
	some.Verdict = preflight.Worst(some.Reports)
	_, err := write(r.cmd.ErrOrStderr(), &some, []output{{format: "text"}}, showing{Options: report.Options{Width: 100}})
	return err
}

// again reads the hosts of the plan once more: planning for a large fleet takes
// longer than a clearance may be old.
func (r *evacuation) again(ctx context.Context, check *checkRun, plan *evacuate.Document) error {
	done := r.progress("asking the hosts of the plan once more")
	defer done()
	check.hosts[r.host] = preflight.NewView(check.mover.hold.Again(ctx, r.host))
	tried := map[string]bool{}
	for i := range plan.Steps {
		to := plan.Steps[i].To
		if check.hosts[to] == nil {
			check.hosts[to] = preflight.NewView(check.mover.hold.Again(ctx, to))
		}
		if plan.Steps[i].State.Active() && !tried[to] {
			tried[to] = true
			if err := check.tryWays(ctx, []string{r.host}, to); err != nil {
				return err
			}
		}
	}
	return ctxErr(ctx)
}

// guestOf is the guest of a step.
func guestOf(task *evacuate.Task, s *evacuate.Step) *hostinfo.Guest {
	i := slices.IndexFunc(task.Fleet.Guests, func(g fleet.Guest) bool { return g.Host == task.From && g.Name == s.Name && g.UUID == s.UUID })
	return task.Fleet.Guests[i].Guest
}
