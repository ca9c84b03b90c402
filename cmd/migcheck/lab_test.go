//go:build lab

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
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

// TestLab runs the scenarios of fixtures/lab/scenarios.txt: migcheck predicts,
// libvirt migrates, frames are counted, and the three are compared. It runs the
// dozen of CI, or with MIGCHECK_PROVE=all the whole table.
func TestLab(t *testing.T) {
	p, all := newProof(t), scenarios(t)
	for _, s := range all {
		if s.ci || whole {
			t.Run(s.name, func(t *testing.T) { p.run(t, s) })
		}
	}
	t.Run("a snapshot judges as the live hosts do", p.snapshotAgrees)
	p.matrix.conclude(t, len(p.matrix.rows) == len(all)) // -run may choose some
}

// whole is set where everything is to be run that the lab can: make prove. CI has
// an hour.
var whole = os.Getenv("MIGCHECK_PROVE") == "all"

// snapshotAgrees records both hosts and judges from the record.
func (p *proof) snapshotAgrees(t *testing.T) {
	p.must(t, "reset")
	p.must(t, "guests")
	dir := filepath.Join(t.TempDir(), "snap")
	if out, code := p.migcheck(t, "snapshot", "hostA", "hostB", "-d", dir); code != 0 {
		t.Fatalf("exit status %d: %s", code, out)
	}
	for _, guest := range []string{"guest1", "guest2"} {
		live, _ := p.migcheck(t, guest, "--from", "hostA", "--to", "hostB")
		recorded, _ := p.migcheck(t, guest, "--from", "hostA", "--to", "hostB", "--snapshot", dir)
		if !bytes.Equal(live, recorded) {
			t.Errorf("live:\n%s\nrecorded:\n%s", live, recorded)
		}
	}
}

func openLab(t *testing.T) *lab {
	t.Helper()
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

// do runs a verb of the lab.
func (l *lab) do(args ...string) ([]byte, error) { return l.feed("", args...) }

// feed runs a verb of the lab that reads from its standard input.
func (l *lab) feed(stdin string, args ...string) ([]byte, error) {
	cmd := exec.Command(l.script, args...)
	if stdin != "" {
		cmd.Stdin = strings.NewReader(stdin)
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("lab %s: %w\n%s%s", strings.Join(args, " "), err, out, &stderr)
	}
	return out, err
}

func (l *lab) must(t *testing.T, args ...string) []byte {
	t.Helper()
	out, err := l.do(args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// migcheck runs the program inside the lab's network.
func (l *lab) migcheck(t *testing.T, args ...string) (stdout []byte, code int) {
	t.Helper()
	words := append([]string{"in", l.binary}, args...)
	// A busy machine is no finding.
	words = append(words, "-F", l.env["LAB_SSH_CONFIG"], "--connect-timeout", "4m")
	cmd := exec.Command(l.script, words...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil && cmd.ProcessState == nil {
		t.Error(err)
		return nil, -1
	}
	if stderr.Len() > 0 {
		t.Logf("stderr: %s", &stderr)
	}
	return out, cmd.ProcessState.ExitCode()
}

// predict asks migcheck as one user and compares the verdict, the exit status
// and the rules that stand by themselves with what the table says.
func (l *lab) predict(t *testing.T, s *scenario, user string) verdict {
	d, code := l.ask(t, s, user)
	if d == nil {
		return verdict{level: "none"}
	}
	got := verdictIn(d)
	if want := s.expected(user); got.String() != want.String() {
		t.Errorf("as %s migcheck says %v, want %v\n%s", user, got, want, sentences(d))
	}
	if code != exitCodes[got.level] {
		t.Errorf("as %s: exit status %d for %s", user, code, got.level)
	}
	return got
}

// ask is what migcheck says to one user of a scenario's guest; nil if that can't
// be read, which is an error of the test.
func (l *lab) ask(t *testing.T, s *scenario, user string) (*preflight.Document, int) {
	from, to := "hostA", "hostB"
	if user != "root" {
		from, to = user+"@hostA", user+"@hostB"
	}
	args := []string{nameIn(s.xml(t)), "--from", from, "--to", to}
	if s.mapped != "" {
		args = append(args, "--map", s.mapped)
	}
	out, code := l.migcheck(t, append(args, "-o", "json")...)
	var d preflight.Document
	if err := json.Unmarshal(out, &d); err != nil || len(d.Reports) != 1 {
		t.Errorf("as %s: %v: %s", user, err, out)
		return nil, code
	}
	return &d, code
}

// verdictIn is a document's verdict with the rules that it comes from.
func verdictIn(d *preflight.Document) verdict {
	got := verdict{level: d.Verdict.String()}
	for _, f := range d.Reports[0].Findings {
		posture := rules.ByID(f.Rule).Posture && f.Level == preflight.Note
		if f.CausedBy == "" && f.Level == d.Verdict && f.Level > preflight.Ready && !posture && !slices.Contains(got.rules, f.Rule) {
			got.rules = append(got.rules, f.Rule)
		}
	}
	slices.Sort(got.rules)
	return got
}
