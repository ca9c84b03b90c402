package hook

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"migcheck/preflight"
	"migcheck/preflight/rules"
)

// maxSettings bounds the settings file, in bytes.
const maxSettings = 1 << 20

// defaultSettings is the file that install writes where there is none.
const defaultSettings = `# The settings of this host's migcheck hook. It believes them only while the file
# belongs to root and nobody else can write it.
#
# fail is what becomes of a guest that could not be judged: "open" lets it come
# and says so in the journal, "closed" refuses it.
fail: open
# Guests that may come although something blocks them. "migcheck hook waive" adds
# one; ends are in UTC.
waivers: []
`

// Settings are what an administrator decided for the hook of one host. The zero
// value is what holds where nothing is written down.
type Settings struct {
	// Closed is the fail mode: guests that could not be judged are refused.
	Closed bool
	// Waivers are in the order of the file, ended ones included.
	Waivers []Waiver
	// Ignored says why what the file says does not count; empty if it does.
	Ignored string
}

// Waiver lets a guest come although a rule blocks it.
type Waiver struct {
	Guest  string    `yaml:"guest"`           // empty: any
	Rule   string    `yaml:"rule,omitempty"`  // empty: any
	Until  time.Time `yaml:"until,omitempty"` // zero: it does not end
	By     string    `yaml:"by,omitempty"`    // who asked for it
	Reason string    `yaml:"reason,omitempty"`
}

// Ended says whether the waiver is over.
func (w *Waiver) Ended(now time.Time) bool { return !w.Until.IsZero() && now.After(w.Until) }

// String is the waiver in words.
func (w *Waiver) String() string {
	words := []string{"any guest", "whatever blocks it"}
	if w.Guest != "" {
		words[0] = w.Guest
	}
	if w.Rule != "" {
		words[1] = w.Rule
	}
	if !w.Until.IsZero() {
		words = append(words, "until "+w.Until.UTC().Format("2006-01-02 15:04 UTC"))
	}
	if w.By != "" {
		words = append(words, "by "+w.By)
	}
	if w.Reason != "" {
		words = append(words, "("+w.Reason+")")
	}
	return strings.Join(words, " ")
}

// Settings reads the file. What can't be trusted is not believed, and what can't
// be understood is not either, but for the fail mode, as far as it can be found.
func (s Site) Settings() *Settings {
	path := s.path(settingsPath)
	raw, err := readFile(path, maxSettings)
	if errors.Is(err, fs.ErrNotExist) {
		return &Settings{}
	}
	if err != nil {
		return &Settings{Ignored: err.Error()}
	}
	for _, p := range []string{path, filepath.Dir(path)} {
		if why := s.distrust(p); why != "" {
			return &Settings{Ignored: why}
		}
	}
	set, err := parseSettings(raw)
	if err != nil {
		return &Settings{Closed: saysClosed(raw), Ignored: fmt.Sprintf("%s: %v", settingsPath, err)}
	}
	return set
}

func parseSettings(raw []byte) (*Settings, error) {
	var d struct {
		Fail    string   `yaml:"fail"`
		Waivers []Waiver `yaml:"waivers"`
	}
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	if err := dec.Decode(&d); err != nil && !errors.Is(err, io.EOF) {
		said, _, _ := strings.Cut(strings.TrimPrefix(err.Error(), "yaml: "), " in type ") // a name of this program's
		return nil, errors.New(strings.Join(strings.Fields(said), " "))
	}
	switch d.Fail {
	case "", "open", "closed":
	default:
		return nil, fmt.Errorf("fail is %q; it can be open or closed", d.Fail)
	}
	for i, w := range d.Waivers {
		switch {
		case w.Guest == "" && w.Rule == "":
			return nil, fmt.Errorf("waiver %d names neither a guest nor a rule", i+1)
		case w.Rule != "" && rules.ByID(w.Rule) == nil:
			return nil, fmt.Errorf("waiver %d: there is no rule %q", i+1, w.Rule)
		}
	}
	return &Settings{Closed: d.Fail == "closed", Waivers: d.Waivers}, nil
}

// saysClosed looks for the fail mode as the script does.
func saysClosed(raw []byte) bool {
	closed := false
	for line := range strings.Lines(string(raw)) {
		if words := strings.Fields(line); len(words) > 1 && words[0] == "fail:" && line[0] == 'f' {
			closed = words[1] == "closed"
		}
	}
	return closed
}

// waivers are the settings' as preflight knows them: one for each rule.
func (set *Settings) waivers() []preflight.Waiver {
	var out []preflight.Waiver
	for i := range set.Waivers {
		w := &set.Waivers[i]
		for _, r := range rules.All {
			if (w.Rule == "" || w.Rule == r.ID) && r.ID != preflight.FactsNotObserved {
				out = append(out, preflight.Waiver{Rule: r.ID, Guest: w.Guest, Until: w.Until, Reason: "hook.yaml: " + w.String()})
			}
		}
	}
	return out
}
