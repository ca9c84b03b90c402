package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"migcheck/cmd/internal/denial"
	"migcheck/cmd/internal/exit"
	"migcheck/cmd/internal/world"
	"migcheck/preflight"
	"migcheck/preflight/report"
)

// mover migrates what was judged. It asks, in the order: the engine for
// clearance, the user, both hosts once more, and then libvirt.
type mover struct {
	check *checkRun
	hold  *world.Hold
	trips []*turn // one for each report, in their order

	mu      sync.Mutex
	jobs    []*turn // whose job runs now
	guarded []*turn // whose handing over is watched

	door sync.Mutex
}

// enter waits until the guest before has its place on the destination: its
// devices are made before its memory is copied, and the next guest is judged
// with them. The returned function, which may be called twice, lets the next in.
func (m *mover) enter() (next func()) {
	m.door.Lock()
	return sync.OnceFunc(m.door.Unlock)
}

// mayMove sees to it that what is to be acted on is live.
func (r *checkRun) mayMove() error {
	if !r.flags.migrate && r.flags.printXML == "" {
		return nil
	}
	hold, err := world.HoldOf(r.world)
	if err != nil {
		return exit.Because(err, "")
	}
	r.mover = &mover{check: r, hold: hold}
	return nil
}

// everyGuest are the guests that are meant: the named ones, or all that are in
// the state to be moved.
func (r *checkRun) everyGuest(ctx context.Context, named []string) ([]string, error) {
	if !r.flags.all {
		return once(named), nil
	}
	names, err := r.world.GuestNames(ctx, r.flags.from)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, name := range names {
		g, err := r.world.Guest(ctx, r.flags.from, name)
		if err != nil {
			return nil, err
		}
		if g.State.Active() != r.flags.wish.Offline {
			out = append(out, name)
		}
	}
	if len(out) == 0 {
		return nil, exit.Because(fmt.Errorf("no guest on %s is to be moved", r.flags.from), "--all means the running ones, and with --offline the stopped ones")
	}
	return out, nil
}

