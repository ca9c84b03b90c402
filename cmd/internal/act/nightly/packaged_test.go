package nightly

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPackagedUnits: units that the package has brought serve where they are what
// is asked for, and are covered where they are not.
func TestPackagedUnits(t *testing.T) {
	s := Site(t.TempDir())
	plain := &Job{Exec: "/usr/bin/migcheck", When: job.When, Delay: job.Delay}
	for name, content := range map[string][]byte{ServicePath: plain.Service(), TimerPath: plain.Timer()} {
		full := s.path(packagedPath(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, bytes.TrimPrefix(content, []byte(mark)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s.mustInstall(t) // another job
	if _, err := os.Stat(s.path(ServicePath)); err != nil {
		t.Error(err)
	}
	p, err := s.Install(plain)
	if err == nil {
		err = p.Apply()
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{ServicePath, TimerPath} {
		if _, err := os.Stat(s.path(name)); !os.IsNotExist(err) {
			t.Errorf("%s covers the package's: %v", name, err)
		}
		if _, err := os.Stat(s.path(packagedPath(name))); err != nil {
			t.Error(err)
		}
	}
	if p, err = s.Remove(); err != nil || len(p.Changes) != 0 || !strings.Contains(p.Remarks[0], "no timer") {
		t.Errorf("%+v, %v", p, err)
	}
}
