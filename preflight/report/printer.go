package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"migcheck/preflight"
)

// printer writes lines, wrapped and made safe for terminals. The first error
// stays.
type printer struct {
	w   io.Writer
	o   Options
	err error
}

// Marks around styled words: private-use characters that Safe leaves alone
// and that only the printer turns into escape sequences, so that no text from a
// host can make one.
const (
	markEnd    = "\uf8f0"
	markBold   = "\uf8f1"
	markRed    = "\uf8f2"
	markYellow = "\uf8f3"
	markGreen  = "\uf8f4"
	markDim    = "\uf8f5"
)

var escapes = strings.NewReplacer(markEnd, "\x1b[0m", markBold, "\x1b[1m", markRed, "\x1b[1;31m",
	markYellow, "\x1b[1;33m", markGreen, "\x1b[1;32m", markDim, "\x1b[2m")

var noMarks = strings.NewReplacer(markEnd, "", markBold, "", markRed, "", markYellow, "", markGreen, "", markDim, "")

// unmark takes marks out of a document that came from outside.
func unmark[T any](d *T) error {
	b, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("read the report: %w", err)
	}
	clean := noMarks.Replace(string(b))
	if clean == string(b) {
		return nil
	}
	*d = *new(T)
	return json.Unmarshal([]byte(clean), d)
}

func (p *printer) bold(s string) string { return markBold + noMarks.Replace(s) + markEnd }

// color marks a word by the weight of a level; the word itself says it too.
func (p *printer) color(l preflight.Level, s string) string {
	mark := markGreen
	switch l {
	case preflight.Note:
		mark = markDim
	case preflight.Warning, preflight.Undecided:
		mark = markYellow
	case preflight.Blocked:
		mark = markRed
	}
	return mark + noMarks.Replace(s) + markEnd
}

// line writes one line, however long: commands and names must stay whole.
func (p *printer) line(indent int, s string) {
	if p.err != nil {
		return
	}
	s = strings.TrimRight(Safe(s), " ")
	if s != "" {
		s = strings.Repeat(" ", indent) + s
	}
	if p.o.Color {
		s = escapes.Replace(s)
	} else {
		s = noMarks.Replace(s)
	}
	_, p.err = io.WriteString(p.w, s+"\n")
}

// wrap writes a paragraph, its first line at one indent and the others at
// another, broken at spaces.
func (p *printer) wrap(first, rest int, s string) {
	indent, line := first, ""
	for i, word := range strings.Split(Safe(s), " ") {
		if i == 0 {
			line = word
			continue
		}
		if p.o.Width > 0 && indent+columns(line)+1+columns(word) > p.o.Width && strings.TrimSpace(line) != "" {
			p.line(indent, line)
			indent, line = rest, word
			continue
		}
		line += " " + word
	}
	p.line(indent, line)
}

// columns is about how wide a text is on a terminal.
func columns(s string) int { return utf8.RuneCountInString(noMarks.Replace(s)) }

func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
}
