package hook

import (
	"errors"
	"io/fs"
	"os"
	"path"

	"migcheck/cmd/internal/act/change"
)

// makeDirs makes a directory and what is missing above it, and returns what was
// made, outermost first.
func (s Site) makeDirs(dir string) (made []string, err error) {
	missing, err := s.missingDirs(dir)
	if err != nil {
		return nil, err
	}
	for _, d := range missing {
		if err := os.Mkdir(s.path(d), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return made, err
		}
		made = append(made, d)
	}
	return made, nil
}

// missingDirs are the directories of a path that are not there, outermost first.
func (s Site) missingDirs(dir string) ([]string, error) {
	var out []string
	for ; dir != "/"; dir = path.Dir(dir) {
		there, err := change.Exists(s.path(dir))
		if err != nil {
			return nil, err
		}
		if there {
			return out, nil
		}
		out = append([]string{dir}, out...)
	}
	return out, nil
}
