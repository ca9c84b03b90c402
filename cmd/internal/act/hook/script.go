package hook

import (
	_ "embed"
	"strings"
)

//go:embed hook.sh
var scriptText string

const (
	// proofName is a guest that nobody has: the script refuses to let it start,
	// with proofWords, so that a look at a daemon's answer says whether it runs
	// the hook.
	proofName  = "migcheck-hook-proof"
	proofWords = "the migcheck hook is here"
	// scriptMark is by which our script is told from others.
	scriptMark = "# The migcheck hook: "
	// madeMark heads the lines that name the directories that were made for it.
	madeMark = "# made: "
)

// script is the shell script of a site. It says itself which directories were
// made for the hook, so that nothing else needs to be kept.
func (s Site) script(made []string) []byte {
	var lines []string
	for _, d := range made {
		lines = append(lines, madeMark+d)
	}
	text := strings.Replace(scriptText, "@made@\n", strings.Join(append(lines, ""), "\n"), 1)
	return []byte(strings.NewReplacer(
		"@link@", linkPath, "@binary@", binaryPath, "@settings@", settingsPath, "@beat@", beatPath,
		"@proof@", proofName, "@proofWords@", proofWords,
	).Replace(text))
}

// madeDirs are the directories that a script of ours names as made for it.
func madeDirs(script []byte) []string {
	var out []string
	for line := range strings.Lines(string(script)) {
		if dir, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), madeMark); ok {
			out = append(out, dir)
		}
	}
	return out
}

func isOurScript(content []byte) bool {
	_, rest, _ := strings.Cut(string(content), "\n")
	return strings.HasPrefix(rest, scriptMark)
}
