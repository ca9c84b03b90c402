//go:build system

package probe_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"migcheck/cmd/internal/act/probe"
	core "migcheck/hostinfo/probe"
)

// among starts scripts behind other words: those that make a mount namespace.
func (s *space) among(before ...string) probe.Starter {
	return func(ctx context.Context, script string, words ...string) (*probe.Program, error) {
		const nested = `s=$1; shift; exec /bin/sh -c "$s" sh "$@"`
		argv := append(append([]string{}, before...), "/bin/sh", "-c", nested, "sh", script)
		return s.startCommand(ctx, append(argv, words...))
	}
}

func mounted(script string) []string {
	return []string{"unshare", "--mount", "sh", "-c", "set -e; " + script + `; exec "$@"`, "sh"}
}

const noexec = "mount -t tmpfs -o noexec t "

// TestPush brings the program to a host that has none, and to hosts that do not
// let it be run.
func TestPush(t *testing.T) {
	s := newSpace(t)
	s.ip(t, "link add eth1 type veth peer name eth2")
	s.ip(t, "link set eth1 up")
	s.ip(t, "link set eth2 up")
	build, err := probe.FindBuild(static(t), machine(t))
	if err != nil {
		t.Fatal(err)
	}
	bad := *build
	bad.Content = bytes.Clone(build.Content)
	bad.Content[len(bad.Content)/2] ^= 1
	text := probe.Build{Content: []byte("no program\n")}
	text.Digest = sum(text.Content)
	for _, c := range []struct {
		name  string
		start probe.Starter
		build *probe.Build
		want  string // of the error; empty: it runs
	}{
		{"pushed", s.start, build, ""},
		{"a login shell that talks", s.among("sh", "-c", `echo Welcome; echo; exec "$@"`, "sh"), build, ""},
		{"run is noexec", s.among(mounted(noexec + "/run")...), build, ""},
		{"nothing is executable", s.among(mounted(noexec + "/run; " + noexec + "/dev/shm; " + noexec + "/var/tmp")...), build, "/run is mounted noexec; /dev/shm is mounted noexec; /var/tmp is mounted noexec"},
		{"nothing is writable", s.among(mounted("mount -t tmpfs -o ro t /run; mount -t tmpfs -o ro t /dev/shm; mount -t tmpfs -o ro t /var/tmp")...), build, "/run can not be written"},
		{"damaged on the way", s.start, &bad, "what arrived is not what was sent"},
		{"no program", s.start, &text, "it may not be run from /run"},
		{"none brought", s.start, nil, "--push"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := s.traces(t)
			end, err := probe.Start(t.Context(), "hostA", c.start, probe.Ways{Build: c.build})
			switch {
			case c.want == "" && err != nil:
				t.Fatal(err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Fatalf("%v, want %q", err, c.want)
			}
			if err == nil {
				o := core.Order{Device: "eth1", Direction: core.There, Peer: "02:00:00:00:00:01"}
				o.SetRun(core.RunID{1}, core.Key{1})
				if err := end.Open(t.Context(), o); err != nil {
					t.Error(err)
				}
				if left := files(t); left != "" {
					t.Errorf("while it runs there is %s", left)
				}
				end.Close()
			}
			s.unchanged(t, before)
		})
	}
	if none := errors.Is(noProgram(t, s), probe.ErrNoProgram); !none {
		t.Error("what is missing is not told")
	}
}

func noProgram(t *testing.T, s *space) error {
	_, err := probe.Start(t.Context(), "hostA", s.start, probe.Ways{})
	return err
}

// TestNoRights: a user who is nobody and has no sudo is told so.
func TestNoRights(t *testing.T) {
	s := newSpace(t)
	for _, path := range []string{"/usr/bin:/bin", t.TempDir()} {
		start := s.among("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", "PATH="+path)
		if path != "/usr/bin:/bin" { // without sudo
			start = s.among("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/env", "PATH="+path)
		}
		_, err := probe.Start(t.Context(), "hostA", start, probe.Ways{})
		if err == nil || !strings.Contains(err.Error(), "send frames from hostA") {
			t.Errorf("with PATH=%s: %v", path, err)
		}
		t.Log(err)
	}
}

