package ssh

import (
	"net"
	"os"
	"strings"

	"github.com/skeema/knownhosts"
)

// spellings are the names with capital letters in known_hosts files, by what they
// are in lower case. ssh compares names without regard to case, and the library
// does not.
type spellings map[string]string

// spellingsIn reads them. A file that cannot be read has none: that is told by
// whoever reads its keys.
func spellingsIn(files []string) spellings {
	s := spellings{}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(raw)) {
			s.add(line)
		}
	}
	return s
}

func (s spellings) add(line string) {
	fields := strings.Fields(line)
	if len(fields) > 0 && strings.HasPrefix(fields[0], "@") {
		fields = fields[1:]
	}
	if len(fields) == 0 || strings.HasPrefix(fields[0], "#") || strings.HasPrefix(fields[0], "|") {
		return // nothing, a comment, or a hash of a name that ssh had in lower case
	}
	for name := range strings.SplitSeq(fields[0], ",") {
		if low := strings.ToLower(name); low != name && s[low] == "" {
			s[low] = name
		}
	}
}

// of is a host with its port as a file spells it, itself where none spells it
// another way.
func (s spellings) of(name string) string {
	spelled, ok := s[knownhosts.Normalize(name)]
	switch {
	case !ok:
		return name
	case strings.HasPrefix(spelled, "["):
		return spelled
	}
	return net.JoinHostPort(spelled, "22")
}
