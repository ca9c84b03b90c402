package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spf13/cobra"

	"migcheck/cmd/internal/exit"
	"migcheck/cmd/internal/fleetfile"
)

// talking is a restless World whose hosts have agents. Asking hostB again leads
// to the next look, and asking hostA to one in which its guest is gone.
type talking struct {
	restless
	mu    sync.Mutex
	asked []string
	tell  func(string)
}

// taken is who was asked since the last call.
func (w *talking) taken() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	names := strings.Join(w.asked, " ")
	w.asked = nil
	return names
}

func (w *talking) Refresh(_ context.Context, names []string) {
	w.mu.Lock()
	w.asked = append(w.asked, names...)
	w.mu.Unlock()
	if names[0] == "hostB" || w.looks[w.n.Load()+1] == "gone" {
		w.n.Add(1)
	}
}

func (w *talking) Hear(_ context.Context, _ []string, tell func(string)) { w.tell = tell }

// TestWatchHears: a host that tells of a change is asked soon, alone, and once for
// all that it tells in a while; where a guest has come or gone all of them are.
func TestWatchHears(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const stuck = "bond0.623 vlan id=624 on=bond0"
		w := &talking{restless: restless{t: t, looks: []string{"", stuck, stuck, "", "gone", "gone", "gone", "gone", "gone"}}}
		ctx, interrupt := context.WithCancelCause(t.Context())
		cmd := &cobra.Command{}
		cmd.SetContext(ctx)
		var stderr bytes.Buffer
		cmd.SetErr(&stderr)
		r := &fleetRun{
			fleetFlags: &fleetFlags{watch: time.Hour, surveyFlags: surveyFlags{reach: reach{connections: 1}, hostTime: time.Hour}},
			cmd:        cmd, world: w, file: &fleetfile.Fleet{}, hosts: []string{"hostA", "hostB"},
			outs: []output{{"json", filepath.Join(t.TempDir(), "fleet.json")}},
		}
		var asked []string
		go func() {
			for _, step := range []struct {
				tell []string
				rest time.Duration
			}{
				{nil, 10 * time.Second},
				{[]string{"hostA"}, 2 * time.Second},
				{[]string{"hostB"}, 2 * time.Second},
				{[]string{"hostB"}, 2 * time.Second},
				{[]string{"hostB", "hostB"}, lull / 2},
				{[]string{"hostB"}, 2 * time.Second},
				{[]string{"hostA"}, 2 * time.Second},
				{nil, time.Hour},
			} {
				for _, host := range step.tell {
					w.tell(host)
				}
				time.Sleep(step.rest)
				synctest.Wait()
				asked = append(asked, w.taken())
			}
			interrupt(exit.Status(exit.Interrupted))
		}()
		if err := r.watching(ctx); exit.Code(err) != exit.Interrupted {
			t.Errorf("it ended with %v", err)
		}
		if got, want := strings.Join(asked, ", "), ", hostA, hostB, hostB, , hostB, hostA hostA hostB, hostA hostB"; got != want {
			t.Errorf("asked again: %q, want %q", got, want)
		}
		var lines []string
		for line := range strings.Lines(stderr.String()) {
			_, words, _ := strings.Cut(strings.TrimSpace(line), "Z ")
			lines = append(lines, words)
		}
		want := []string{
			"2 hosts, 1 guest, 0 stuck",
			"guest1 on hostA is stuck now; new: blocked vlan-mismatch on hostB (bond0.623): 2 hosts, 1 guest, 1 stuck",
			"guest1 on hostA can go to 1 host again; gone: blocked vlan-mismatch on hostB (bond0.623): 2 hosts, 1 guest, 0 stuck",
			"guest1 is gone from hostA: 2 hosts, 0 guests, 0 stuck",
			"nothing has changed: 2 hosts, 0 guests, 0 stuck",
		}
		if got := strings.Join(lines, "\n"); got != strings.Join(want, "\n") {
			t.Errorf("it said\n%s", got)
		}
	})
}

// A rumour that comes when nobody waits is not lost, and one that was taken is
// not told twice.
func TestRumours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRumours()
		r.tell("hostA")
		r.tell("hostB")
		if got := r.wait(t.Context(), nil); len(got) != 2 {
			t.Errorf("%v", got)
		}
		tick := make(chan time.Time, 1)
		tick <- time.Now()
		if got := r.wait(t.Context(), tick); got != nil {
			t.Errorf("told twice: %v", got)
		}
		ctx, end := context.WithCancel(t.Context())
		r.tell("hostA")
		end()
		r.wait(ctx, nil) // it returns
	})
}
