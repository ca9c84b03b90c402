package hook

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"migcheck/cmd/internal/act/change"
)

// image is a machine with libvirt and without a hook.
func image(t *testing.T) Site {
	t.Helper()
	s := Site{Root: t.TempDir(), Owner: os.Getuid()}
	for _, dir := range []string{"/etc/libvirt/hooks", "/usr/sbin", "/usr/libexec", "/run", "/proc"} {
		if err := os.MkdirAll(s.path(dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// tree is everything below a root: a line each.
func tree(t *testing.T, root string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		line := fmt.Sprint(strings.TrimPrefix(name, root), " ", info.Mode())
		if info.Mode().IsRegular() {
			line += fmt.Sprint(" ", info.Size())
		}
		if to, err := os.Readlink(name); err == nil {
			line += " -> " + to
		}
		out = append(out, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func mustApply(t *testing.T, p *change.Plan, err error) {
	t.Helper()
	if err == nil {
		err = p.Apply()
	}
	if err != nil {
		t.Fatal(err)
	}
}

func install(t *testing.T, s Site) *change.Plan {
	t.Helper()
	p, err := s.Install(build(t))
	mustApply(t, p, err)
	return p
}

func remove(t *testing.T, s Site) *change.Plan {
	t.Helper()
	p, err := s.Remove()
	mustApply(t, p, err)
	return p
}

// TestInstallAndRemove: what install makes, and that nothing of it stays.
func TestInstallAndRemove(t *testing.T) {
	s := image(t)
	before := tree(t, s.Root)
	p, err := s.Install(build(t))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, tree(t, s.Root)); diff != "" {
		t.Fatalf("planning changed something:\n%s", diff)
	}
	mustApply(t, p, nil)
	info, err := os.Stat(build(t))
	if err != nil {
		t.Fatal(err)
	}
	made := []string{"/usr/libexec/migcheck", "/etc/migcheck", "/etc/libvirt/hooks/qemu.d"}
	installed := cmp.Diff(before, tree(t, s.Root))
	for _, line := range []string{
		fmt.Sprintf("%s -rwxr-xr-x %d", binaryPath, info.Size()),
		fmt.Sprintf("%s -rwxr-xr-x %d", scriptPath, len(s.script(made))),
		fmt.Sprintf("%s -rw-r--r-- %d", settingsPath, len(defaultSettings)),
		linkPath + " Lrwxrwxrwx -> " + scriptPath,
		"/etc/migcheck drwxr-xr-x",
	} {
		if !strings.Contains(installed, line) {
			t.Errorf("%q is missing in\n%s", line, installed)
		}
	}
	if set := s.Settings(); set.Closed || set.Ignored != "" || len(set.Waivers) > 0 {
		t.Errorf("the settings it wrote are %+v", set)
	}

	after := tree(t, s.Root)
	install(t, s) // brings it up to date
	if diff := cmp.Diff(after, tree(t, s.Root)); diff != "" {
		t.Errorf("installing once more changed something:\n%s", diff)
	}
	writeFile(t, s.path(beatPath), "1\n")
	remove(t, s)
	if diff := cmp.Diff(before, tree(t, s.Root)); diff != "" {
		t.Errorf("something stayed:\n%s", diff)
	}
	if p := remove(t, s); len(p.Changes) > 0 || len(p.Remarks) != 1 {
		t.Errorf("removing nothing: %+v", p)
	}
}

// TestDirectoriesOnce: a directory that several parts need is planned once.
func TestDirectoriesOnce(t *testing.T) {
	p := &change.Plan{}
	if _, err := (Site{Root: t.TempDir()}).planDirs(p); err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	for _, c := range p.Changes {
		if said[c.What] {
			t.Errorf("planned twice: %s", c.What)
		}
		said[c.What] = true
	}
}

// TestSomebodyElsesFiles: they are named, and left alone.
func TestSomebodyElsesFiles(t *testing.T) {
	for name, text := range map[string]string{
		linkPath:   "#!/bin/sh\nexit 0\n",
		scriptPath: "#!/bin/sh\n# mine\n",
		binaryPath: "not a program",
	} {
		t.Run(filepath.Base(name), func(t *testing.T) {
			s := image(t)
			writeFile(t, s.path(name), text)
			before := tree(t, s.Root)
			for what, plan := range map[string]func() (*change.Plan, error){
				"install": func() (*change.Plan, error) { return s.Install(build(t)) },
				"remove":  s.Remove,
			} {
				if _, err := plan(); err == nil || !strings.Contains(err.Error(), s.path(name)+": not written by migcheck") {
					t.Errorf("%s: %v", what, err)
				}
			}
			if diff := cmp.Diff(before, tree(t, s.Root)); diff != "" {
				t.Errorf("something changed:\n%s", diff)
			}
		})
	}
	t.Run("a link elsewhere", func(t *testing.T) {
		s := image(t)
		if err := os.Mkdir(s.path(filepath.Dir(linkPath)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("/usr/local/bin/mine", s.path(linkPath)); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Install(build(t)); err == nil {
			t.Error("it would write over a dangling link of somebody's")
		}
	})
}

// TestNeighbours: what others have put beside the hook's files stays, and so do
// the directories that hold it.
func TestNeighbours(t *testing.T) {
	s := image(t)
	install(t, s)
	writeFile(t, s.path("/etc/libvirt/hooks/qemu.d/50-mine"), "#!/bin/sh\n")
	writeFile(t, s.path(settingsPath), "# do not touch\n"+defaultSettings)
	p := remove(t, s)
	if !strings.Contains(strings.Join(p.Remarks, "\n"), settingsPath+" stays") {
		t.Errorf("it says %q", p.Remarks)
	}
	var left []string
	for _, line := range tree(t, s.Root) {
		if strings.Contains(line, " -r") {
			left = append(left, strings.Fields(line)[0])
		}
	}
	if diff := cmp.Diff([]string{"/etc/libvirt/hooks/qemu.d/50-mine", settingsPath}, left); diff != "" {
		t.Errorf("what is left (-want +got):\n%s", diff)
	}
}

// TestUnfit: programs and machines that a hook can't work with are refused.
func TestUnfit(t *testing.T) {
	s := image(t)
	text := filepath.Join(t.TempDir(), "text")
	writeFile(t, text, "#!/bin/sh\n")
	for exe, want := range map[string]string{"/bin/sh": "not the static one", text: "read the program to install"} {
		if _, err := s.Install(exe); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", exe, err)
		}
	}
	bare := Site{Root: t.TempDir(), Owner: os.Getuid()}
	if _, err := bare.Install(build(t)); err == nil || !strings.Contains(err.Error(), "libvirt is not installed here") {
		t.Errorf("no libvirt: %v", err)
	}
}

// TestUndo: an install that fails leaves nothing behind.
func TestUndo(t *testing.T) {
	s := image(t)
	p, err := s.Install(build(t))
	if err != nil {
		t.Fatal(err)
	}
	before := tree(t, s.Root)
	// Somebody is faster.
	if err := os.Mkdir(s.path(filepath.Dir(linkPath)), 0o755); err != nil {
		t.Fatal(err)
	}
	writeFile(t, s.path(linkPath), "#!/bin/sh\n# theirs\n")
	if err := p.Apply(); err == nil || !strings.Contains(err.Error(), "file exists") {
		t.Fatalf("%v", err)
	}
	if got := firstLine(s.path(linkPath)); got != "#!/bin/sh" {
		t.Errorf("their file is now %q", got)
	}
	if err := os.RemoveAll(s.path(filepath.Dir(linkPath))); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, tree(t, s.Root)); diff != "" {
		t.Errorf("something stayed:\n%s", diff)
	}
}

// TestImageThatLeadsOut: nothing meant for an image lands on this machine.
func TestImageThatLeadsOut(t *testing.T) {
	s, outside := image(t), t.TempDir()
	if err := os.Remove(s.path("/usr/sbin")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, s.path("/usr/sbin")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Install(build(t)); err == nil || !strings.Contains(err.Error(), "leads out of") {
		t.Errorf("install: %v", err)
	}
	if err := s.Waive(Waiver{Guest: "guest1"}, noon); err == nil || !strings.Contains(err.Error(), "leads out of") {
		t.Errorf("waive: %v", err)
	}
	// A merged /usr is no way out.
	if err := os.Remove(s.path("/usr/sbin")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(s.path("/usr/bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("bin", s.path("/usr/sbin")); err != nil {
		t.Fatal(err)
	}
	install(t, s)
	remove(t, s)
	if left, err := os.ReadDir(s.path("/usr/bin")); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
}
