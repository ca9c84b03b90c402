package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"migcheck/cmd/internal/exit"
	"migcheck/cmd/internal/fleetfile"
	"migcheck/cmd/internal/world"
	"migcheck/fixtures/story"
	"migcheck/hostinfo"
	"migcheck/preflight"
)

// changing is a World in which hostB changes from look to look; each look is a
// story's lines about hostB, and the last one stays.
type changing struct {
	world.World // nil: nothing else is asked

	t       *testing.T
	looks   []string
	n       int                    // how often it was asked again
	asked   []time.Duration        // when, since the start
	start   time.Time              // of the first look
	onLook  func(n int)            // called at each refresh; may be nil
	refresh func(context.Context)  // what a refresh waits for; may be nil
	gone    func(look string) bool // whether the guest has left; may be nil
}

func (c *changing) plan() *preflight.Plan {
	c.t.Helper()
	look := c.looks[min(c.n, len(c.looks)-1)]
	s, err := story.Read(os.DirFS("../../fixtures/rules"), "base", []byte("-- hostB --\n"+look+"\n"))
	if err != nil {
		c.t.Fatal(err)
	}
	return s.Plan
}

func (c *changing) Host(_ context.Context, name string) (*hostinfo.Host, error) {
	if p := c.plan(); name == "hostA" {
		return p.From.Host, nil
	} else {
		return p.To.Host, nil
	}
}

func (c *changing) Guest(context.Context, string, string) (*world.Guest, error) {
	if c.gone != nil && c.gone(c.looks[min(c.n, len(c.looks)-1)]) {
		return nil, world.ErrNoGuest
	}
	return &world.Guest{Guest: c.plan().Guest}, nil
}

func (c *changing) GuestNames(context.Context, string) ([]string, error) { return nil, nil }
func (c *changing) HostNames() []string                                  { return nil }
func (c *changing) Close()                                               {}

func (c *changing) Locate(context.Context, string) ([]world.Place, error) {
	if c.n > 0 {
		c.t.Error("the guest was looked for again")
	}
	return []world.Place{{Host: "hostA", State: hostinfo.StateRunning}}, nil
}

func (c *changing) Route(context.Context, string) world.Route { return world.Route{} }

func (c *changing) Refresh(ctx context.Context, names []string) {
	if diff := cmp.Diff([]string{"hostA", "hostB"}, names); diff != "" {
		c.t.Errorf("asked again are others (-want +got):\n%s", diff)
	}
	c.n++
	c.asked = append(c.asked, time.Since(c.start))
	if c.onLook != nil {
		c.onLook(c.n)
	}
	if c.refresh != nil {
		c.refresh(ctx)
	}
}

// waitFor runs a check that waits, and returns what it said on stderr.
func (c *changing) waitFor(ctx context.Context, flags checkFlags) (*preflight.Document, string, error) {
	c.start = time.Now()
	flags.to, flags.wait.set = []string{"hostB"}, true
	cmd := &cobra.Command{}
	var stderr bytes.Buffer
	cmd.SetErr(&stderr)
	doc, err := newRun(&flags, cmd, c, &fleetfile.Fleet{}).wait(ctx, []string{"guest1"})
	return doc, stderr.String(), err
}

const (
	wrongVLAN = "bond0.623 id=624"
	absent    = "-bond0.623"
)

// TestWaitUntilReady: each change is told once, and what is ready ends it.
func TestWaitUntilReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &changing{t: t, looks: []string{absent, absent, absent, wrongVLAN, wrongVLAN, ""}}
		doc, said, err := w.waitFor(t.Context(), checkFlags{})
		if err != nil || doc.Verdict > preflight.Note {
			t.Fatalf("the verdict is %v, error %v", doc.Verdict, err)
		}
		want := `migcheck: 00:00:00Z waiting: blocked source-dev-missing for guest1 to hostB (bond0.623)
migcheck: 00:00:09Z blocked; gone: blocked source-dev-missing for guest1 to hostB (bond0.623); new: blocked vlan-mismatch for guest1 to hostB (bond0.623)
migcheck: 00:00:14Z ready; gone: blocked vlan-mismatch for guest1 to hostB (bond0.623)
`
		if diff := cmp.Diff(want, said); diff != "" {
			t.Errorf("it said (-want +got):\n%s", diff)
		}
	})
}

