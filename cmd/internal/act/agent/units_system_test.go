//go:build system

package agent

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// What systemd itself says of the units: nothing is wrong with them, and the
// service is exposed to little.
func TestUnits(t *testing.T) {
	s, _ := image(t)
	install(t, s, true)
	must(t, os.MkdirAll(s.path("/usr/lib/systemd"), 0o755))
	if out, err := exec.Command("cp", "-a", "/lib/systemd/system", s.path("/usr/lib/systemd/system")).CombinedOutput(); err != nil {
		t.Fatalf("copy systemd's own units: %v: %s", err, out)
	}
	analyze := func(args ...string) string {
		out, err := exec.Command("systemd-analyze", append(args, "--root="+s.Root)...).CombinedOutput()
		if err != nil {
			t.Errorf("systemd-analyze %s: %v: %s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	for line := range strings.Lines(analyze("verify", "--man=no", s.path(socketPath), s.path(servicePath), s.path(probeSocketPath), s.path(probeServicePath))) {
		if strings.Contains(line, "migcheck") {
			t.Errorf("verify: %s", line)
		}
	}
	for unit, most := range map[string]float64{serviceUnit: 1.5, "migcheck-probe@.service": 1.5} {
		said := analyze("security", "--offline=true", "--no-pager", unit)
		found := regexp.MustCompile(`Overall exposure level for \S+: ([0-9.]+)`).FindStringSubmatch(said)
		if found == nil {
			t.Fatalf("no exposure level in:\n%s", said)
		}
		if level, err := strconv.ParseFloat(found[1], 64); err != nil || level > most {
			t.Errorf("exposure level %v: %s", level, said)
		}
		t.Logf("%s: exposure level %s", unit, found[1])
	}
}

// The script that takes a program in, where the program is cut or another: it
// says so, and nothing is left behind.
func TestPushRefused(t *testing.T) {
	work := t.TempDir()
	cmd := exec.Command("unshare", "--mount", "/bin/sh", "-c", `mount -t tmpfs tmpfs /usr/libexec && /bin/sh -c "$@"; s=$?; ls -A /usr/libexec; exit $s`,
		"sh", pushScript, "sh", strings.Repeat("0", 64))
	cmd.Dir, cmd.Stdin = work, strings.NewReader("half a program")
	out, err := cmd.CombinedOutput()
	if err == nil || string(out) != "the program did not arrive as it was sent\n" {
		t.Errorf("%v: %q", err, out)
	}
}
