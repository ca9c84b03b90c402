package hook

import (
	"errors"
	"io/fs"
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
		if err := p.Delete(s.path(name)); err != nil {
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
		if err := p.Delete(s.path(settingsPath)); err != nil {
			return nil, err
		}
	default:
		p.Remark("%s stays: somebody has written in it", s.path(settingsPath))
	}
	made := madeDirs(script)
	slices.Sort(made)
	for _, d := range slices.Backward(made) {
		p.DeleteDir(s.path(d))
	}
	return p, nil
}
