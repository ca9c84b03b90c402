package iproute_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"unicode/utf8"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute"
)

// Whatever a host answers: no panic, no device without identity, no reference
// to itself, bounded sizes, and reasons that fit a line.
func FuzzDecode(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		f.Fatalf("seeds: %v", err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for part := range slices.Chunk(b, 1500) { // small seeds: the fuzzer shrinks what it keeps
			f.Add(append([]byte("\nMARKER begin link\n[{\"ifindex\":1,\"ifname\":\"lo\"}"), part...))
			f.Add(append([]byte("\nMARKER end link 255\n\nMARKER begin sys\n@lo\n"), part...))
		}
	}
	answers, err := filepath.Glob("testdata/trees/*.answer")
	if err != nil || len(answers) == 0 {
		f.Fatalf("seeds: %v", err)
	}
	for _, file := range answers {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, name := range []string{"facts", "hardware", "shaping", "proc", "configured", "netns"} {
			_, s, _ := bytes.Cut(b, []byte("\nMARKER begin "+name))
			s, _, _ = bytes.Cut(s, []byte("\nMARKER begin "))
			f.Add(slices.Concat([]byte("\nMARKER begin "+name), s))
		}
	}
	f.Add([]byte(section("netns", "whole yes\nothers 2\n\n@blue\n[{\"ifindex\":1,\"ifname\":\"lo\"}]\n\n@pid 7 (sh)\n\nunread\n", 0, "nsenter: no")))
	f.Add(links(`[{"ifindex":2,"ifname":"p","addr_info":[{"local":"10.0.0.1","prefixlen":24,"scope":"global"},{}],"vfinfo_list":[{"vf":0,"vlan_list":[{"vlan":5}],"trust":true},{"vf":-1}]}]`))
	f.Add([]byte(section("link", bridged, 0, "") + section("bvlan", `[{"ifname":"eth1","vlans":[{"vlan":1,"flags":["PVID"]},{"vlan":9,"vlanEnd":12}]},{}]`, 0, "")))
	f.Add([]byte(section("sys", "@a\nifindex 1\n", 0, "") + section("addr", "1: a    inet 10.0.0.1 peer 10.0.0.2/32 scope global a\n", 0, "")))
	f.Add(links(`[{"ifindex":7,"ifname":"it\'s","altnames":["\u00e4\ud83d"],"link":"if5","master":"x"},{}]`))
	f.Add([]byte(section("sys", "@a\nifindex 1\niflink 2\nlower b\nbonding/mode 802.3ad 4\n@b\nifindex 2\n", 0, "") +
		section("vlan", "a              | 5  | b\n", 0, "") + section("fdb", "02:00:00:00:00:01 dev a self permanent\n", 0, "")))
	f.Fuzz(func(t *testing.T, output []byte) {
		r, err := iproute.Decode(output, "MARKER")
		if err != nil {
			return
		}
		seen := map[int]bool{}
		for _, d := range r.Host.Devices {
			if d.Index <= 0 || seen[d.Index] || d.Name == "" || len(d.Name) > 15 {
				t.Errorf("device %+v", d)
			}
			seen[d.Index] = true
			if d.Parent < 0 || d.Master < 0 || d.Parent == d.Index && !d.ParentElsewhere {
				t.Errorf("device %+v", d)
			}
			if d.VF != nil && d.VF.Number < -1 || len(d.Addresses) > 256 || len(d.Functions) > 1024 || d.Speed < 0 {
				t.Errorf("device %+v", d)
			}
			if len(d.AltNames) > 64 || len(d.Held) > 1024 || len(d.Kind) > 64 || len(d.LinkType) > 64 {
				t.Errorf("device %q is not bounded", d.Name)
			}
		}
		if len(r.Host.Gaps) > 2000 || len(r.Sockets) > 8 {
			t.Errorf("%d gaps, %d sockets", len(r.Host.Gaps), len(r.Sockets))
		}
		for _, g := range r.Host.Gaps {
			if len(g.Reason) > 2000 || !utf8.ValidString(g.Reason) {
				t.Errorf("reason %q", g.Reason)
			}
		}
		if s := r.Host.Setup; len(s.StaleTaps) > 64 || len(s.Configured) > 4096 || len(s.Managers) > 6 || len(s.ShapingLacks) > 6 || len(s.DefaultRoutes) > 512 || len(r.Host.Namespaces) > 128 {
			t.Errorf("the setup is not bounded: %+v", s)
		}
		for _, n := range slices.Concat(r.Host.Setup.Configured, r.Host.Setup.DefaultRoutes) {
			if n == "" || len(n) > 64 || !utf8.ValidString(n) {
				t.Errorf("name %q", n)
			}
		}
		for _, n := range r.Host.Namespaces {
			if len(n.Name) > 200 || !utf8.ValidString(n.Name) {
				t.Errorf("namespace %q", n.Name)
			}
		}
		if len(r.Host.Devices) == 0 && r.Host.Missing(hostinfo.FactDevices, "") == nil {
			t.Error("no device and no gap")
		}
	})
}
