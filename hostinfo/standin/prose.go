package standin

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	uuidText = regexp.MustCompile(`\b[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\b`)
	macText  = regexp.MustCompile(`\b[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}\b`)
	addrText = regexp.MustCompile(`[0-9A-Fa-f:.]*[0-9A-Fa-f][0-9A-Fa-f:.]*[:.][0-9A-Fa-f:.]*`)
)

// Text hides in a sentence what is hidden elsewhere: UUIDs, MAC and IP
// addresses, and every name that is known by then, as whole words, whatever
// their case. A word that looks like a name and has a known one in it goes whole.
func (s *Names) Text(text string) string {
	if text == "" {
		return ""
	}
	text = uuidText.ReplaceAllStringFunc(text, s.UUID)
	text = macText.ReplaceAllStringFunc(text, func(m string) string { return s.MAC(strings.ToLower(m)) })
	text = addrText.ReplaceAllStringFunc(text, func(m string) string {
		bare := strings.TrimRight(m, ".:")
		if addr, err := netip.ParseAddr(bare); err == nil {
			return s.ip(addr) + m[len(bare):]
		}
		if ap, err := netip.ParseAddrPort(bare); err == nil {
			return netip.AddrPortFrom(netip.MustParseAddr(s.ip(ap.Addr())), ap.Port()).String() + m[len(bare):]
		}
		return m
	})
	return s.names(text)
}

var (
	loginText = regexp.MustCompile(`[\pL\pN_.+-]+@[\pL\pN_-]+(?:\.[\pL\pN_-]+)*`)
	hostText  = regexp.MustCompile(`\b(?:lookup|[Hh]ost(?:name)?|connect to host|[Cc]onnection to) ([\pL\pN_-]+(?:\.[\pL\pN_-]+)*)`)
	fqdnText  = regexp.MustCompile(`(?i)(?:\b[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}\b`)
	quoted    = regexp.MustCompile(`'[^' /]{2,}'|"[^" /]{2,}"`)
	homeText  = regexp.MustCompile(`/(?:home|Users)/([^/\s:;,)'"]+)`)
)

// endings are what the names of files end in that look like hosts in a domain.
var endings = []string{
	"conf", "d", "json", "link", "log", "netdev", "network", "nmconnection", "pub", "service", "sh", "so", "sock", "socket", "target", "timer", "xml", "yaml", "yml",
}

// words that stand behind "host" in the messages of ssh and Go, and are no names.
var noHosts = []string{"key", "is", "has", "was", "did", "name", "not", "and", "keys", "port", "unreachable", "down", "closed", "by", "for", "to", "resolution"}

// Foreign is Text for what another program said, which may name what nobody
// knows: it also hides what looks like a login, a host in a domain, a home
// directory or a name in quotes.
func (s *Names) Foreign(text string) string {
	for _, m := range loginText.FindAllString(text, -1) {
		s.Host(strings.TrimRight(m, ".-"))
	}
	for _, m := range hostText.FindAllStringSubmatch(text, -1) {
		if name := strings.TrimRight(m[1], ".-"); !slices.Contains(noHosts, strings.ToLower(name)) {
			s.Host(name)
		}
	}
	for _, at := range fqdnText.FindAllStringIndex(text, -1) {
		m := text[at[0]:at[1]]
		if last := m[strings.LastIndexByte(m, '.')+1:]; slices.Contains(endings, strings.ToLower(last)) || at[0] > 0 && text[at[0]-1] == '/' {
			continue
		}
		s.Host(m)
	}
	for _, m := range homeText.FindAllStringSubmatch(text, -1) {
		s.User(m[1])
	}
	for _, m := range quoted.FindAllString(text, -1) {
		if m = m[1 : len(m)-1]; !s.plain[m] && !s.taken[m] && s.Text(m) == m && netName(m) {
			s.Other(m)
		}
	}
	return s.Text(text)
}

// netName says whether somebody may have chosen a word as a name: it is no
// address and no number.
func netName(word string) bool {
	return strings.ContainsFunc(word, unicode.IsLetter) && !macText.MatchString(word) && !uuidText.MatchString(word)
}

// Keep says of words that they are no names, whatever names there are.
func (s *Names) Keep(words ...string) {
	for _, w := range words {
		s.plain[w] = true
	}
}

