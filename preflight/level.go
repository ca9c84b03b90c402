package preflight

import "fmt"

// Level says how much a finding, or the worst of a report's findings, weighs.
type Level uint8

// The levels, lightest first. Ready is the verdict of a report without
// findings that count; no finding has it.
const (
	Ready     Level = iota
	Note            // worth knowing, changes nothing
	Warning         // the guest arrives with its network, with less of something
	Undecided       // what could not be read might stop the guest
	Blocked         // libvirt refuses, or the guest arrives without its network
)

var levelWords = [...]string{"ready", "note", "warning", "undecided", "blocked"}

// String is the word that reports print.
func (l Level) String() string {
	if int(l) < len(levelWords) {
		return levelWords[l]
	}
	return fmt.Sprintf("level(%d)", uint8(l))
}

// MarshalText writes the level's word.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads a level's word.
func (l *Level) UnmarshalText(b []byte) error {
	for i, w := range levelWords {
		if w == string(b) {
			*l = Level(i)
			return nil
		}
	}
	return fmt.Errorf("%.20q is no level", b)
}
