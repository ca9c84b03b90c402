package hook

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"migcheck/cmd/internal/act/change"
)

// Remove plans to take away what Install has put there, and nothing else. The
// link goes first: without it the hook is not in force.
func (s Site) Remove() (*change.Plan, error) {
	if err := s.foreign(); err != nil {
		return nil, err
	}
	p := &change.Plan{}
	script, err := readFile(s.path(scriptPath), maxSettings)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, name := range []string{linkPath, scriptPath, binaryPath, beatPath} {
		if err := s.planUnlink(p, name); err != nil {
			return nil, err
		}
	}
	if len(p.Changes) == 0 {
		p.Remark("no hook is installed")
		return p, nil
	}
	s.planReload(p, s.daemons())
	raw, err := readFile(s.path(settingsPath), maxSettings)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err == nil && untouched(raw):
		if err := s.planUnlink(p, settingsPath); err != nil {
			return nil, err
		}
	default:
		p.Remark("%s stays: somebody has written in it", s.path(settingsPath))
	}
	s.planRmdirs(p, madeDirs(script))
	return p, nil
}

func (s Site) planUnlink(p *change.Plan, name string) error {
	full := s.path(name)
	there, err := change.Exists(full)
	if there {
		p.Add("delete "+full, func() error { return os.Remove(full) }, nil)
	}
	return err
}

// planRmdirs plans to delete the directories that were made for the hook, as far
// as nobody has put something else into them.
func (s Site) planRmdirs(p *change.Plan, made []string) {
	slices.Sort(made)
	for _, d := range slices.Backward(made) {
		full := s.path(d)
		p.Add(fmt.Sprintf("delete the directory %s if it is empty", full), func() error {
			entries, err := os.ReadDir(full)
			if errors.Is(err, fs.ErrNotExist) || len(entries) > 0 {
				return nil
			}
			return errors.Join(err, os.Remove(full))
		}, nil)
	}
}
