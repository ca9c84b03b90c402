// Package shell quotes words for shells on other machines. Every word that
// leaves this program for a shell passes Quote. What to run does not belong
// here.
package shell

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Quote returns word such that a shell reads it back as that one word. POSIX
// shells, csh, tcsh and fish agree on the result: a login shell may be any of
// them, so backslashes (special to fish inside quotes) and exclamation marks
// (special to csh everywhere) stand outside the quotes. Only a newline, which
// csh takes in no quotes, needs a POSIX shell; see [Quotable].
func Quote(word string) string {
	if word == "" {
		return "''"
	}
	if strings.IndexFunc(word, special) < 0 {
		return word
	}
	var b strings.Builder
	quoted := false
	for i := 0; i < len(word); i++ {
		c := word[i]
		outside := c == '\'' || c == '\\' || c == '!'
		if quoted == outside {
			b.WriteByte('\'')
			quoted = !quoted
		}
		if outside {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	if quoted {
		b.WriteByte('\'')
	}
	return b.String()
}

// special says whether a character of a word asks for quotes.
func special(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		return false
	}
	return !strings.ContainsRune("@%_+:,./-", r)
}

// Join quotes each word and puts spaces between them: a command line.
func Join(words ...string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = Quote(w)
	}
	return strings.Join(quoted, " ")
}

// Quotable says whether name may appear in a command that a person will read
// and paste: valid UTF-8, and no control, format (bidirectional overrides) or
// other unprintable characters. It is false for the empty name.
func Quotable(name string) bool {
	if name == "" || !utf8.ValidString(name) {
		return false
	}
	return strings.IndexFunc(name, func(r rune) bool {
		return r == utf8.RuneError || !unicode.IsGraphic(r) || r != ' ' && unicode.IsSpace(r)
	}) < 0
}

// Split reads a command line as a POSIX shell splits it into words: blanks
// separate, quotes and backslashes protect. Nothing is expanded; a variable, a
// glob or an operator is an ordinary character. It undoes Join. The error says
// which quote was left open.
func Split(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	open := false // a word has begun, be it empty
	flush := func() {
		if open {
			words = append(words, word.String())
			word.Reset()
			open = false
		}
	}
	for i := 0; i < len(line); i++ {
		switch c := line[i]; c {
		case ' ', '\t', '\n':
			flush()
		case '\'':
			n := strings.IndexByte(line[i+1:], '\'')
			if n < 0 {
				return nil, errors.New("a single quote is not closed")
			}
			open = true
			word.WriteString(line[i+1 : i+1+n])
			i += n + 1
		case '"':
			n := doubleQuoted(line[i+1:], &word)
			if n < 0 {
				return nil, errors.New("a double quote is not closed")
			}
			open = true
			i += n + 1
		case '\\':
			if i+1 == len(line) {
				return nil, errors.New("a backslash ends the line")
			}
			i++
			if line[i] != '\n' { // backslash and newline join two lines
				open = true
				word.WriteByte(line[i])
			}
		default:
			open = true
			word.WriteByte(c)
		}
	}
	flush()
	return words, nil
}

// doubleQuoted writes what stands before the closing double quote and returns
// that quote's place, or -1 if there is none.
func doubleQuoted(s string, word *strings.Builder) int {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return i
		case c == '\\' && i+1 < len(s) && strings.IndexByte("$`\"\\\n", s[i+1]) >= 0:
			i++
			if s[i] != '\n' {
				word.WriteByte(s[i])
			}
		default:
			word.WriteByte(c)
		}
	}
	return -1
}