// TestKilled ends the program at each step, in ways that leave it no time to
// clean up, and looks at what is left.
func TestKilled(t *testing.T) {
	s := newSpace(t)
	s.ip(t, "link add eth1 type veth peer name eth2")
	s.ip(t, "link set eth1 up")
	build, err := probe.FindBuild(static(t), machine(t))
	if err != nil {
		t.Fatal(err)
	}
	before := s.traces(t)
	kill := func(v *victim) { _ = unix.Kill(-v.cmd.Process.Pid, unix.SIGKILL) }
	hangUp := func(v *victim) { _ = v.in.Close() }
	for _, end := range []struct {
		name string
		how  func(*victim)
	}{{"killed", kill}, {"hung up", hangUp}} {
		for _, part := range []int{0, 1, len(build.Content) / 2, len(build.Content) - 1} {
			t.Run(end.name+" after "+strconv.Itoa(part)+" bytes", func(t *testing.T) {
				v := s.victim(t, probe.Ways{Build: build})
				v.until("send")
				if _, err := v.in.Write(build.Content[:part]); err != nil {
					t.Fatal(err)
				}
				end.how(v)
				v.gone()
				s.unchanged(t, before)
			})
		}
		t.Run(end.name+" with the device open", func(t *testing.T) {
			v := s.victim(t, probe.Ways{Build: build})
			v.until("send")
			_, _ = v.in.Write(build.Content)
			v.until("go")
			_, _ = io.WriteString(v.in, `{"do":"open","device":"eth1","direction":1,"peer":"02:00:00:00:00:01","run":"0011223344556677","key":"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"}`+"\n")
			v.until(`"mac"`)
			if during := s.traces(t); during == before {
				t.Error("its socket is not seen, so that nothing would be seen of what it leaves")
			}
			end.how(v)
			v.gone()
			s.unchanged(t, before)
		})
	}
}

// victim is the script, driven by hand.
type victim struct {
	t   *testing.T
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func (s *space) victim(t *testing.T, by probe.Ways) *victim {
	t.Helper()
	script, words := by.StartScript("marker")
	cmd := exec.Command("/bin/sh", append([]string{"-c", script, "sh"}, words...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	var err3 error
	s.in(func() { err3 = cmd.Start() })
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	return &victim{t: t, cmd: cmd, in: in, out: bufio.NewReader(out)}
}

// until reads lines until one has a word.
func (v *victim) until(word string) {
	v.t.Helper()
	for {
		line, err := v.out.ReadString('\n')
		if err != nil {
			v.t.Fatalf("it ended before it said %q: %v", word, err)
		}
		if strings.Contains(line, word) {
			return
		}
	}
}

// gone waits for the end of all that it started: its output is closed then.
func (v *victim) gone() {
	_, _ = io.Copy(io.Discard, v.out)
	_ = v.cmd.Wait()
}

func machine(t *testing.T) string {
	t.Helper()
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		t.Fatal(err)
	}
	return unix.ByteSliceToString(u.Machine[:])
}

// TestFindBuild: only a static program for that architecture is brought.
func TestFindBuild(t *testing.T) {
	exe := static(t)
	for arch, want := range map[string]string{machine(t): "", "s390x": "no static migcheck for s390x", "vax": `"vax"`} {
		b, err := probe.FindBuild(exe, arch)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", arch, err)
		}
		if err == nil && len(b.Content) == 0 {
			t.Errorf("%s: it is empty", arch)
		}
	}
	if _, err := probe.FindBuild("/bin/sh", machine(t)); err == nil {
		t.Error("a shell was taken for migcheck")
	}
}
