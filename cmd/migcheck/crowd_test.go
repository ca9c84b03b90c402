package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/testscript"

	"migcheck/fixtures/story"
	"migcheck/hostinfo"
	"migcheck/hostinfo/libvirt"
	"migcheck/hostinfo/snapshot"
	"migcheck/preflight"
	"migcheck/preflight/assume"
)

// crowdScript is "crowd DIR": records hostA with the guests of the script's files
// NAME.xml, running, and NAME.stopped.xml, stopped; and the hosts hostB, hostC ...
// of further files, each the healthy hostB, changed as its file tells.
func crowdScript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: crowd DIR")
	}
	home := tell(ts, "hostA")
	home.Domains = nil
	home.Devices = slices.DeleteFunc(home.Devices, func(d hostinfo.Device) bool { return d.Kind == hostinfo.KindMacvtap })
	var guests []snapshot.Guest
	files, err := filepath.Glob(ts.MkAbs("*.xml"))
	ts.Check(err)
	for i, file := range files {
		g := toldGuest(ts, file, i+1)
		home = assume.Arrive(&preflight.Plan{Guest: g.Guest, To: preflight.NewView(home)})
		guests = append(guests, g)
	}
	home.Gaps = nil
	all := []snapshot.Recorded{{Host: home, Guests: guests}}
	hosts, err := filepath.Glob(ts.MkAbs("host[B-Z]"))
	ts.Check(err)
	for _, file := range hosts {
		all = append(all, snapshot.Recorded{Host: tell(ts, filepath.Base(file))})
	}
	ts.Check(snapshot.Write(ts.MkAbs(args[0]), all, snapshot.Options{}))
}

// tell is a host as the script's file of that name tells it.
func tell(ts *testscript.TestScript, name string) *hostinfo.Host {
	tree := fstest.MapFS{}
	base := filepath.Join(ts.Getenv("FIXTURES"), "rules", "base")
	for _, part := range []string{"hostA", "hostB", "guest.xml"} {
		data, err := os.ReadFile(filepath.Join(base, part))
		ts.Check(err)
		tree["base/"+part] = &fstest.MapFile{Data: data}
	}
	side := "hostB"
	if name == "hostA" {
		side = name
	}
	text, err := os.ReadFile(ts.MkAbs(name))
	ts.Check(err)
	s, err := story.Read(tree, "base", []byte("told by a script\n-- "+side+" --\n"+string(text)))
	ts.Check(err)
	h := s.Plan.To.Host
	if name == "hostA" {
		h = s.Plan.From.Host
	}
	h.Name, h.Hostname = name, name
	letter := strings.ToLower(name[len(name)-1:])
	h.UUID, h.BootID = "a0000000-0000-4000-8000-00000000000"+letter, "b0000000-0000-4000-8000-00000000000"+letter
	return h
}

// toldGuest is the guest of an XML file.
func toldGuest(ts *testscript.TestScript, file string, id int) snapshot.Guest {
	doc, err := os.ReadFile(file)
	ts.Check(err)
	d, err := libvirt.ParseDomain(doc)
	ts.Check(err)
	g := snapshot.Guest{Guest: &hostinfo.Guest{
		Name: d.Name, UUID: d.UUID, State: hostinfo.StateShutoff, Persistent: hostinfo.Yes, Inactive: d.Definition,
	}}
	if !strings.HasSuffix(file, ".stopped.xml") {
		g.ID, g.State, g.Live, g.Migratable = id, hostinfo.StateRunning, d.Definition, d.Definition
	}
	for _, v := range g.XML.Of(g.Guest) {
		if *v.Definition != nil {
			*v.XML = libvirt.FormatDomain(&libvirt.Domain{Name: d.Name, UUID: d.UUID, Definition: d.Definition})
		}
	}
	return g
}
