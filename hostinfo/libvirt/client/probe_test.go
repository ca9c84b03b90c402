//go:build system && cgo && libvirt_dlopen

package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"migcheck/hostinfo"
)

// probed is what another process, which sees the machine differently, read.
type probed struct {
	Host  hostinfo.Host
	Guest hostinfo.Guest
	// Err and Hint are of Open; NoClient says whether Err is ErrNoClient.
	Err, Hint string
	NoClient  bool
}

func TestMain(m *testing.M) {
	if ref, ok := os.LookupEnv("MIGCHECK_TEST_PROBE"); ok {
		if err := json.NewEncoder(os.Stdout).Encode(probe(ref)); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func probe(ref string) (p probed) {
	ctx := context.Background()
	c, err := Open(ctx, Options{})
	if err != nil {
		p.Err, p.NoClient = err.Error(), errors.Is(err, ErrNoClient)
		var open *OpenError
		if errors.As(err, &open) {
			p.Hint = open.Hint()
		}
		return p
	}
	defer c.Close()
	c.Facts(ctx, &p.Host)
	g, err := c.Guest(ctx, ref)
	if err != nil {
		p.Err = err.Error()
		return p
	}
	p.Guest = *g
	return p
}

// probeUnder runs probe in a process that the given command starts. It must
// say nothing on stderr, and neither must libvirt.
func probeUnder(t *testing.T, ref string, command ...string) probed {
	t.Helper()
	// The test binary's directory is closed to other users.
	dir, err := os.MkdirTemp("", "migcheck-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	bin := filepath.Join(dir, "probe")
	self, err := os.ReadFile("/proc/self/exe")
	if err == nil {
		err = os.WriteFile(bin, self, 0o755)
	}
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(command[0], append(command[1:], bin)...)
	cmd.Env = []string{"MIGCHECK_TEST_PROBE=" + ref, "PATH=" + os.Getenv("PATH"), "HOME=/nonexistent"}
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil || complaints.Len() > 0 {
		t.Fatalf("%s: %v: %s", cmd, err, &complaints)
	}
	var p probed
	if err := json.Unmarshal(out.Bytes(), &p); err != nil {
		t.Fatalf("%v: %s", err, &out)
	}
	return p
}

// asNobody asks for a guest as an unprivileged user of the daemon's machine,
// through the sockets that libvirt finds by itself there.
func (d *libvirtd) asNobody(t *testing.T, ref string) probed {
	t.Helper()
	return probeUnder(t, ref, "nsenter", "-t", fmt.Sprint(d.pid), "-m", "-n", "-p",
		"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")
}

// A machine without libvirt's library starts the program and is told what to
// install.
func TestWithoutLibrary(t *testing.T) {
	p := probeUnder(t, "web1", "unshare", "-m", "bash", "-euc", `
		for lib in /usr/lib/*/libvirt*.so.0; do mount --bind /dev/null "$lib"; done
		exec "$0"`)
	if !p.NoClient || !strings.Contains(p.Err, "Failed to open libvirt.so.0") || !strings.Contains(p.Hint, "libvirt0") {
		t.Errorf("%+v", p)
	}
}