// once are the names without those that were said before.
func once(names []string) (out []string) {
	for _, n := range names {
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// tryPaths tries the way to the migration ports, where memory is to be sent.
func (r *checkRun) tryPaths(ctx context.Context, from []string, destination string) error {
	if r.mover == nil || !r.flags.migrate || r.flags.wish.Offline {
		return nil
	}
	return r.tryWays(ctx, from, destination)
}

func (r *checkRun) tryWays(ctx context.Context, from []string, destination string) error {
	to := r.hosts[destination]
	name, port := "", 0
	if uri := r.flags.wish.MigrateURI; uri != "" {
		var err error
		if name, port, err = world.MigrationTarget(uri); err != nil || name == "" {
			return err
		}
	} else if to.Libvirt != nil {
		name = to.Libvirt.Hostname
	}
	for _, f := range slices.Compact(slices.Sorted(slices.Values(from))) {
		if name != "" {
			r.mover.hold.TryPath(ctx, r.hosts[f].Host, to.Name, name, port)
		}
	}
	return ctxErr(ctx)
}

// clear judges a plan by all rules and keeps the clearance that comes of it.
func (m *mover) clear(ctx context.Context, plan *preflight.Plan) *preflight.Report {
	t := &turn{mover: m, plan: plan}
	m.trips = append(m.trips, t)
	r := t.clear(ctx)
	m.check.nameRefusals(ctx, r, plan)
	return r
}

// run prints what was judged, asks, migrates, and prints what became of it.
func (m *mover) run(cmd *cobra.Command, doc *preflight.Document, outs []output, style showing) error {
	flags := m.check.flags
	if flags.printXML != "" {
		if err := m.writeXML(flags.printXML); err != nil {
			return err
		}
	}
	if !flags.migrate {
		if _, err := write(cmd.OutOrStdout(), doc, outs, style); err != nil {
			return err
		}
		return exit.Status(flags.status(doc))
	}
	shown := slices.IndexFunc(outs, func(o output) bool { return o.format == "text" && o.file == "" })
	if shown >= 0 { // people read it before they are asked
		if _, err := write(cmd.OutOrStdout(), doc, outs[shown:shown+1], style); err != nil {
			return err
		}
		outs = slices.Delete(slices.Clone(outs), shown, shown+1)
	} else if !flags.yes && !flags.dryRun {
		if _, err := write(os.Stderr, doc, []output{{format: "text"}}, style); err != nil {
			return err
		}
	}
	code := m.migrateAll(cmd.Context(), doc)
	var unsaid error
	if shown >= 0 {
		unsaid = writeMoved(cmd.OutOrStdout(), doc, style)
	}
	_, unwritten := write(cmd.OutOrStdout(), doc, outs, style)
	return concluded(cmd.ErrOrStderr(), code, unsaid, unwritten)
}

// concluded ends a run after guests were moved, and says what could not be written,
// which does not hide what became of the guests.
func concluded(stderr io.Writer, code int, failed ...error) error {
	for _, err := range failed {
		if err != nil {
			complainError(stderr, err)
			code = worse(code, exit.Usage)
		}
	}
	return &exit.Error{Code: code, Told: true}
}

// writeMoved prints what became of migrations, where the rest was shown before.
func writeMoved(stdout io.Writer, doc *preflight.Document, style showing) error {
	raw, err := style.shownAs(doc)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := report.Moved(&b, raw, style.Options); err != nil {
		return err
	}
	if _, err := stdout.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// migrateAll takes the guests in their order, as many at once as was asked for.
// The first that fails ends it, unless it was to keep going.
func (m *mover) migrateAll(ctx context.Context, doc *preflight.Document) int {
	code, ready := exit.OK, 0
	for i, t := range m.trips {
		t.report = &doc.Reports[i]
		if t.refusal == nil {
			ready++
			continue
		}
		t.report.Moved = &preflight.Moved{Outcome: "refused", Error: t.refusal.Error()}
		nameRefusal(t.report.Moved, t.plan, denial.User)
		code = exit.Worst(code, max(exit.Blocked, exit.ForVerdict(t.report.Overall(), true)))
	}
	flags := m.check.flags
	if ready == 0 || code != exit.OK && !flags.keepGoing {
		m.leaveOut("another guest is not ready, and --keep-going was not given")
		return code
	}
	if flags.dryRun {
		for _, t := range m.trips {
			t.show()
		}
		return code
	}
	if agreed, err := m.ask(ctx, ready); err != nil || !agreed {
		m.leaveOut("")
		return m.declined(ctx)
	}
	g, stop := new(errgroup.Group), make(chan struct{})
	g.SetLimit(flags.guestsAtOnce)
	var once sync.Once
	codes := make([]int, len(m.trips))
	for i, t := range m.trips {
		g.Go(func() error {
			if t.refusal != nil || ended(stop) || ctx.Err() != nil {
				return nil
			}
			if codes[i] = t.take(ctx); codes[i] != exit.OK && !flags.keepGoing {
				once.Do(func() { close(stop) })
			}
			return nil
		})
	}
	_ = g.Wait() // its functions return none
	for _, c := range codes {
		code = worse(code, c)
	}
	m.leaveOut("one before it failed")
	return code
}

// worse is the code that wins: a failed migration over a signal, and that over
// the rest.
func worse(a, b int) int {
	for _, c := range []int{exit.Migration, exit.Interrupted, exit.Terminated} {
		if a == c || b == c {
			return c
		}
	}
	return exit.Worst(a, b)
}

func ended(stop <-chan struct{}) bool {
	select {
	case <-stop:
		return true
	default:
		return false
	}
}

// leaveOut says of every guest whose turn did not come that nothing was done.
func (m *mover) leaveOut(why string) {
	for _, t := range m.trips {
		if t.report.Moved == nil {
			t.report.Moved = &preflight.Moved{Outcome: "declined", Error: why}
		}
	}
}

func (m *mover) declined(ctx context.Context) int {
	if cause := context.Cause(ctx); cause != nil {
		return exit.Code(cause)
	}
	return exit.Usage
}

// ask asks the user, unless he said yes before.
func (m *mover) ask(ctx context.Context, ready int) (bool, error) {
	if m.check.flags.yes {
		return true, nil
	}
	first := m.trips[slices.IndexFunc(m.trips, func(t *turn) bool { return t.refusal == nil })]
	what := first.plan.Guest.Name
	if ready > 1 {
		what = fmt.Sprintf("%d guests", ready)
	}
	fmt.Fprintf(os.Stderr, "\nmigrate %s from %s to %s now? [y/N] ", report.Safe(what), report.Safe(first.plan.From.Name), report.Safe(m.destinations()))
	type answer struct {
		line string
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		line, err := bufio.NewReader(os.Stdin).ReadString('\n')
		got <- answer{line, err}
	}()
	select {
	case a := <-got:
		word := strings.ToLower(strings.TrimSpace(a.line))
		return a.err == nil && (word == "y" || word == "yes"), a.err
	case <-ctx.Done():
		return false, errors.New("interrupted")
	}
}

// destinations are those of the guests that may migrate.
func (m *mover) destinations() string {
	var names []string
	for _, t := range m.trips {
		if name := t.plan.To.Name; t.refusal == nil && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return several(names)
}

// underWay keeps in mind whose job runs, for who leaves meanwhile.
func (m *mover) underWay(t *turn, runs bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.jobs = slices.DeleteFunc(m.jobs, func(o *turn) bool { return o == t })
	if runs {
		m.jobs = append(m.jobs, t)
	}
	if len(m.jobs) == 0 {
		lastWords.Store(nil)
		return
	}
	var names []string
	for _, j := range m.jobs {
		names = append(names, j.plan.Guest.Name)
	}
	words := fmt.Sprintf("left at once; the migration of %s may go on: on %s, virsh domjobinfo shows it and virsh domjobabort ends it",
		strings.Join(names, ", "), m.jobs[0].plan.From.Name)
	lastWords.Store(&words)
}
