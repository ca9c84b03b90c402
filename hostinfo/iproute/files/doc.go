// Package files holds what the readings of a host's own files have in common,
// whether they were opened here or printed by the script: which files, which
// lines of them, and what those lines say. It reads nothing itself; rtnetlink
// is the business of rtnl.
package files

import (
	"strings"

	"migcheck/hostinfo"
)

// maxWord bounds a word that a file says in a fact.
const maxWord = 64

// word is a value as it may stand in a fact: one line of at most 64 bytes of
// valid UTF-8.
func word(s string) string {
	s = strings.TrimSpace(s)
	return strings.ToValidUTF8(s[:min(len(s), maxWord)], "?")
}

// denied is the reason of a gap for what the user who reads a host may not do.
func denied(h *hostinfo.Host, what string) string {
	switch h.User {
	case "root":
		return "not even root may " + what
	case "":
		return hostinfo.OnlyRoot + what
	}
	return hostinfo.OnlyRoot + what + ", not user " + h.User
}
