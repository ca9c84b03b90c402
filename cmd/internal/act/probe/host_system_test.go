//go:build system

package probe_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"migcheck/cmd/internal/act/probe"
)

// built is the folder with the static program, once it was built.
var built string

func TestMain(m *testing.M) {
	code := m.Run()
	if built != "" {
		_ = os.RemoveAll(built)
	}
	os.Exit(code)
}

// static builds the static program, once.
func static(t testing.TB) string {
	t.Helper()
	if built == "" {
		dir, err := os.MkdirTemp("", "probe-built-")
		if err != nil {
			t.Fatal(err)
		}
		built = dir
		cmd := exec.Command("go", "build", "-trimpath", "-o", dir+"/migcheck", "migcheck/cmd/migcheck")
		cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("build: %v\n%s", err, out)
		}
	}
	return built + "/migcheck"
}

// start starts a script in the namespace: it is a probe.Starter.
func (s *space) start(ctx context.Context, script string, words ...string) (*probe.Program, error) {
	return s.startCommand(ctx, append([]string{"/bin/sh", "-c", script, "sh"}, words...))
}

func (s *space) startCommand(ctx context.Context, argv []string) (*probe.Program, error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	errs := &bytes.Buffer{}
	cmd.Stderr = errs
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	var err3 error
	s.in(func() { err3 = cmd.Start() })
	return &probe.Program{
		In: in, Out: out, Kill: func() { _ = cmd.Process.Kill() },
		Wait: func() (int, []byte, error) {
			err := cmd.Wait()
			if _, ended := errors.AsType[*exec.ExitError](err); ended {
				err = nil
			}
			return cmd.ProcessState.ExitCode(), errs.Bytes(), err
		},
	}, errors.Join(err1, err2, err3)
}

// sum is the SHA-256 of a text.
func sum(text []byte) string {
	s := sha256.Sum256(text)
	return hex.EncodeToString(s[:])
}

// files are what stands where a pushed program would.
func files(t testing.TB) string {
	t.Helper()
	var all []string
	for _, dir := range []string{"/run", "/dev/shm", "/var/tmp"} {
		left, err := filepath.Glob(dir + "/migcheck-*")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range left { // what has no random name is the lab's
			if len(filepath.Base(name)) > len("migcheck-")+20 {
				all = append(all, name)
			}
		}
	}
	return strings.Join(all, "\n")
}

// whereabouts is a device as it is now.
func whereabouts(t testing.TB, s *space, host, device string) probe.At {
	t.Helper()
	at := probe.At{Host: host, Name: device}
	s.in(func() {
		i, err := net.InterfaceByName(device)
		if err != nil {
			t.Error(err)
			return
		}
		at.Index, at.MAC = i.Index, i.HardwareAddr.String()
	})
	return at
}
