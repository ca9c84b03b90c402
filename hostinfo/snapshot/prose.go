package snapshot

import (
	"cmp"
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

// prose hides in a sentence what is hidden elsewhere: UUIDs, MAC and IP
// addresses, and every name that was learnt, as whole words.
func (s *standIns) prose(text string) string {
	text = uuidText.ReplaceAllStringFunc(text, s.uuid)
	text = macText.ReplaceAllStringFunc(text, func(m string) string { return s.mac(strings.ToLower(m)) })
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

// names replaces in one pass, the longest name first, so that no stand-in is
// replaced again.
func (s *standIns) names(text string) string {
	known := slices.Clone(s.known)
	slices.SortStableFunc(known, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	var out strings.Builder
	inWord := false
next:
	for i := 0; i < len(text); {
		if !inWord {
			for _, k := range known {
				if !strings.HasPrefix(text[i:], k) {
					continue
				}
				after, _ := utf8.DecodeRuneInString(text[i+len(k):])
				if len(text) > i+len(k) && wordRune(after) {
					continue
				}
				out.WriteString(s.shown["known\x00"+k])
				i += len(k)
				inWord = true
				continue next
			}
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		out.WriteString(text[i : i+size])
		inWord = wordRune(r)
		i += size
	}
	return out.String()
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }
