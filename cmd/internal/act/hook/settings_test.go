package hook

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestDistrustedSettings: what others could have written does not count, the
// fail mode included.
func TestDistrustedSettings(t *testing.T) {
	const text = "fail: closed\nwaivers:\n  - {guest: guest1}\n"
	chmod := func(name string, mode os.FileMode) func(*testing.T, Site) {
		return func(t *testing.T, s Site) {
			if err := os.Chmod(s.path(name), mode); err != nil {
				t.Fatal(err)
			}
		}
	}
	instead := func(make func(name string) error) func(*testing.T, Site) {
		return func(t *testing.T, s Site) {
			if err := os.Remove(s.path(settingsPath)); err != nil {
				t.Fatal(err)
			}
			if err := make(s.path(settingsPath)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, tc := range map[string]struct {
		spoil func(*testing.T, Site)
		owner int
		want  string
	}{
		"as it should be":       {func(*testing.T, Site) {}, os.Getuid(), ""},
		"its group may write":   {chmod(settingsPath, 0o664), os.Getuid(), "can be written by others"},
		"others may write":      {chmod(settingsPath, 0o646), os.Getuid(), "can be written by others"},
		"so with its folder":    {chmod("/etc/migcheck", 0o777), os.Getuid(), "can be written by others"},
		"it is somebody else's": {func(*testing.T, Site) {}, os.Getuid() + 1, "does not belong to user id"},
		"it is a pipe":          {instead(func(n string) error { return syscall.Mkfifo(n, 0o644) }), os.Getuid(), "no regular file"},
		"it is a link":          {instead(func(n string) error { return os.Symlink("/etc/hostname", n) }), os.Getuid(), "no regular file"},
		"it is huge":            {instead(func(n string) error { return os.WriteFile(n, make([]byte, maxSettings+1), 0o644) }), os.Getuid(), "is larger than"},
	} {
		t.Run(name, func(t *testing.T) {
			s := Site{Root: t.TempDir(), Owner: tc.owner}
			writeFile(t, s.path(settingsPath), text)
			tc.spoil(t, s)
			set := s.Settings()
			believed := tc.want == ""
			if set.Closed != believed || (len(set.Waivers) > 0) != believed || !strings.Contains(set.Ignored, tc.want) {
				t.Errorf("%+v", set)
			}
		})
	}
}

func TestParseSettings(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   "",
		"fail: open":                         "",
		"# nothing but this\n":               "",
		"fail: ajar":                         `fail is "ajar"`,
		"waivers: [{by: alice}]":             "waiver 1 names neither a guest nor a rule",
		"waivers: [{rule: no-such}]":         `waiver 1: there is no rule "no-such"`,
		"waivers: [{guest: g, for: 1}]":      "field for not found",
		"waivers: [{guest: g, until: soon}]": "cannot",
		"fail: [":                            "line 1",
	} {
		_, err := parseSettings([]byte(text))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestWaive: a waiver goes in, those that have ended go out, and comments stay.
func TestWaive(t *testing.T) {
	s := Site{Root: t.TempDir(), Owner: os.Getuid()}
	if err := s.Waive(Waiver{Guest: "guest1", Until: noon.Add(time.Hour), By: "alice"}, noon); err != nil {
		t.Fatal(err)
	}
	const first = "fail: open\n# Guests that may come although something blocks them. \"migcheck hook waive\" adds\n# one; ends are in UTC.\nwaivers:\n  - guest: guest1\n    until: 2026-11-01T13:00:00Z\n    by: alice\n"
	raw, err := os.ReadFile(s.path(settingsPath))
	if err != nil || !strings.HasSuffix(string(raw), first) {
		t.Fatalf("%v:\n%s", err, raw)
	}
	if !untouched(raw) {
		t.Error("nobody but waive has written in it")
	}

	writeFile(t, s.path(settingsPath), "# ours\nfail: closed # since May\nwaivers:\n  - {guest: old, until: 2026-10-01T00:00:00Z}\n  - guest: guest2 # the database\n    rule: vlan-mismatch\n")
	w := Waiver{Guest: "x: y\n- z", Rule: "source-dev-missing", Until: noon.Add(time.Hour), Reason: "it's # needed"}
	if err := s.Waive(w, noon); err != nil {
		t.Fatal(err)
	}
	raw, err = os.ReadFile(s.path(settingsPath))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# ours\n", "fail: closed # since May\n", "guest: guest2 # the database\n"} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("%q is gone:\n%s", want, raw)
		}
	}
	set := s.Settings()
	if !set.Closed || set.Ignored != "" || len(set.Waivers) != 2 || set.Waivers[0].Guest != "guest2" || set.Waivers[1] != w {
		t.Errorf("%+v\n%s", set, raw)
	}
	if untouched(raw) {
		t.Error("somebody has written in it")
	}
	if info, err := os.Stat(s.path(settingsPath)); err != nil || info.Mode() != 0o644 {
		t.Errorf("%v, %v", info, err)
	}

	writeFile(t, s.path(settingsPath), "fail: [\n")
	if err := s.Waive(w, noon); err == nil || firstLine(s.path(settingsPath)) != "fail: [" {
		t.Errorf("a broken file was written over: %v", err)
	}
}

// TestWaiveTogether: no administrator writes over another's waiver.
func TestWaiveTogether(t *testing.T) {
	s := Site{Root: t.TempDir(), Owner: os.Getuid()}
	var wg sync.WaitGroup
	for _, guest := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		wg.Go(func() {
			if err := s.Waive(Waiver{Guest: guest, Until: noon.Add(time.Hour)}, noon); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if set := s.Settings(); len(set.Waivers) != 8 || set.Ignored != "" {
		t.Errorf("%+v", set)
	}
	if names, err := os.ReadDir(filepath.Dir(s.path(settingsPath))); err != nil || len(names) != 1 {
		t.Errorf("%v, %v", names, err)
	}
}
