package snapshot

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"migcheck/hostinfo"
	"migcheck/hostinfo/libvirt"
)

func TestReplace(t *testing.T) {
	dir := t.TempDir()
	first := Recorded{Host: host("kvm1", ""), Guests: []Guest{webGuest(t, "52:54:00:aa:00:01")}}
	other := Recorded{Host: host("kvm2", uuidB), Guests: []Guest{webGuest(t, "52:54:00:aa:00:01")}}
	write(t, dir, Options{}, first, other)
	// libvirt was not reached the first time: the same host under another file.
	second := Recorded{Host: host("kvm1", uuidA), Guests: []Guest{webGuest(t, "52:54:00:aa:00:99")}}
	write(t, dir, Options{}, second)
	s := read(t, dir)
	if len(s.Hosts) != 2 || s.Host("kvm1").Host.UUID != uuidA || s.Host("kvm1").Guests[0].Live.NICs[0].MAC != "52:54:00:aa:00:99" {
		t.Errorf("not replaced: %+v", s.Hosts)
	}
	// kvm2 shares XML files with what was replaced.
	if got := s.Host("kvm2").Guests[0].Live.NICs[0].MAC; got != "52:54:00:aa:00:01" {
		t.Errorf("the other host's guest has %s", got)
	}
	fresh := t.TempDir()
	write(t, fresh, Options{}, second, other)
	if diff := cmp.Diff(files(t, fresh), files(t, dir)); diff != "" {
		t.Errorf("files (-fresh +replaced):\n%s", diff)
	}
	// And without guests.
	write(t, dir, Options{}, Recorded{Host: host("kvm1", uuidA)}, Recorded{Host: host("kvm2", uuidB)})
	if got := len(files(t, dir)); got != 2 {
		t.Errorf("%d files", got)
	}
}

func TestClones(t *testing.T) {
	dir := t.TempDir()
	a, b := Recorded{Host: host("kvm1", uuidA)}, Recorded{Host: host("kvm2", strings.ToUpper(uuidA))}
	for range 2 {
		write(t, dir, Options{}, a, b)
		if s := read(t, dir); len(s.Hosts) != 2 {
			t.Fatalf("%d hosts", len(s.Hosts))
		}
	}
}

func TestClashes(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, Options{}, Recorded{Host: host("kvm1", uuidA), Guests: []Guest{webGuest(t, "52:54:00:aa:00:01")}})
	before := files(t, dir)
	bare := Guest{Guest: &hostinfo.Guest{Name: "bare", Live: &hostinfo.Definition{}}}
	other := webGuest(t, "52:54:00:aa:00:01")
	other.Live = &hostinfo.Definition{Type: "qemu"}
	for _, tc := range []struct {
		hosts []Recorded
		o     Options
		want  string
	}{
		{[]Recorded{{Host: host("kvm1", uuidB)}}, Options{}, `holds another machine called "kvm1"`},
		{[]Recorded{{Host: host("alias", uuidA)}}, Options{}, `as "kvm1", not "alias"`},
		{[]Recorded{{Host: host("", uuidA)}}, Options{}, "host 1 has no name"},
		{[]Recorded{{}}, Options{}, "host 1 has no name"},
		{[]Recorded{{Host: host("kvm3", "")}, {Host: host("kvm3", "")}}, Options{}, "host kvm3 is given twice"},
		{[]Recorded{{Host: host("kvm3", ""), Guests: []Guest{bare}}}, Options{}, `host kvm3: guest "bare": its live view: its XML is not there`},
		{[]Recorded{{Host: host("kvm3", ""), Guests: []Guest{other}}}, Options{}, "its XML is not the one that it was read from"},
		{[]Recorded{{Host: host("kvm3", "")}}, Options{FullXML: true, Redact: true}, "cannot be redacted"},
		{[]Recorded{{Host: host("kvm3", "")}}, Options{Redact: true}, "it holds recorded hosts already"},
	} {
		err := Write(dir, tc.hosts, tc.o)
		if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.HasPrefix(err.Error(), "write snapshot "+dir) {
			t.Errorf("error %v does not say %q", err, tc.want)
		}
	}
	if diff := cmp.Diff(before, files(t, dir)); diff != "" {
		t.Errorf("a refused write changed the directory:\n%s", diff)
	}
}

// A directory that is used for other things is left alone.
func TestForeignDirectory(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"name": "x"}`), 0o644); err != nil {
		t.Fatal(err)
	}
	err := Write(dir, []Recorded{{Host: host("kvm1", uuidA)}}, Options{})
	if err == nil || !strings.Contains(err.Error(), "package.json is not a recorded host") {
		t.Error(err)
	}
	if got := len(files(t, dir)); got != 1 {
		t.Errorf("%d files", got)
	}
}

// What cannot be put into place leaves nothing behind.
func TestWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, Options{}, Recorded{Host: host("kvm1", uuidA)})
	before := files(t, dir)
	rec := Recorded{Host: host("kvm1", uuidA), Guests: []Guest{webGuest(t, "52:54:00:aa:00:01")}}
	probe := t.TempDir()
	write(t, probe, Options{}, rec)
	blocked := ""
	for name := range files(t, probe) {
		if strings.Contains(name, ".live.") {
			blocked = name
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, blocked, "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Write(dir, []Recorded{rec}, Options{}); err == nil || !strings.Contains(err.Error(), blocked) {
		t.Errorf("%v", err)
	}
	if diff := cmp.Diff(before, files(t, dir)); diff != "" {
		t.Errorf("the directory changed:\n%s", diff)
	}
}

// A symbolic link in the place of a file is replaced, not written through.
func TestLinkInThePlaceOfAFile(t *testing.T) {
	dir, outside := t.TempDir(), filepath.Join(t.TempDir(), "precious")
	if err := os.WriteFile(outside, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	rec := Recorded{Host: host("kvm1", uuidA), Guests: []Guest{guest(t, "web1", web1, libvirt.Views{Live: xmlOf("web1", web1, "")})}}
	write(t, dir, Options{}, rec)
	for name := range files(t, dir) {
		if strings.HasSuffix(name, ".xml") {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(outside, filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	write(t, dir, Options{}, rec)
	read(t, dir)
	if b, err := os.ReadFile(outside); string(b) != "precious" {
		t.Errorf("%q, %v", b, err)
	}
}
