//go:build system

package nightly

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// removeEnv makes the test program remove the timer from this machine, as it is
// in a mount namespace of the test's.
const removeEnv = "MIGCHECK_TEST_REMOVE"

func init() {
	if os.Getenv(removeEnv) == "" {
		return
	}
	p, err := Site("").Remove()
	if err == nil {
		err = p.Apply()
	}
	if err != nil {
		os.Stderr.WriteString(err.Error())
		os.Exit(1)
	}
	os.Exit(0)
}

// TestRemoveEndsARun: what is said to systemd, and when. A run in progress ends
// once no other can begin, and before its unit is gone, by which it is known.
func TestRemoveEndsARun(t *testing.T) {
	for _, c := range []struct {
		name  string
		files []string
		want  string
	}{
		{"installed", []string{ServicePath, TimerPath}, "disable --now migcheck-fleet.timer; service there|stop migcheck-fleet.service; service there|daemon-reload; service gone|reset-failed migcheck-fleet.*; service gone"},
		{"the service alone", []string{ServicePath}, "stop migcheck-fleet.service; service there|daemon-reload; service gone|reset-failed migcheck-fleet.*; service gone"},
		{"the timer alone", []string{TimerPath}, "disable --now migcheck-fleet.timer; service gone|daemon-reload; service gone|reset-failed migcheck-fleet.*; service gone"},
		{"nothing", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			units, bin, log := filepath.Join(dir, "units"), filepath.Join(dir, "bin"), filepath.Join(dir, "log")
			for _, d := range []string{units, bin} {
				if err := os.Mkdir(d, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			for _, f := range c.files {
				if err := os.WriteFile(filepath.Join(units, filepath.Base(f)), []byte(mark), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			stub := "#!/bin/sh\nif [ -e " + ServicePath + " ]; then s=there; else s=gone; fi\necho \"$*; service $s\" >>" + log + "\n"
			if err := os.WriteFile(filepath.Join(bin, "systemctl"), []byte(stub), 0o755); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("unshare", "--mount", "--propagation", "private", "sh", "-ec",
				`mkdir -p `+filepath.Dir(ServicePath)+`; mount --bind "$1" `+filepath.Dir(ServicePath)+`; exec "$2"`, "sh", units, os.Args[0])
			cmd.Env = append(os.Environ(), removeEnv+"=1", "PATH="+bin+":"+os.Getenv("PATH"))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			raw, err := os.ReadFile(log)
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			if got := strings.ReplaceAll(strings.TrimSpace(string(raw)), "\n", "|"); got != c.want {
				t.Errorf("systemd was told %q, want %q", got, c.want)
			}
			if left, err := os.ReadDir(units); err != nil || len(left) > 0 {
				t.Errorf("left: %v, %v", left, err)
			}
		})
	}
}
