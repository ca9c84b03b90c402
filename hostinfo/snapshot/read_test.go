package snapshot

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"migcheck/hostinfo"
)

// put writes files by hand.
func put(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func withGuest(guest string) string {
	return `{"schema": "migcheck.host/1", "host": {"name": "kvm1"}, "guests": [` + guest + `]}`
}

// A later migcheck may add fields within /1, and people may add files.
func TestForwardCompatible(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{
		"README":          "notes",
		".hidden.json":    "not ours",
		"unreferenced":    "x",
		"kvm1.json":       `{"schema": "migcheck.host/1", "new": {"a": [1]}, "host": {"name": "kvm1", "new": 1, "up": null}, "guests": [{"name": "web1", "new": true, "live": "by hand.xml"}]}`,
		"by hand.xml":     "<domain><name>web1</name><new/></domain>",
		".migcheck-1.tmp": "left by a crash",
	})
	s := read(t, dir)
	if len(s.Hosts) != 1 || len(s.Guest("web1")) != 1 || s.Guest("web1")[0].Guest.Live == nil {
		t.Errorf("%+v", s)
	}
}

func TestRefusedSnapshots(t *testing.T) {
	const live = `{"name": "web1", "live": "web1.xml"}`
	outside := filepath.Join(t.TempDir(), "outside.xml")
	if err := os.WriteFile(outside, []byte("<domain><name>web1</name></domain>"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		files map[string]string
		more  func(dir string) error
		want  string
	}{
		"later schema":      {files: map[string]string{"h.json": `{"schema": "migcheck.host/2", "host": 7}`}, want: `h.json was recorded by a later migcheck: it has schema "migcheck.host/2", this one reads up to "migcheck.host/1"`},
		"no schema":         {files: map[string]string{"h.json": `{}`}, want: "h.json is not a recorded host"},
		"other schema":      {files: map[string]string{"h.json": `{"schema": "migcheck.report/1"}`}, want: `its schema is "migcheck.report/1"`},
		"odd schema":        {files: map[string]string{"h.json": `{"schema": "migcheck.host/1x"}`}, want: "no version of migcheck.host"},
		"version 0":         {files: map[string]string{"h.json": `{"schema": "migcheck.host/0"}`}, want: "no version of migcheck.host"},
		"huge version":      {files: map[string]string{"h.json": `{"schema": "migcheck.host/99999999999999999999"}`}, want: "no version of migcheck.host"},
		"not JSON":          {files: map[string]string{"h.json": `{`}, want: "h.json is not JSON of a recorded host: unexpected end of JSON input"},
		"no host":           {files: map[string]string{"h.json": `{"schema": "migcheck.host/1"}`}, want: "holds no host with a name"},
		"nameless host":     {files: map[string]string{"h.json": `{"schema": "migcheck.host/1", "host": {"name": ""}}`}, want: "holds no host with a name"},
		"nameless guest":    {files: map[string]string{"h.json": withGuest(`{}`)}, want: "holds a guest without a name"},
		"wrong type":        {files: map[string]string{"h.json": withGuest(`{"name": 7}`)}, want: "is not JSON of a recorded host: json:"},
		"odd truth":         {files: map[string]string{"h.json": withGuest(`{"name": "g", "persistent": "maybe"}`)}, want: "neither true, false nor null"},
		"no such file":      {files: map[string]string{"h.json": withGuest(live)}, want: "web1.xml: no such file"},
		"parent":            {files: map[string]string{"h.json": withGuest(`{"name": "g", "live": "../web1.xml"}`)}, want: "not a plain file name"},
		"absolute":          {files: map[string]string{"h.json": withGuest(`{"name": "g", "inactive": "/etc/passwd"}`)}, want: "not a plain file name"},
		"dots":              {files: map[string]string{"h.json": withGuest(`{"name": "g", "migratable": ".."}`)}, want: "not a plain file name"},
		"backslash":         {files: map[string]string{"h.json": withGuest(`{"name": "g", "live": "a\\b"}`)}, want: "not a plain file name"},
		"NUL":               {files: map[string]string{"h.json": withGuest(`{"name": "g", "live": "a\u0000b"}`)}, want: "not a plain file name"},
		"long name":         {files: map[string]string{"h.json": withGuest(`{"name": "g", "live": "` + strings.Repeat("x", 256) + `"}`)}, want: "not a plain file name"},
		"bad XML":           {files: map[string]string{"h.json": withGuest(live), "web1.xml": "<domain>"}, want: `h.json: guest "web1": web1.xml: domain XML`},
		"another guest":     {files: map[string]string{"h.json": withGuest(live), "web1.xml": "<domain><name>db1</name></domain>"}, want: `web1.xml is of another guest: "db1"`},
		"another UUID":      {files: map[string]string{"h.json": withGuest(live), "web1.xml": "<domain><name>web1</name><uuid>" + uuidA + "</uuid></domain>"}, want: "is of another guest"},
		"same host twice":   {files: map[string]string{"a.json": withGuest(""), "b.json": withGuest("")}, want: `a.json and b.json both hold host "kvm1"`},
		"link that escapes": {files: map[string]string{"h.json": withGuest(live)}, more: func(d string) error { return os.Symlink(outside, d+"/web1.xml") }, want: "path escapes"},
		"host file escapes": {more: func(d string) error { return os.Symlink(outside, d+"/h.json") }, want: "path escapes"},
		"link to itself":    {more: func(d string) error { return os.Symlink("h.json", d+"/h.json") }, want: "too many levels"},
		"directory":         {more: func(d string) error { return os.Mkdir(d+"/h.json", 0o700) }, want: "h.json is not a regular file"},
		"pipe":              {more: func(d string) error { return syscall.Mkfifo(d+"/h.json", 0o600) }, want: "h.json is not a regular file"},
		"pipe for XML":      {files: map[string]string{"h.json": withGuest(live)}, more: func(d string) error { return syscall.Mkfifo(d+"/web1.xml", 0o600) }, want: "web1.xml is not a regular file"},
		"huge host file":    {more: func(d string) error { return sparse(d+"/h.json", maxHostFile+1) }, want: "h.json is larger than 67108864 bytes"},
		"huge XML":          {files: map[string]string{"h.json": withGuest(live)}, more: func(d string) error { return sparse(d+"/web1.xml", maxXMLFile+1) }, want: "web1.xml is larger than 8388608 bytes"},
		"many guests":       {files: map[string]string{"h.json": withGuest(strings.Repeat(`{"name":"g"},`, maxGuests) + `{"name":"g"}`)}, want: fmt.Sprintf("holds %d guests", maxGuests+1)},
		"deep JSON":         {files: map[string]string{"h.json": strings.Repeat("[", 1<<20)}, want: "exceeded max depth"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, dir, tc.files)
			if tc.more != nil {
				if err := tc.more(dir); err != nil {
					t.Fatal(err)
				}
			}
			s, err := Read(dir)
			if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.HasPrefix(err.Error(), "read snapshot "+dir) {
				t.Errorf("%v, %v does not say %q", s, err, tc.want)
			}
		})
	}
}

func sparse(path string, size int64) error {
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		return err
	}
	return os.Truncate(path, size)
}

// Links within the directory are as good as files.
func TestLinkInside(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"h.json": withGuest(`{"name": "web1", "live": "link.xml"}`), "web1.xml": "<domain><name>web1</name></domain>"})
	if err := os.Symlink("web1.xml", filepath.Join(dir, "link.xml")); err != nil {
		t.Fatal(err)
	}
	read(t, dir)
}

func TestTotal(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.json": strings.Repeat(" ", 100), "b.json": strings.Repeat(" ", 100)})
	d, err := openDirectory(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	d.left = 150
	if _, err := d.read("a.json", 1000); err != nil {
		t.Error(err)
	}
	if _, err := d.read("b.json", 1000); err == nil || !strings.Contains(err.Error(), "the snapshot is larger than") {
		t.Error(err)
	}
}

// Whatever is read can be written, redacted or not, and reads back.
func FuzzRead(f *testing.F) {
	full, err := json.Marshal(hostFile{
		Schema: Schema, Host: host("kvm1", uuidA),
		Guests: []guestEntry{{Name: "web1", UUID: web1, ID: 1, State: "running", Live: "x", Inactive: "x"}},
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(full), string(webGuest(f, "52:54:00:aa:00:01").XML.Live))
	f.Add(withGuest(`{"name": "web1", "live": "x", "gaps": [{"fact": "live", "reason": "at 10.0.0.1: web1"}]}`), "<domain><name>web1</name></domain>")
	f.Fuzz(func(t *testing.T, doc, xml string) {
		dir := t.TempDir()
		put(t, dir, map[string]string{"h.json": doc, "x": xml})
		s, err := Read(dir)
		if err != nil {
			return
		}
		for _, o := range []Options{{}, {FullXML: true}, {Redact: true}} {
			out := t.TempDir()
			write(t, out, o, s.Hosts...)
			back := read(t, out)
			if !o.Redact && back.Host(s.Hosts[0].Host.Name) == nil {
				t.Fatalf("host %q is gone", s.Hosts[0].Host.Name)
			}
			if len(back.GuestNames()) != len(s.GuestNames()) {
				t.Fatalf("guests %q became %q", s.GuestNames(), back.GuestNames())
			}
		}
	})
}

// A host that was recorded before a fact was read has a gap for it. One that
// found only a part of these facts has been asked for all of them.
func TestFactsOfLater(t *testing.T) {
	old, now, refused := host("old", uuidA), host("now", uuidB), host("refused", web1)
	old.Setup = hostinfo.Setup{}
	refused.Setup = hostinfo.Setup{}
	refused.AddGap(hostinfo.FactDaemon, "", "needs root")
	dir := t.TempDir()
	write(t, dir, Options{}, Recorded{Host: old}, Recorded{Host: now}, Recorded{Host: refused})
	s := read(t, dir)
	for name, want := range map[string]int{"old": 7, "now": 0, "refused": 1} {
		if got := s.Host(name).Host.Gaps; len(got) != want {
			t.Errorf("%s: gaps %+v", name, got)
		}
	}
	if g := s.Host("old").Host.Missing(hostinfo.FactConfigured, ""); g == nil || g.Reason == "" {
		t.Errorf("gap %+v", g)
	}
}
