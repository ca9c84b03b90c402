package report

import (
	"regexp"
	"strings"

	"migcheck/preflight/fleet"
)

// addresses are what differs between hosts in the reasons of one trouble.
var addresses = regexp.MustCompile(`\b\d{1,3}(\.\d{1,3}){3}\b|\[[0-9a-fA-F:.%a-z]*:[0-9a-fA-F:.%a-z]*\]`)

// trouble is a reason with the host's own names and addresses taken out, so that
// hosts with the same trouble can be told together.
func trouble(h *fleet.HostLine, reason string) string {
	reason = addresses.ReplaceAllString(reason, "ADDRESS")
	for _, name := range []string{h.Hostname, bare(h.Name)} {
		if name != "" {
			reason = withoutName(reason, name)
		}
	}
	return reason
}

// bare is the host of user@host:port.
func bare(name string) string {
	name = name[strings.LastIndex(name, "@")+1:]
	name, _, _ = strings.Cut(name, ":")
	return strings.Trim(name, "[]")
}

// withoutName puts HOST in the place of a name, with the domain that follows it.
func withoutName(text, name string) string {
	part := func(c byte) bool {
		return c == '-' || c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
	}
	var b strings.Builder
	for {
		i := strings.Index(text, name)
		if i < 0 {
			return b.String() + text
		}
		end := i + len(name)
		if i > 0 && (part(text[i-1]) || text[i-1] == '.') || end < len(text) && part(text[end]) {
			b.WriteString(text[:end])
			text = text[end:]
			continue
		}
		for end+1 < len(text) && text[end] == '.' && part(text[end+1]) {
			for end++; end < len(text) && part(text[end]); end++ {
			}
		}
		b.WriteString(text[:i] + "HOST")
		text = text[end:]
	}
}
