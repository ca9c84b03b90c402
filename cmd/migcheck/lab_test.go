//go:build lab

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"migcheck/hostinfo/shell"
	"migcheck/preflight"
	"migcheck/preflight/rules"
)

// lab is the running lab: two virtual hosts with a real kernel, sshd, libvirtd
// and guests. fixtures/lab/lab starts it.
type lab struct {
	script, binary string
	env            map[string]string
}

// TestLab runs the scenarios of fixtures/lab/scenarios.txt, each from the
// healthy pair.
func TestLab(t *testing.T) {
	l := openLab(t)
	l.must(t, "guests")
	dirty := map[string]bool{"hostB": true}
	for _, s := range scenarios(t) {
		t.Run(s.name, func(t *testing.T) {
			for host := range dirty {
				l.must(t, "reset", host)
				delete(dirty, host)
			}
			for _, step := range s.steps {
				dirty[step.host] = true
				l.must(t, "shell", step.host, "sh", "-c", step.command)
			}
			l.judge(t, s)
		})
	}
	t.Run("a snapshot judges as the live hosts do", l.snapshotAgrees)
}

// scenario is one block of the table.
type scenario struct {
	name, guest, as, libvirt string
	steps                    []step
	want                     []string // verdict, then rules
}

type step struct{ host, command string }

func scenarios(t *testing.T) []scenario {
	raw, err := os.ReadFile("../../fixtures/lab/scenarios.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []scenario
	for line := range strings.Lines(string(raw)) {
		text := strings.TrimSpace(line)
		switch {
		case text == "" || strings.HasPrefix(text, "#"):
		case !strings.HasPrefix(line, " "):
			out = append(out, scenario{name: text, guest: "guest1", as: "root"})
		default:
			key, value, _ := strings.Cut(text, ":")
			tell(t, &out[len(out)-1], key, strings.TrimSpace(value))
		}
	}
	return out
}

func tell(t *testing.T, s *scenario, key, value string) {
	host, onHost := strings.CutPrefix(key, "on ")
	switch {
	case onHost:
		s.steps = append(s.steps, step{host, value})
	case key == "guest":
		s.guest = value
	case key == "as":
		s.as = value
	case key == "libvirt":
		s.libvirt = value
	case key == "migcheck":
		s.want = strings.Fields(value)
	default:
		t.Fatalf("scenario %q: %q is no word of the table", s.name, key)
	}
}

// judge asks migcheck and compares the verdict, the exit status and the rules
// that stand by themselves.
func (l *lab) judge(t *testing.T, s scenario) {
	from, to := "hostA", "hostB"
	if s.as != "root" {
		from, to = s.as+"@hostA", s.as+"@hostB"
	}
	out, code := l.migcheck(t, s.guest, "--from", from, "--to", to, "-o", "json")
	var d preflight.Document
	if err := json.Unmarshal(out, &d); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	got := []string{d.Verdict.String()}
	for _, f := range d.Reports[0].Findings {
		posture := rules.ByID(f.Rule).Posture && f.Level == preflight.Note
		if f.CausedBy == "" && f.Level == d.Verdict && f.Level > preflight.Ready && !posture {
			got = append(got, f.Rule)
		}
	}
	if !slices.Equal(got, s.want) {
		text, _ := l.migcheck(t, s.guest, "--from", from, "--to", to)
		t.Errorf("migcheck says %v, want %v\n%s", got, s.want, text)
	}
	codes := map[string]int{"blocked": 1, "undecided": 3}
	if code != codes[s.want[0]] {
		t.Errorf("exit status %d for %s", code, s.want[0])
	}
}

// snapshotAgrees records both hosts and judges from the record.
func (l *lab) snapshotAgrees(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "snap")
	if out, code := l.migcheck(t, "snapshot", "hostA", "hostB", "-d", dir); code != 0 {
		t.Fatalf("exit status %d: %s", code, out)
	}
	for _, guest := range []string{"guest1", "guest2"} {
		live, _ := l.migcheck(t, guest, "--from", "hostA", "--to", "hostB")
		recorded, _ := l.migcheck(t, guest, "--from", "hostA", "--to", "hostB", "--snapshot", dir)
		if !bytes.Equal(live, recorded) {
			t.Errorf("live:\n%s\nrecorded:\n%s", live, recorded)
		}
	}
}

func openLab(t *testing.T) *lab {
	script, err := filepath.Abs("../../fixtures/lab/lab")
	if err != nil {
		t.Fatal(err)
	}
	l := &lab{script: script, binary: filepath.Join(t.TempDir(), "migcheck"), env: map[string]string{}}
	for line := range strings.Lines(string(l.must(t, "env"))) {
		words, err := shell.Split(strings.TrimSpace(line))
		if err != nil || len(words) == 0 {
			continue
		}
		key, value, _ := strings.Cut(words[len(words)-1], "=")
		l.env[key] = value
	}
	build := exec.Command("go", "build", "-tags", "libvirt_dlopen", "-o", l.binary, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return l
}

// must runs a verb of the lab.
func (l *lab) must(t *testing.T, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(l.script, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("lab %s: %v\n%s%s", strings.Join(args, " "), err, out, &stderr)
	}
	return out
}

// migcheck runs the program inside the lab's network.
func (l *lab) migcheck(t *testing.T, args ...string) (stdout []byte, code int) {
	t.Helper()
	words := append([]string{"in", l.binary}, args...)
	cmd := exec.Command(l.script, append(words, "-F", l.env["LAB_SSH_CONFIG"])...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	if stderr.Len() > 0 {
		t.Logf("stderr: %s", &stderr)
	}
	return out, cmd.ProcessState.ExitCode()
}
