package iproute

import (
	"bytes"
	"math"
	"unicode/utf16"
	"unicode/utf8"

	"migcheck/hostinfo"
)

// scanner walks over JSON as iproute2 prints it, without building what nobody
// asked for. It is laxer than encoding/json where iproute2 was: raw control
// characters and bytes that are not UTF-8 are part of a string (before 7.1),
// and \' is an apostrophe (before 6.1). The first thing that is no JSON at all
// ends the walk: every read after it returns nothing.
type scanner struct {
	b   []byte
	i   int
	bad bool
}

// peek is the next byte that is not white space, 0 at the end.
func (s *scanner) peek() byte {
	for s.i < len(s.b) {
		switch c := s.b[s.i]; c {
		case ' ', '\t', '\n', '\r':
			s.i++
		default:
			return c
		}
	}
	return 0
}

// take consumes c if it is next.
func (s *scanner) take(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.i++
	return true
}

func (s *scanner) fail() { s.bad, s.i = true, len(s.b) }

// object calls f for every member, which must consume the value. A value that
// is no object is skipped.
func (s *scanner) object(f func(key []byte)) {
	if !s.take('{') {
		s.skip()
		return
	}
	for !s.bad && !s.take('}') {
		key := s.raw()
		if !s.take(':') {
			s.fail()
			return
		}
		f(key)
		if !s.take(',') && s.peek() != '}' {
			s.fail()
		}
	}
}

// array calls f for every element, which must consume it. A value that is no
// array is skipped.
func (s *scanner) array(f func()) {
	if !s.take('[') {
		s.skip()
		return
	}
	for !s.bad && !s.take(']') {
		f()
		if !s.take(',') && s.peek() != ']' {
			s.fail()
		}
	}
}

// raw is a string as it was printed, escapes included; nil, and a failure, if
// the next value is none.
func (s *scanner) raw() []byte {
	if !s.take('"') {
		s.fail()
		return nil
	}
	start := s.i
	for i := start; i < len(s.b); i++ {
		switch s.b[i] {
		case '"':
			s.i = i + 1
			return s.b[start:i:i]
		case '\\':
			i++
		}
	}
	s.fail()
	return nil
}

// text is a string without its escapes. It may share s.b. A value that is no
// string is skipped and gives nil.
func (s *scanner) text() []byte {
	if s.peek() != '"' {
		s.skip()
		return nil
	}
	raw := s.raw()
	for i, c := range raw {
		if c == '\\' {
			return unescape(raw, i)
		}
	}
	return raw
}

// number is an integer from 0 to 2^31-1; -1 for every other value.
func (s *scanner) number() int {
	c := s.peek()
	if c < '0' || c > '9' {
		s.skip()
		return -1
	}
	n := 0
	for ; s.i < len(s.b); s.i++ {
		c := s.b[s.i]
		if c < '0' || c > '9' {
			break
		}
		if n = n*10 + int(c-'0'); n > math.MaxInt32 {
			s.skip()
			return -1
		}
	}
	if s.i < len(s.b) && literal(s.b[s.i]) { // a fraction or an exponent
		s.skip()
		return -1
	}
	return n
}

// natural is number with 0 for what is none.
func (s *scanner) natural() int { return max(s.number(), 0) }

// truth is true or false; Unknown for every other value.
func (s *scanner) truth() hostinfo.Tri {
	s.peek()
	rest := s.b[s.i:]
	s.skip()
	switch {
	case bytes.HasPrefix(rest, []byte("true")):
		return hostinfo.Yes
	case bytes.HasPrefix(rest, []byte("false")):
		return hostinfo.No
	}
	return hostinfo.Unknown
}

// skip passes over one value of any kind, however deep.
func (s *scanner) skip() {
	depth := 0
	for {
		switch c := s.peek(); {
		case c == '"':
			s.raw()
		case c == '{' || c == '[':
			depth++
			s.i++
		case c == '}' || c == ']':
			if depth--; depth < 0 {
				s.fail()
				return
			}
			s.i++
		case depth > 0 && (c == ',' || c == ':'):
			s.i++
		case literal(c):
			for s.i < len(s.b) && literal(s.b[s.i]) {
				s.i++
			}
		default:
			s.fail()
		}
		if s.bad || depth == 0 {
			return
		}
	}
}

// literal says whether c can be part of a number, true, false or null.
func literal(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '-' || c == '+' || c == '.'
}

// unescape copies raw, whose first backslash is at i, without its escapes.
func unescape(raw []byte, i int) []byte {
	out := append(make([]byte, 0, len(raw)), raw[:i]...)
	for ; i < len(raw); i++ {
		c := raw[i]
		if c != '\\' || i+1 == len(raw) {
			out = append(out, c)
			continue
		}
		i++
		switch c = raw[i]; c {
		case 'n':
			c = '\n'
		case 't':
			c = '\t'
		case 'r':
			c = '\r'
		case 'f':
			c = '\f'
		case 'b':
			c = '\b'
		case 'u':
			r := hex4(raw[i+1:])
			if r < 0 {
				break // not four digits: keep the u
			}
			i += 4
			if utf16.IsSurrogate(r) && i+2 < len(raw) && raw[i+1] == '\\' && raw[i+2] == 'u' {
				if pair := utf16.DecodeRune(r, hex4(raw[i+3:])); pair != utf8.RuneError {
					r = pair
					i += 6
				}
			}
			out = utf8.AppendRune(out, r)
			continue
		}
		out = append(out, c)
	}
	return out
}

// hex4 is the value of four hexadecimal digits, or -1.
func hex4(b []byte) rune {
	if len(b) < 4 {
		return -1
	}
	var r rune
	for _, c := range b[:4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}
