package agent

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// static is a static migcheck, built once.
var static = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "migcheck-agent-test-")
	if err != nil {
		return "", err
	}
	exe := filepath.Join(dir, "migcheck")
	cmd := exec.Command("go", "build", "-trimpath", "-o", exe, "migcheck/cmd/migcheck")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w: %s", err, out)
	}
	return exe, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if exe, err := static(); err == nil {
		_ = os.RemoveAll(filepath.Dir(exe))
	}
	os.Exit(code)
}

func program(t *testing.T) string {
	t.Helper()
	exe, err := static()
	must(t, err)
	return exe
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// image is a machine's file system, and what was in it.
func image(t *testing.T) (Site, string) {
	t.Helper()
	s := Site{Root: t.TempDir()}
	for _, dir := range []string{"etc/systemd/system", "usr/lib/sysusers.d", "usr/libexec"} {
		must(t, os.MkdirAll(s.path(dir), 0o755))
	}
	must(t, os.WriteFile(s.path("/etc/systemd/system/other.service"), []byte("[Unit]\n"), 0o644))
	return s, files(t, s.Root)
}

// files is every file below a directory, with its mode and content.
func files(t *testing.T, root string) string {
	t.Helper()
	var b strings.Builder
	must(t, filepath.WalkDir(root, func(name string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%s %v", strings.TrimPrefix(name, root), info.Mode())
		if info.Mode().IsRegular() {
			content, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, " %x", sha256.Sum256(content))
		}
		b.WriteByte('\n')
		return nil
	}))
	return b.String()
}

func install(t *testing.T, s Site, probes bool) {
	t.Helper()
	p, err := s.Install(program(t), "test", probes)
	must(t, err)
	must(t, p.Apply())
}

// Installed twice it is what it was once, and removed it leaves nothing.
func TestImage(t *testing.T) {
	for _, probes := range []bool{false, true} {
		s, before := image(t)
		install(t, s, probes)
		once := files(t, s.Root)
		if strings.Count(once, "migcheck-agent") != 4 || !strings.Contains(once, "/usr/libexec/migcheck/migcheck-agent -rwxr-xr-x") {
			t.Errorf("installed:\n%s", once)
		}
		if n := strings.Count(once, "migcheck-probe"); n != 0 && !probes || n != 3 && probes {
			t.Errorf("with a socket for probes %v:\n%s", probes, once)
		}
		install(t, s, false) // what is there of it stays
		if twice := files(t, s.Root); twice != once {
			t.Errorf("installed twice:\n%s", twice)
		}
		p, err := s.Remove()
		must(t, err)
		must(t, p.Apply())
		if after := files(t, s.Root); after != before {
			t.Errorf("removed, it leaves\n%s\nof\n%s", after, before)
		}
		if p, err := s.Remove(); err != nil || len(p.Changes) != 0 || p.Remarks[0] != "no agent is installed" {
			t.Errorf("removed twice: %+v, %v", p, err)
		}
	}
}

// What somebody else has put there stays, and so does everything else.
func TestForeign(t *testing.T) {
	for _, name := range []string{BinaryPath, socketPath, servicePath, groupPath, probeSocketPath, probeServicePath, probeGroupPath} {
		s, _ := image(t)
		must(t, os.MkdirAll(filepath.Dir(s.path(name)), 0o755))
		must(t, os.WriteFile(s.path(name), []byte("somebody's\n"), 0o644))
		before := files(t, s.Root)
		if _, err := s.Install(program(t), "test", false); err == nil || !strings.Contains(err.Error(), name+": not written by migcheck") {
			t.Errorf("install over %s: %v", name, err)
		}
		if _, err := s.Remove(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("remove %s: %v", name, err)
		}
		if after := files(t, s.Root); after != before {
			t.Errorf("%s:\n%s", name, after)
		}
	}
}

// A failing step takes back those before it.
func TestUndone(t *testing.T) {
	s, before := image(t)
	p, err := s.Install(program(t), "test", false)
	must(t, err)
	p.Add("fail", func() error { return fmt.Errorf("as told") }, nil)
	if err := p.Apply(); err == nil || !strings.Contains(err.Error(), "fail: as told") {
		t.Errorf("got %v", err)
	}
	if after := files(t, s.Root); after != before {
		t.Errorf("left behind:\n%s", after)
	}
}

// What can't run on a host is not sent there.
func TestProgram(t *testing.T) {
	p, err := NewProgram(program(t))
	must(t, err)
	if err := p.For("kvm1", "pdp11"); err == nil || !strings.Contains(err.Error(), "kvm1 is pdp11") {
		t.Errorf("another machine: %v", err)
	}
	if err := p.For("kvm1", p.Arch); err != nil || p.Arch == "" {
		t.Errorf("its own: %v, %q", err, p.Arch)
	}
	if err := p.For("kvm1", ""); err == nil {
		t.Error("an unknown machine was taken")
	}
	script := filepath.Join(t.TempDir(), "script")
	must(t, os.WriteFile(script, []byte("#!/bin/sh\n"), 0o755))
	if _, err := NewProgram(script); err == nil {
		t.Error("a script was taken for a program")
	}
	if strings.ContainsAny(pushScript+removeScript, "\n'!") {
		t.Error("a script would not survive csh")
	}
}

// Where the package has brought the agent, nothing is written beside it and
// nothing of it is deleted.
func TestPackaged(t *testing.T) {
	s, _ := image(t)
	install(t, s, false)
	unit := s.path("/usr/lib/systemd/system/" + socketUnit)
	must(t, os.MkdirAll(filepath.Dir(unit), 0o755))
	must(t, os.WriteFile(unit, []byte("[Socket]\n"), 0o644))
	must(t, os.WriteFile(s.path(groupPath), []byte("g migcheck -\n"), 0o644))
	before := files(t, s.Root)
	if _, err := s.Install(program(t), "test", false); err == nil || !strings.Contains(err.Error(), "the package migcheck has brought the agent already") {
		t.Errorf("install: %v", err)
	}
	if _, err := s.Remove(); err == nil || !strings.Contains(err.Error(), "a part of the package") {
		t.Errorf("remove: %v", err)
	}
	if after := files(t, s.Root); after != before {
		t.Errorf("changed:\n%s\nto\n%s", before, after)
	}
}