// TestWaitRests: two seconds at first and after a change, then longer, at most
// half a minute.
func TestWaitRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		looks := []string{absent}
		for range 12 {
			looks = append(looks, absent)
		}
		w := &changing{t: t, looks: append(looks, wrongVLAN, wrongVLAN, "")}
		if _, _, err := w.waitFor(t.Context(), checkFlags{}); err != nil {
			t.Fatal(err)
		}
		var rests []time.Duration
		last := time.Duration(0)
		for _, at := range w.asked {
			rests = append(rests, at-last)
			last = at
		}
		s := time.Second
		want := []time.Duration{2 * s, 3 * s, 4500 * time.Millisecond, 6750 * time.Millisecond, 10125 * time.Millisecond}
		if diff := cmp.Diff(want, rests[:len(want)]); diff != "" {
			t.Errorf("the first rests (-want +got):\n%s", diff)
		}
		if rests[10] != 30*s || rests[13] != 2*s || rests[14] != 3*s {
			t.Errorf("the rests are %v", rests)
		}
	})
}

// TestWaitEnds: when the time is over the last report is given, with the exit
// status that it comes to.
func TestWaitEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &changing{t: t, looks: []string{wrongVLAN}}
		flags := checkFlags{wait: patienceFlag{limit: time.Minute}, reach: reach{quiet: true}}
		doc, said, err := w.waitFor(t.Context(), flags)
		if err != nil || doc == nil || flags.status(doc) != exit.Blocked || said != "" {
			t.Errorf("%v, %v, %q", doc, err, said)
		}
		if took := time.Since(w.start); took != time.Minute {
			t.Errorf("it took %v", took)
		}
	})
}

// TestWaitEndsInTheMiddle: a look that the time cuts off does not count.
func TestWaitEndsInTheMiddle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &changing{t: t, looks: []string{wrongVLAN, ""}, refresh: func(ctx context.Context) { <-ctx.Done() }}
		doc, _, err := w.waitFor(t.Context(), checkFlags{wait: patienceFlag{limit: 10 * time.Second}})
		if err != nil || doc == nil || doc.Verdict != preflight.Blocked {
			t.Errorf("%v, %v", doc, err)
		}
	})
}

// TestWaitInterrupted: the last report known comes with the signal's status.
func TestWaitInterrupted(t *testing.T) {
	for name, at := range map[string]int{"at rest": 0, "while asking": 2} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithCancelCause(t.Context())
				w := &changing{t: t, looks: []string{wrongVLAN, wrongVLAN, ""}}
				if w.onLook = func(n int) {
					if n == at {
						stop(exit.Status(exit.Interrupted))
					}
				}; at == 0 {
					time.AfterFunc(3*time.Second, func() { stop(exit.Status(exit.Interrupted)) })
				}
				doc, _, err := w.waitFor(ctx, checkFlags{})
				if doc == nil || doc.Verdict != preflight.Blocked || exit.Code(err) != exit.Interrupted {
					t.Errorf("%v, %v", doc, err)
				}
			})
		})
	}
}

// TestWaitReadyAtOnce: nobody waits for what is ready, and warnings are waited
// out only where they count.
func TestWaitReadyAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		look  string
		flags checkFlags
		asked int
	}{
		"ready":             {"", checkFlags{}, 0},
		"warned":            {"bond0.623 up=no", checkFlags{}, 0},
		"warned and strict": {"bond0.623 up=no", checkFlags{strict: true, wait: patienceFlag{limit: 3 * time.Second}}, 1},
		"waived":            {wrongVLAN, checkFlags{allow: []string{"vlan-mismatch"}}, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := &changing{t: t, looks: []string{c.look}}
			if _, _, err := w.waitFor(t.Context(), c.flags); err != nil || w.n != c.asked {
				t.Errorf("%s: asked %d times again, error %v", name, w.n, err)
			}
		})
	}
}

// TestWaitForAGuestThatLeaves: there is nothing to wait for any more.
func TestWaitForAGuestThatLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &changing{t: t, looks: []string{wrongVLAN, wrongVLAN, absent}, gone: func(look string) bool { return look == absent }}
		doc, _, err := w.waitFor(t.Context(), checkFlags{})
		if doc != nil || exit.Code(err) != exit.Usage || !strings.Contains(err.Error(), `no guest "guest1" on hostA`) {
			t.Errorf("%v, %v", doc, err)
		}
	})
}

// TestPatienceFlag: what is no time is refused.
func TestPatienceFlag(t *testing.T) {
	for text, want := range map[string]time.Duration{forever: 0, "90s": 90 * time.Second, "10m": 10 * time.Minute, "-1s": -1, "soon": -1, "": -1, "5": -1} {
		var p patienceFlag
		err := p.Set(text)
		if (err != nil) != (want < 0) || err == nil && (!p.set || p.limit != want) {
			t.Errorf("%q: %+v, %v", text, p, err)
		}
	}
}
