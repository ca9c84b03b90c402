package fleetfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// put writes a fleet file with that host, in a directory with these modes.
func put(t *testing.T, dir, host string, dirMode, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(dir, "fleet.yaml")
	for _, err := range []error{
		os.MkdirAll(dir, 0o755), os.WriteFile(path, []byte("hosts: {"+host+": {}}\n"), 0o600), os.Chmod(path, mode), os.Chmod(dir, dirMode),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// TestFind: the flag goes before the variable, and that before the user's own
// file.
func TestFind(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", dir)
	put(t, filepath.Join(dir, "migcheck"), "own", 0o755, 0o644)
	variable := put(t, filepath.Join(dir, "variable"), "variable", 0o755, 0o644)
	flag := put(t, filepath.Join(dir, "flag"), "flag", 0o755, 0o644)
	for _, c := range []struct{ given, variable, want string }{
		{flag, variable, "flag"}, {"", variable, "variable"}, {"", "", "own"},
	} {
		t.Setenv(Variable, c.variable)
		fleet, ignored, err := Find(c.given)
		if err != nil || ignored != "" || len(fleet.Names()) != 1 || fleet.Names()[0] != c.want {
			t.Errorf("%+v: %v, %q, %v", c, fleet, ignored, err)
		}
	}
	if _, _, err := Find(filepath.Join(dir, "none.yaml")); err == nil {
		t.Error("a file that was named and is not there is no error")
	}
}

// TestDistrust: who runs as root does not read what others may write.
func TestDistrust(t *testing.T) {
	me := uint32(os.Getuid())
	for name, c := range map[string]struct {
		dirMode, mode os.FileMode
		want          string // part of the reason; empty: trusted
	}{
		"private":            {0o700, 0o600, ""},
		"readable":           {0o755, 0o644, ""},
		"writable by group":  {0o755, 0o664, "fleet.yaml can be written by others"},
		"writable by others": {0o755, 0o602, "fleet.yaml can be written by others"},
		"in their directory": {0o777, 0o644, "dir can be written by others"},
		"in a sticky one":    {0o777 | os.ModeSticky, 0o644, ""},
	} {
		path := put(t, filepath.Join(t.TempDir(), "dir"), "hostA", c.dirMode, c.mode)
		got := distrust(path, me)
		if (got != "") != (c.want != "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		link := filepath.Join(t.TempDir(), "link.yaml")
		if err := os.Symlink(path, link); err != nil {
			t.Fatal(err)
		}
		if got := distrust(link, me); (got != "") != (c.want != "") {
			t.Errorf("%s, through a link: %q, want %q", name, got, c.want)
		}
	}
	if me != 0 {
		path := put(t, filepath.Join(t.TempDir(), "dir"), "hostA", 0o755, 0o644)
		if got := distrust(path, 0); !strings.Contains(got, "belongs to user id") {
			t.Errorf("another user's file: %q", got)
		}
	} else {
		path := put(t, filepath.Join(t.TempDir(), "dir"), "hostA", 0o755, 0o644)
		if err := os.Chown(path, 61001, 61001); err != nil {
			t.Fatal(err)
		}
		if got := distrust(path, 0); !strings.Contains(got, "belongs to user id 61001") {
			t.Errorf("another user's file: %q", got)
		}
	}
	if got := distrust(filepath.Join(t.TempDir(), "none"), me); got != "" {
		t.Errorf("a file that is not there: %q", got)
	}
}

// TestRootPassesOver: root ignores such a file where it was not named, says so,
// and refuses it where it was. Others read what they are given.
func TestRootPassesOver(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", dir)
	t.Setenv(Variable, "")
	path := put(t, filepath.Join(dir, "migcheck"), "own", 0o755, 0o666)
	fleet, ignored, err := Find("")
	_, _, named := Find(path)
	if os.Geteuid() != 0 {
		if err != nil || ignored != "" || len(fleet.Hosts) != 1 || named != nil {
			t.Errorf("%v, %q, %v, %v", fleet, ignored, err, named)
		}
		return
	}
	if err != nil || !strings.Contains(ignored, "is ignored: "+path+" can be written by others") || fleet.Path == path {
		t.Errorf("%v, %q, %v", fleet, ignored, err)
	}
	if named == nil || !strings.Contains(named.Error(), "can be written by others, and this runs as root") {
		t.Errorf("a file that was named: %v", named)
	}
}
