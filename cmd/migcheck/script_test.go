package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/testscript"

	"migcheck/fixtures/story"
	"migcheck/hostinfo"
	"migcheck/hostinfo/libvirt"
	"migcheck/hostinfo/snapshot"
)

var update = flag.Bool("update", false, "rewrite golden files")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"migcheck": main})
}

// TestScripts runs the stories of fixtures/cli: each a command line, its exit
// status and what a person reads.
func TestScripts(t *testing.T) { testscript.Run(t, scriptParams(t, "cli")) }

// scriptParams are what the stories in a folder of fixtures have in common.
func scriptParams(t *testing.T, folder string) testscript.Params {
	fixtures, err := filepath.Abs("../../fixtures")
	if err != nil {
		t.Fatal(err)
	}
	return testscript.Params{
		Dir:           filepath.Join(fixtures, folder),
		UpdateScripts: *update,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"run":   runCommand,
			"snap":  snapCommand,
			"fleet": fleetScript,
			"crowd": crowdScript,
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("FIXTURES", fixtures)
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("XDG_CONFIG_HOME", filepath.Join(e.WorkDir, ".config"))
			e.Setenv("XDG_STATE_HOME", filepath.Join(e.WorkDir, ".state"))
			e.Setenv("STATE_DIRECTORY", "")
			e.Setenv("MIGCHECK_FLEET", "")
			return nil
		},
	}
}

// runCommand is "run STATUS PROGRAM ARGS...".
func runCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: run STATUS PROGRAM ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// snapCommand is "snap DIR": records the healthy pair of hosts, changed as the
// script's files hostA, hostB, nic, guest and guest.xml tell. With a file beyond it
// also records what was asked beyond the network; domain and devices go with it.
func snapCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: snap DIR")
	}
	tree := fstest.MapFS{}
	base := filepath.Join(ts.Getenv("FIXTURES"), "rules", "base")
	for _, name := range []string{"hostA", "hostB", "guest.xml"} {
		data, err := os.ReadFile(filepath.Join(base, name))
		ts.Check(err)
		tree["base/"+name] = &fstest.MapFile{Data: data}
	}
	var text strings.Builder
	text.WriteString("told by a script\n")
	for _, part := range []string{"hostA", "hostB", "nic", "nic.live", "nic.migratable", "nic.inactive", "guest", "guest.xml", "domain", "devices", "beyond"} {
		if data, err := os.ReadFile(ts.MkAbs(part)); err == nil {
			text.WriteString("-- " + part + " --\n" + string(data))
		}
	}
	tree["script/story.txt"] = &fstest.MapFile{Data: []byte(text.String())}
	s, err := story.Load(tree, "script/story.txt")
	ts.Check(err)
	g := snapshot.Guest{Guest: s.Plan.Guest}
	for _, v := range g.XML.Of(s.Plan.Guest) {
		if *v.Definition != nil {
			*v.XML = libvirt.FormatDomain(&libvirt.Domain{Name: g.Name, UUID: g.UUID, Definition: *v.Definition})
		}
	}
	from, to := snapshot.Recorded{Host: s.Plan.From.Host}, snapshot.Recorded{Host: s.Plan.To.Host}
	if r := s.Plan.Rest; r != nil {
		g.Rest, to.Fits = r.Guest, []hostinfo.Fit{*r.Fit}
	}
	from.Guests = []snapshot.Guest{g}
	ts.Check(snapshot.Write(ts.MkAbs(args[0]), []snapshot.Recorded{from, to}, snapshot.Options{}))
}

// fleetScript is "fleet DIR": adds to the record of a pair three more hosts like
// hostB: hostC has the VLAN under another number, hostD was not read, and hostE
// did not tell its guests.
func fleetScript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: fleet DIR")
	}
	dir := ts.MkAbs(args[0])
	s, err := snapshot.Read(dir)
	ts.Check(err)
	var more []snapshot.Recorded
	for i, name := range []string{"hostC", "hostD", "hostE"} {
		h := *s.Host("hostB").Host
		h.Name, h.Hostname = name, name
		h.UUID = fmt.Sprintf("a0000000-0000-4000-8000-00000000000%x", 12+i)
		h.BootID = fmt.Sprintf("b0000000-0000-4000-8000-00000000000%x", 12+i)
		switch h.Devices = slices.Clone(h.Devices); name {
		case "hostC":
			for k := range h.Devices {
				if h.Devices[k].VLAN != nil {
					other := *h.Devices[k].VLAN
					other.ID = 99
					h.Devices[k].VLAN = &other
				}
			}
		case "hostD":
			h = *hostinfo.Unobserved(name, "hostD: connect to 192.0.2.4:22: connection refused")
		case "hostE":
			h.AddGap(hostinfo.FactDomains, "", "libvirt: list guests: no")
		}
		more = append(more, snapshot.Recorded{Host: &h})
	}
	ts.Check(snapshot.Write(dir, more, snapshot.Options{}))
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
