package world

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"migcheck/hostinfo"
)

// TestLookAtFiles runs the script on this machine: files that are there and not,
// names that a shell could misread, and what no user can look into.
func TestLookAtFiles(t *testing.T) {
	dir := t.TempDir()
	var paths []string
	for _, name := range []string{"plain", "it's", "x; reboot", "a\nb", "-f"} {
		path := filepath.Join(dir, name)
		check(t, os.WriteFile(path, nil, 0o600))
		paths = append(paths, path)
	}
	paths = append(paths, filepath.Join(dir, "gone"), filepath.Join(dir, "plain", "below"), filepath.Join(dir, "a\ngone"))
	cmd := exec.CommandContext(context.Background(), "/bin/sh", append([]string{"-c", lookAtFiles, "sh"}, paths...)...)
	out, err := cmd.Output()
	check(t, err)
	files, err := readFiles(paths, string(out))
	check(t, err)
	for i, f := range files {
		want := hostinfo.TriOf(i < 5)
		if f.Path != paths[i] || f.There != want || (f.Magic != "") != (want == hostinfo.Yes) || f.Reason != "" {
			t.Errorf("%q: %+v", paths[i], f)
		}
	}
}

// TestReadFiles: what comes from a host is taken for what it says, or not at all.
func TestReadFiles(t *testing.T) {
	got, err := readFiles([]string{"/a", "/b", "/c", "/d", "/e"}, "y 00ff534D42\ny\nn\n? Permission denied\n? \n")
	check(t, err)
	want := []hostinfo.File{
		{Path: "/a", There: hostinfo.Yes, Magic: "ff534d42"},
		{Path: "/b", There: hostinfo.Yes, Reason: "the kind of its file system was not told"},
		{Path: "/c", There: hostinfo.No},
		{Path: "/d", Reason: "Permission denied"},
		{Path: "/e", Reason: "it was not told why"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, bad := range []string{"", "y ef53\n", "y ef53\nn\nn\n", "y ef53\nyes\n"} {
		if files, err := readFiles([]string{"/a", "/b"}, bad); err == nil {
			t.Errorf("%q: %+v", bad, files)
		}
	}
	if m := magic("ef53; reboot"); m != "" {
		t.Errorf("a file system's number is %q", m)
	}
}
