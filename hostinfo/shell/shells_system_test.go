//go:build system

package shell

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Every shell that may be somebody's login shell reads a quoted word back.
func TestShellsReadWhatIsQuoted(t *testing.T) {
	words := []string{
		"x; reboot", "it's", "", `a\b`, `\\`, `\'`, "wow!", "!!", "!$", "^a^b", "$HOME", "`id`", "$(id)", "*", "?", "[a-z]", "{a,b}",
		"~", "~root", "a=b", "#c", "%1", "@x", "-n", "a|b", "a&b", "a>b", "a<b", `"`, "tab\there", "Grüße", "a\u202eb", " ", "(id)", "\x01", "\\n", "a^b", "..",
	}
	for _, shell := range []string{"sh", "bash", "csh", "fish"} {
		var b strings.Builder
		for _, w := range words {
			b.WriteString("printf '%s|' " + Quote(w) + "; ")
		}
		out, err := exec.Command(shell, "-c", b.String()).CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v: %s", shell, err, out)
			continue
		}
		got := strings.Split(string(out), "|")
		want := strings.Split(strings.Join(words, "|")+"|", "|")
		if !slices.Equal(got, want) {
			t.Errorf("%s read %q, want %q", shell, got, want)
		}
	}
}
