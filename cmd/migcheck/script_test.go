package main

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/testscript"

	"migcheck/fixtures/story"
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
			"run":  runCommand,
			"snap": snapCommand,
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("FIXTURES", fixtures)
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("XDG_CONFIG_HOME", filepath.Join(e.WorkDir, ".config"))
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
// script's files hostA, hostB, nic, guest and guest.xml tell.
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
	for _, part := range []string{"hostA", "hostB", "nic", "nic.live", "nic.migratable", "nic.inactive", "guest", "guest.xml"} {
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
	ts.Check(snapshot.Write(ts.MkAbs(args[0]), []snapshot.Recorded{
		{Host: s.Plan.From.Host, Guests: []snapshot.Guest{g}}, {Host: s.Plan.To.Host},
	}, snapshot.Options{}))
}