// know has a name looked for in texts and in the names of devices.
func (s *Names) know(name, shown string) {
	if s.lookFor(name, shown) {
		s.inside = append(s.inside, strings.ToLower(name))
		clear(s.telling)
	}
}

// lookFor has a name looked for in texts, and says whether it is a new one. One in
// two roles keeps its first stand-in there.
func (s *Names) lookFor(name, shown string) bool {
	name = strings.ToLower(name)
	if _, ok := s.known[name]; ok {
		return false
	}
	s.known[name] = shown
	if firstToken(name) != name {
		word := firstWord(name)
		s.begin[word] = append(s.begin[word], name)
	}
	return true
}

// firstWord is the word that a text begins with, or its first character.
func firstWord(text string) string {
	end := strings.IndexFunc(text, func(r rune) bool { return !wordRune(r) })
	switch {
	case end < 0:
		return text
	case end == 0:
		_, end = utf8.DecodeRuneInString(text)
	}
	return text[:end]
}

// firstToken is what a text begins with that may be one name: a word, with dots
// and dashes inside.
func firstToken(text string) string {
	end := strings.IndexFunc(text, func(r rune) bool { return !wordRune(r) && r != '-' && r != '.' })
	if end < 0 {
		end = len(text)
	}
	return strings.TrimRight(text[:end], ".-")
}

// names replaces in one pass, the longest name first, so that no stand-in is
// replaced again.
func (s *Names) names(text string) string {
	lower := strings.ToLower(text)
	if len(lower) != len(text) { // of a few characters the other case has another length
		lower = text
	}
	var out strings.Builder
	var before rune // the character in front, 0 at the beginning
	for i := 0; i < len(text); {
		if r, size := utf8.DecodeRuneInString(text[i:]); wordRune(before) && wordRune(r) {
			out.WriteString(text[i : i+size])
			before, i = r, i+size
			continue
		}
		name := s.nameAt(lower[i:])
		token := ""
		if !wordRune(before) && before != '-' && before != '.' {
			token = firstToken(text[i:])
		}
		switch {
		case token != "" && s.plain[token]:
			out.WriteString(token)
			i += len(token)
			before = 'a'
		case len(token) > len(name) && s.composed(token) != "":
			out.WriteString(s.composed(token))
			i += len(token)
			before = 'a'
		case len(token) > len(name) && madeUp(token) && s.tells(token):
			out.WriteString(s.Device(token))
			i += len(token)
			before = 'a'
		case name != "":
			out.WriteString(s.known[name])
			i += len(name)
			before = 'a'
		default:
			r, size := utf8.DecodeRuneInString(text[i:])
			out.WriteString(text[i : i+size])
			before, i = r, i+size
		}
	}
	return out.String()
}

// nameAt is the longest known name that a text begins with, as a whole word.
func (s *Names) nameAt(lower string) string {
	longest := ""
	token := firstToken(lower)
	for end := len(token); end > 0; end = strings.LastIndexAny(token[:end], "-.") {
		if _, ok := s.known[token[:end]]; ok {
			longest = token[:end]
			break
		}
	}
	for _, name := range s.begin[firstWord(lower)] {
		if len(name) <= len(longest) || !strings.HasPrefix(lower, name) {
			continue
		}
		after, _ := utf8.DecodeRuneInString(lower[len(name):])
		last, _ := utf8.DecodeLastRuneInString(name)
		if len(lower) == len(name) || !wordRune(after) || !wordRune(last) {
			longest = name
		}
	}
	return longest
}

// composed is the stand-in of a host's name with its domain, and of a device's
// with its VLAN; empty if it is neither.
func (s *Names) composed(token string) string {
	label, domain, _ := strings.Cut(strings.ToLower(token), ".")
	a, b := s.known[label], s.known[domain]
	switch {
	case a != "" && b != "":
		return a + "." + b
	case a != "" && domain != "" && strings.Trim(domain, "0123456789") == "":
		return a + "." + domain
	}
	return ""
}

// madeUp says whether a word is none of a language: it has digits, dashes or dots.
func madeUp(token string) bool {
	return strings.ContainsFunc(token, unicode.IsLetter) &&
		strings.ContainsFunc(token, func(r rune) bool { return unicode.IsDigit(r) || r == '-' || r == '_' || r == '.' })
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }
