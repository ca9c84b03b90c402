package snapshot

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"migcheck/hostinfo"
	"migcheck/hostinfo/libvirt"
)

const (
	uuidA = "6a1b3a52-0d55-4f43-9a5f-8c8d1c0a5b11"
	uuidB = "6a1b3a52-0d55-4f43-9a5f-8c8d1c0a5b12"
	web1  = "c7a5fdbd-edaf-4999-926b-0a0a0a0a0a0a"
)

// xmlOf is a domain's XML with something in it that a reduced one lacks.
func xmlOf(name, uuid, nics string) []byte {
	return []byte("<domain type='kvm'>\n  <name>" + name + "</name>\n  <uuid>" + uuid + "</uuid>\n" +
		"  <devices>\n    <graphics passwd='s3cret'/>\n    " + nics + "\n  </devices>\n</domain>\n")
}

// guest reads views as a client does.
func guest(t testing.TB, name, uuid string, views libvirt.Views) Guest {
	t.Helper()
	g := Guest{Guest: &hostinfo.Guest{
		Name: name, UUID: uuid, ID: 3, State: hostinfo.StateRunning, Persistent: hostinfo.Yes, Job: "dump",
		Gaps: []hostinfo.Gap{{Fact: hostinfo.FactMigratable, Reason: "libvirt: read-only connections are refused it"}},
	}, XML: views}
	for _, v := range g.XML.Of(g.Guest) {
		if *v.XML == nil {
			continue
		}
		d, err := libvirt.ParseDomain(*v.XML)
		if err != nil {
			t.Fatal(err)
		}
		*v.Definition = d.Definition
	}
	return g
}

func webGuest(t testing.TB, mac string) Guest {
	nics := "<interface type='direct' unknown='kept'><mac address='" + mac + "'/><source network='lan' dev='bond0.623' mode='bridge'/></interface>"
	return guest(t, "web1", web1, libvirt.Views{
		Live:     xmlOf("web1", web1, nics),
		Inactive: xmlOf("web1", web1, "<interface type='network'><mac address='"+mac+"'/><source network='lan'/></interface>"),
	})
}

func host(name, uuid string) *hostinfo.Host {
	return &hostinfo.Host{
		Name: name, UUID: uuid, Gathered: time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC),
		Devices: []hostinfo.Device{{Index: 2, Name: "bond0.623", Up: hostinfo.Yes, MAC: "52:54:00:00:00:01"}},
		Setup:   hostinfo.Setup{DevFS: "devtmpfs"},
	}
}

func write(t testing.TB, dir string, o Options, hosts ...Recorded) {
	t.Helper()
	if err := Write(dir, hosts, o); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, dir string) *Snapshot {
	t.Helper()
	s, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// files lists a directory with every file's content.
func files(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		all[e.Name()] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestRoundTrip(t *testing.T) {
	in := []Recorded{
		{Host: host("kvm2", ""), Guests: []Guest{guest(t, "no-uuid", "", libvirt.Views{Live: xmlOf("no-uuid", "", "")})}},
		{Host: host("kvm1", uuidA), Guests: []Guest{webGuest(t, "52:54:00:aa:00:01")}},
	}
	for _, full := range []bool{false, true} {
		dir := filepath.Join(t.TempDir(), "new", "snapshot")
		write(t, dir, Options{FullXML: full}, in...)
		s := read(t, dir)
		if len(s.Hosts) != 2 || s.Hosts[0].Host.Name != "kvm1" {
			t.Fatalf("hosts are not in order: %+v", s.Hosts)
		}
		for _, want := range in {
			got := s.Host(want.Host.Name)
			if diff := cmp.Diff(want.Host, got.Host); diff != "" {
				t.Errorf("host (-written +read):\n%s", diff)
			}
			for i := range want.Guests {
				if diff := cmp.Diff(want.Guests[i].Guest, got.Guests[i].Guest); diff != "" {
					t.Errorf("guest (-written +read):\n%s", diff)
				}
				if same := cmp.Equal(want.Guests[i].XML, got.Guests[i].XML); same != full {
					t.Errorf("full XML %v: as libvirt printed it: %v", full, same)
				}
			}
		}
		for name, content := range files(t, dir) {
			if strings.Contains(content, "s3cret") && !full {
				t.Errorf("%s holds a password", name)
			}
			if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode() != 0o600 {
				t.Errorf("%s: mode %v, %v", name, info.Mode(), err)
			}
		}
		if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("directory: mode %v, %v", info.Mode(), err)
		}
		// What was read can be recorded again, to the same files.
		again := t.TempDir()
		write(t, again, Options{FullXML: full}, s.Hosts...)
		if diff := cmp.Diff(files(t, dir), files(t, again)); diff != "" {
			t.Errorf("recorded twice (-first +second):\n%s", diff)
		}
	}
}

func TestLookups(t *testing.T) {
	dir := t.TempDir()
	b := webGuest(t, "52:54:00:aa:00:01")
	b.ID, b.State = 0, hostinfo.StateShutoff
	three := guest(t, "3", uuidB, libvirt.Views{Live: xmlOf("3", uuidB, "")})
	three.ID = 9
	write(t, dir, Options{}, Recorded{Host: host("kvm1", uuidA), Guests: []Guest{webGuest(t, "52:54:00:aa:00:01")}}, Recorded{Host: host("kvm2", uuidB), Guests: []Guest{b, three}})
	s := read(t, dir)
	for ref, want := range map[string]string{
		"web1": "kvm1/web1 kvm2/web1", web1: "kvm1/web1 kvm2/web1", strings.ToUpper(web1): "kvm1/web1 kvm2/web1",
		"3": "kvm1/web1 kvm2/3", "9": "kvm2/3", "0": "", "": "", "web": "", uuidA: "",
	} {
		var got []string
		for _, f := range s.Guest(ref) {
			got = append(got, f.Host.Name+"/"+f.Guest.Name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, not %q", ref, got, want)
		}
	}
	if one := s.Host("kvm1"); one.Guest("3") == nil || one.Guest("3").Name != "web1" || one.Guest("9") != nil {
		t.Errorf("an id is one host's: %+v, %+v", one.Guest("3"), one.Guest("9"))
	}
	for ref, want := range map[string]string{"kvm1": "kvm1", uuidB: "kvm2", strings.ToUpper(uuidB): "kvm2", "": "", "kvm": ""} {
		got := ""
		if r := s.Host(ref); r != nil {
			got = r.Host.Name
		}
		if got != want {
			t.Errorf("host %q: %q, not %q", ref, got, want)
		}
	}
	if got := strings.Join(s.GuestNames(), " "); got != "3 web1" {
		t.Error(got)
	}
}

func TestNothingToRead(t *testing.T) {
	if _, err := Read(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if _, err := Read(t.TempDir()); err == nil || !strings.Contains(err.Error(), "holds no recorded host") {
		t.Error(err)
	}
}
