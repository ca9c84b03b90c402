package report

import (
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// JSON is an encoder for what may end on a terminal: in its strings characters that
// do something else than to be seen are escapes, which mean the same to programs.
// HTML's characters stay as they are.
func JSON(w io.Writer) *json.Encoder {
	e := json.NewEncoder(escaped{w})
	e.SetEscapeHTML(false)
	return e
}

// escaped passes JSON on with its hidden characters as escapes. Each Write must end
// with a whole character, as an encoder's does.
type escaped struct{ w io.Writer }

// Write says that all of p was written, or the first error.
func (v escaped) Write(p []byte) (int, error) {
	done := 0
	for i := 0; i < len(p); {
		if p[i] < 0x7f { // those below a space are escapes already, or between values
			i++
			continue
		}
		r, size := utf8.DecodeRune(p[i:])
		if hidden(r) {
			if _, err := fmt.Fprintf(v.w, "%s%s", p[done:i], escape(r)); err != nil {
				return done, err
			}
			done = i + size
		}
		i += size
	}
	if _, err := v.w.Write(p[done:]); err != nil {
		return done, err
	}
	return len(p), nil
}

// escape is a character as JSON writes it in ASCII.
func escape(r rune) string {
	if a, b := utf16.EncodeRune(r); a != utf8.RuneError {
		return fmt.Sprintf(`\u%04x\u%04x`, a, b)
	}
	return fmt.Sprintf(`\u%04x`, r)
}
