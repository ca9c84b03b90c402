package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spf13/cobra"

	"migcheck/cmd/internal/exit"
	"migcheck/cmd/internal/fleetfile"
	"migcheck/cmd/internal/world"
	"migcheck/fixtures/story"
	"migcheck/hostinfo"
	"migcheck/preflight"
	"migcheck/preflight/fleet"
)

// restless is a World of hostA, where a guest is, and hostB, which is what a
// story's lines say from look to look. The last look never ends by itself.
type restless struct {
	world.World // nil: nothing else is asked

	t     *testing.T
	looks []string
	n     atomic.Int32 // how often the hosts were asked again
	left  atomic.Int32
}

func (w *restless) Census(ctx context.Context, name string) (*hostinfo.Host, []*hostinfo.Guest, error) {
	look := w.looks[w.n.Load()]
	switch {
	case look == "hang":
		<-ctx.Done()
		return hostinfo.Unobserved(name, context.Cause(ctx).Error()), nil, nil
	case look == "down" && name == "hostB":
		return hostinfo.Unobserved(name, "connection refused"), nil, nil
	}
	lines, gone := strings.CutSuffix(look, "gone")
	if look == "down" {
		lines = ""
	}
	s, err := story.Read(os.DirFS("../../fixtures/rules"), "base", []byte("-- hostB --\n"+lines+"\n"))
	if err != nil {
		w.t.Error(err)
		return hostinfo.Unobserved(name, err.Error()), nil, nil
	}
	if name == "hostB" {
		return s.Plan.To.Host, nil, nil
	}
	if gone {
		return s.Plan.From.Host, nil, nil
	}
	return s.Plan.From.Host, []*hostinfo.Guest{s.Plan.Guest}, nil
}

func (w *restless) Refresh(_ context.Context, names []string) {
	if len(names) == 1 && names[0] == "hostA" { // which is first
		w.n.Add(1)
	}
}

func (w *restless) Hear(context.Context, []string, func(string)) {}

func (w *restless) Leave(string) { w.left.Add(1) }

// TestWatch: each look is told in a line and written as a whole; the one that is
// cut short is neither, and a signal ends it.
func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &restless{t: t, looks: []string{"", "", "bond0.623 vlan id=624 on=bond0", "down", "", "gone", "hang"}}
		ctx, interrupt := context.WithCancelCause(t.Context())
		cmd := &cobra.Command{}
		cmd.SetContext(ctx)
		var stderr bytes.Buffer
		cmd.SetErr(&stderr)
		out := filepath.Join(t.TempDir(), "fleet.json")
		r := &fleetRun{
			fleetFlags: &fleetFlags{watch: time.Minute, surveyFlags: surveyFlags{reach: reach{connections: 1}, hostTime: time.Hour}},
			cmd:        cmd, world: w, file: &fleetfile.Fleet{}, hosts: []string{"hostA", "hostB"}, outs: []output{{"json", out}}, style: showing{},
		}
		time.AfterFunc(6*time.Minute+time.Second, func() { interrupt(exit.Status(exit.Interrupted)) })
		err := r.watching(ctx)
		if exit.Code(err) != exit.Interrupted {
			t.Errorf("it ended with %v", err)
		}
		var lines []string
		for line := range strings.Lines(stderr.String()) {
			if _, words, ok := strings.Cut(line, "Z "); ok { // behind the time
				line = words
			}
			lines = append(lines, strings.TrimSpace(line))
		}
		want := []string{
			"2 hosts, 1 guest, 0 stuck",
			"nothing has changed: 2 hosts, 1 guest, 0 stuck",
			"guest1 on hostA is stuck now; new: blocked vlan-mismatch on hostB (bond0.623): 2 hosts, 1 guest, 1 stuck",
			"hostB was not read: connection refused: 2 hosts, 1 guest, 0 stuck, 1 undecided, 1 host not read",
			"hostB answers again; guest1 on hostA can go to 1 host again: 2 hosts, 1 guest, 0 stuck",
			"guest1 is gone from hostA: 2 hosts, 0 guests, 0 stuck",
		}
		for i, line := range want {
			if i >= len(lines) || lines[i] != line {
				t.Errorf("line %d should be %q:\n%s", i+1, line, stderr.String())
				break
			}
		}
		raw, err := os.ReadFile(out)
		must(t, err)
		var d fleet.Document
		must(t, json.Unmarshal(raw, &d))
		if len(d.Guests) != 0 || !d.Hosts[0].Observed {
			t.Errorf("what was written last is not the last whole look: %s", raw)
		}
		if strings.Contains(stderr.String(), "interrupted") || len(lines) != len(want) {
			t.Errorf("the look that was cut short is told of:\n%s", stderr.String())
		}
		if w.left.Load() != 0 {
			t.Error("hosts were left between two looks")
		}
	})
}

// An output that can't be written ends it: nobody would see that it is old.
func TestWatchUnwritable(t *testing.T) {
	cmd := &cobra.Command{}
	cmd.SetContext(t.Context())
	cmd.SetErr(&bytes.Buffer{})
	r := &fleetRun{
		fleetFlags: &fleetFlags{watch: time.Minute, surveyFlags: surveyFlags{reach: reach{connections: 1}, hostTime: time.Hour}},
		cmd:        cmd, world: &restless{t: t, looks: []string{""}}, file: &fleetfile.Fleet{}, hosts: []string{"hostA", "hostB"},
		outs: []output{{"json", filepath.Join(t.TempDir(), "none", "fleet.json")}},
	}
	if err := r.watching(t.Context()); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

// TestChangesAreBounded: a line stays one, whatever happened.
func TestChangesAreBounded(t *testing.T) {
	was, is := &fleet.Document{Hosts: []fleet.HostLine{{Observed: true}}}, &fleet.Document{Hosts: []fleet.HostLine{{Observed: true}}}
	for range 100 {
		is.Guests = append(is.Guests, fleet.GuestLine{Name: strings.Repeat("g", len(is.Guests)+1), Ways: fleet.Ways{Allowed: 1}})
	}
	is.Findings = []fleet.FindingLine{{Rule: "vlan-mismatch", Level: preflight.Blocked}}
	line := fleetChange(was, is)
	if !strings.Contains(line, "and 93 changes more") || strings.Count(line, ";") != 8 {
		t.Error(line)
	}
}
