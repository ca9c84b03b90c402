package iproute

import (
	"bytes"
	"fmt"
	"strings"
)

// maxSections bounds how many sections are kept; the script prints 16 at
// most.
const maxSections = 32

// section is what one command of the script printed.
type section struct {
	body   []byte
	stderr []byte // at most 2,000 bytes, after the end line
	status string // its exit status; empty if the end line never came
}

// answer is the script's output, taken apart.
type answer struct {
	sections map[string]section // the last of each name
	done     bool               // the last line came
	size     int
}

// split finds the sections in output. Everything before the first marker and
// every line that does not follow the script's form is passed over: login
// shells print banners, and a section may hold anything.
func split(output []byte, marker string) answer {
	a := answer{sections: map[string]section{}, size: len(output)}
	mark := []byte("\n" + clean(marker) + " ")
	if len(mark) == 2 {
		return a
	}
	next := bytes.Index(output, mark)
	open := ""
	for next >= 0 && len(a.sections) < maxSections {
		line, rest, _ := bytes.Cut(output[next+len(mark):], []byte{'\n'})
		words := strings.Fields(string(line[:min(len(line), 100)]))
		next = bytes.Index(rest, mark)
		text := rest
		if next >= 0 {
			text = rest[:next]
		}
		switch {
		case len(words) == 2 && words[0] == "begin":
			open = words[1]
			a.sections[open] = section{body: text}
		case len(words) == 3 && words[0] == "end" && words[1] == open:
			s := a.sections[open]
			s.status, s.stderr = words[2], bytes.TrimSpace(text[:min(len(text), 2000)])
			a.sections[open] = s
		case len(words) == 1 && words[0] == "done":
			a.done = true
		}
		output = rest
	}
	return a
}

// why says in a gap's words what became of a section that gave no facts: what
// its command answered, or that the answer ended before it.
func (a *answer) why(name, command string) string {
	s, ok := a.sections[name]
	switch {
	case !ok && a.done:
		return command + ": not asked"
	case !ok || s.status == "" && !a.done:
		return fmt.Sprintf("%s: the host's answer was cut after %d bytes", command, a.size)
	case s.status == "":
		return command + ": its answer has no end"
	}
	reason := command
	if s.status != "0" {
		reason += ": exit status " + quiet([]byte(s.status))
	}
	if words := quiet(s.stderr); words != "" {
		reason += ": " + words
	}
	return reason
}

// quiet makes one line of at most 300 bytes of valid UTF-8 of what a host
// printed.
func quiet(b []byte) string {
	line := strings.Join(strings.Fields(string(b[:min(len(b), 300)])), " ")
	return strings.ToValidUTF8(line, "?")
}
