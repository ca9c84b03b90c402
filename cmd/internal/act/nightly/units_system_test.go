//go:build system

package nightly

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// TestSystemdTakesTheUnits: systemd itself finds nothing wrong with them, reads
// the calendar event, and calls the service's exposure low.
func TestSystemdTakesTheUnits(t *testing.T) {
	dir := t.TempDir()
	service, timer := filepath.Join(dir, "migcheck-fleet.service"), filepath.Join(dir, "migcheck-fleet.timer")
	for name, content := range map[string][]byte{service: job.Service(), timer: job.Timer()} {
		if err := os.WriteFile(name, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("systemd-analyze", "verify", "--man=no", service, timer).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("verify: %v\n%s", err, out)
	}
	out, err := exec.Command("systemd-analyze", "security", "--offline=true", "--no-pager", service).CombinedOutput()
	if err != nil {
		t.Fatalf("security: %v\n%s", err, out)
	}
	m := regexp.MustCompile(`Overall exposure level for \S+: ([0-9.]+)`).FindSubmatch(out)
	if m == nil {
		t.Fatalf("no exposure in\n%s", out)
	}
	if level, err := strconv.ParseFloat(string(m[1]), 64); err != nil || level > 1.5 {
		t.Errorf("the exposure is %s", m[1])
	}
	t.Logf("exposure %s", m[1])
}
