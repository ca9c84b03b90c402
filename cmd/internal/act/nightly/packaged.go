package nightly

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"migcheck/cmd/internal/act/change"
)

// packagedPath is where the distribution's package has a unit, which one of the
// same name in /etc/systemd/system covers.
func packagedPath(unit string) string {
	return filepath.Join(change.PackagedUnits, filepath.Base(unit))
}

// planUnits plans to write the units. Where the package's are the same, they
// serve, and what covers them goes.
func (s Site) planUnits(p *change.Plan, j *Job) error {
	units := []struct {
		name    string
		content []byte
	}{{ServicePath, j.Service()}, {TimerPath, j.Timer()}}
	served := 0
	for _, u := range units {
		packaged, err := os.ReadFile(s.path(packagedPath(u.name)))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err == nil && bytes.Equal(packaged, bytes.TrimPrefix(u.content, []byte(mark))) {
			served++
		}
	}
	for _, u := range units {
		full := s.path(u.name)
		if served < len(units) {
			if err := p.AddFile(full, u.content, 0o644); err != nil {
				return err
			}
			continue
		}
		there, err := change.Exists(full)
		if err != nil {
			return err
		}
		if there {
			p.Add("delete "+full+", as the package's unit is what is asked for", func() error { return os.Remove(full) }, nil)
		}
	}
	return nil
}

// has says whether there is such a unit, which may be on: one that was installed,
// or the package's.
func (s Site) has(unit string) (bool, error) {
	for _, name := range []string{unit, packagedPath(unit)} {
		if there, err := change.Exists(s.path(name)); err != nil || there {
			return there, err
		}
	}
	return false, nil
}
