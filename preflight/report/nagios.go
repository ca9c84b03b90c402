package report

import (
	"fmt"
	"io"
	"strings"

	"migcheck/preflight"
	"migcheck/preflight/evacuate"
	"migcheck/preflight/fleet"
)

// State is what a monitoring plugin reports, and the exit status that it reports
// it with (monitoring-plugins.org, "Plugin Return Codes").
type State int

// The states of a plugin.
const (
	StateOK State = iota
	StateWarning
	StateCritical
	StateUnknown
)

var pluginWords = [...]string{"OK", "WARNING", "CRITICAL", "UNKNOWN"}

// String is the word that a plugin's first line has for it.
func (s State) String() string {
	if s < 0 || int(s) >= len(pluginWords) {
		return pluginWords[StateUnknown]
	}
	return pluginWords[s]
}

// stateOf is what a verdict is to a plugin; strict is as in Options.Strict.
func stateOf(l preflight.Level, strict bool) State {
	switch {
	case l == preflight.Undecided:
		return StateUnknown
	case l > preflight.Undecided, strict && l == preflight.Warning:
		return StateCritical
	case l == preflight.Warning:
		return StateWarning
	}
	return StateOK
}

// State is what a plugin that shows the report has to exit with: StateUnknown for
// kinds that have no format "nagios".
func (r *Report) State() State {
	switch d := r.document.(type) {
	case *preflight.Document:
		return pairsAlert(d).state
	case *fleet.Document:
		return fleetAlert(d).state
	case *evacuate.Document:
		return evacuationAlert(d).state
	}
	return StateUnknown
}

// The most of a plugin's output, and of the text in its first line: what the
// oldest readers take. The numbers behind it are never cut.
const (
	mostAlert    = 4096
	mostHeadline = 512
)

// alert is the output of a plugin.
type alert struct {
	state State
	text  string
	perf  []string
	long  []string
}

// counted adds a number. What is not to be more than 0 gives its state there.
func (a *alert) counted(label string, n int, above State) {
	limits := ";;"
	switch above {
	case StateWarning:
		limits = ";0;"
	case StateCritical:
		limits = ";;0"
	}
	a.perf = append(a.perf, fmt.Sprintf("%s=%d%s;0", label, n, limits))
}

// line adds a line behind the first.
func (a *alert) line(words ...string) { a.long = append(a.long, strings.Join(words, " ")) }

// heads puts what must be known before anything else in front.
func (a *alert) heads(all []remark) {
	for _, r := range all {
		if r.kind == remarkExample {
			a.text = r.text + ": " + a.text
		}
		a.line(r.text)
	}
}

// write puts it out: the state, what is wrong in a line with the numbers behind
// it, and then as many lines as there is room for.
func (a *alert) write(w io.Writer) error {
	var b strings.Builder
	head := shortened(forPlugin("MIGCHECK "+a.state.String()+" - "+a.text), mostHeadline)
	b.WriteString(head + " | " + strings.Join(a.perf, " ") + "\n")
	const rest = 40 // for the line that says how many were left out
	for i, l := range a.long {
		l = shortened(forPlugin(l), mostHeadline)
		if b.Len()+len(l)+1 > mostAlert-rest {
			fmt.Fprintf(&b, "and %d lines more\n", len(a.long)-i)
			break
		}
		b.WriteString(l + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// pluginEscapes are what means something to those who read a plugin's output: a
// bar begins numbers, a page may take the rest for HTML, and a command that
// notifies somebody for a part of itself.
var pluginEscapes = strings.NewReplacer("|", `\x7c`, "<", `\x3c`, "`", `\x60`, "$", `\x24`)

func forPlugin(s string) string { return pluginEscapes.Replace(Safe(noMarks.Replace(s))) }

// shortened is a text of so many bytes at most, cut between characters.
func shortened(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most-len("...")], "") + "..."
}

// Unanswered is what a plugin puts out that has no report to show, for a reason.
func Unanswered(w io.Writer, reason string) error {
	_, err := fmt.Fprintf(w, "MIGCHECK %s - %s\n", StateUnknown, shortened(forPlugin(reason), mostHeadline))
	return err
}
