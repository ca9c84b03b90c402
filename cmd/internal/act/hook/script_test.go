package hook

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestScript runs the script with a program in the place of migcheck that does
// as it is told. libvirt kills running guests whose hook fails at reconnect, so
// whatever has become of the program, other operations are left alone.
func TestScript(t *testing.T) {
	const noisy = "#!/bin/sh\necho noise\necho \"$@\" >&2\n"
	crash := "the fail mode is "
	for _, tc := range []struct {
		name, program, settings string
		args                    []string
		status                  int
		stderr                  string
	}{
		{"lets it come", noisy + "exit 0", "", begin, 0, "hook run guest1 migrate begin -\n"},
		{"refuses", noisy + "exit 1", "", begin, 1, "hook run guest1 migrate begin -\n"},
		{"blanks in a name", noisy + "exit 1", "", []string{"a  b $(id)", "migrate", "begin", "-"}, 1, "hook run a  b $(id) migrate begin -\n"},
		{"crash, no settings", "#!/bin/sh\nexit 2", "", begin, 0, ""},
		{"crash, open", "#!/bin/sh\nexit 2", "fail: open\n", begin, 0, ""},
		{"crash, closed", "#!/bin/sh\nexit 2", "# fail: open\nfail: closed\n", begin, 1, "status 2; " + crash + "closed"},
		{"crash, killed, closed", "#!/bin/sh\nkill -9 $$", "fail: closed # for now\nwaivers: []", begin, 1, "status 137; " + crash + "closed"},
		{"crash, no program, closed", "", "fail: closed\n", begin, 1, "status 127; " + crash + "closed"},
		{"crash, no program, open", "", "", begin, 0, ""},
		{"start", noisy + "exit 1", "fail: closed\n", []string{"guest1", "start", "begin", "-"}, 0, ""},
		{"reconnect", noisy + "exit 1", "fail: closed\n", []string{"guest1", "reconnect", "begin", "-"}, 0, ""},
		{"reconnect without a program", "", "fail: closed\n", []string{"guest1", "reconnect", "begin", "-"}, 0, ""},
		{"release", noisy + "exit 1", "", []string{"guest1", "release", "end", "migrated"}, 0, ""},
		{"guest named like an operation", noisy + "exit 1", "", []string{"migrate begin", "prepare", "begin", "-"}, 0, ""},
		{"proof", noisy + "exit 0", "", []string{proofName, "prepare", "begin", "-"}, 1, proofWords + "\n"},
		{"proof, released", noisy + "exit 1", "", []string{proofName, "release", "end", "failed"}, 0, ""},
		{"almost the proof", noisy + "exit 1", "", []string{proofName + "2", "prepare", "begin", "-"}, 0, ""},
		{"no arguments", noisy + "exit 1", "", nil, 0, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			text := string(Site{}.script(nil))
			for _, p := range []string{binaryPath, settingsPath, beatPath} {
				text = strings.ReplaceAll(text, p, filepath.Join(dir, filepath.Base(p)))
			}
			script := filepath.Join(dir, "script")
			executable(t, script, text)
			if tc.program != "" {
				executable(t, filepath.Join(dir, "migcheck"), tc.program)
			}
			if tc.settings != "" {
				writeFile(t, filepath.Join(dir, "hook.yaml"), tc.settings)
			}
			executable(t, filepath.Join(dir, "logger"), "#!/bin/sh\necho \"$@\" >"+filepath.Join(dir, "logged"))
			cmd := exec.Command(script, tc.args...)
			cmd.Env = []string{"PATH=" + dir + ":" + os.Getenv("PATH")}
			stdout, stderr, status := outcome(t, cmd, strings.NewReader("<domain/>"))
			if crashed, logged := strings.HasPrefix(tc.name, "crash"), firstLine(filepath.Join(dir, "logged")); crashed != strings.Contains(logged, crash) {
				t.Errorf("the log has %q", logged)
			}
			if stdout != "" || status != tc.status || !strings.Contains(stderr, tc.stderr) || tc.stderr == "" && status == 0 && strings.Contains(stderr, "fail mode") {
				t.Errorf("status %d, stdout %q, stderr %q", status, stdout, stderr)
			}
			if beat := firstLine(filepath.Join(dir, "migcheck-hook")); beat != fmt.Sprint(os.Getpid()) {
				t.Errorf("it was run by %q, not %d", beat, os.Getpid())
			}
		})
	}
}

// TestScriptWithoutRun: where nothing can be noted down, the answer is the same.
func TestScriptWithoutRun(t *testing.T) {
	text := strings.ReplaceAll(string(Site{}.script(nil)), beatPath, "/nowhere/at/all")
	script := filepath.Join(t.TempDir(), "script")
	executable(t, script, text)
	if stdout, stderr, status := outcome(t, exec.Command(script, "guest1", "reconnect", "begin", "-"), nil); stdout+stderr != "" || status != 0 {
		t.Errorf("status %d, stdout %q, stderr %q", status, stdout, stderr)
	}
}

func TestScriptText(t *testing.T) {
	made := []string{"/etc/migcheck", "/etc/libvirt/hooks/qemu.d"}
	text := Site{}.script(made)
	if !isOurScript(text) || !slices.Equal(madeDirs(text), made) || strings.Contains(string(text), "@m") {
		t.Errorf("the script is not as it should be:\n%s", text)
	}
	if madeDirs(Site{}.script(nil)) != nil {
		t.Error("nothing was made, and the script says so")
	}
	if isOurScript([]byte("#!/bin/sh\n# my own hook\n")) || isOurScript(nil) {
		t.Error("somebody's script was taken for ours")
	}
}

func executable(t testing.TB, name, text string) {
	t.Helper()
	writeFile(t, name, text)
	if err := os.Chmod(name, 0o755); err != nil {
		t.Fatal(err)
	}
}
