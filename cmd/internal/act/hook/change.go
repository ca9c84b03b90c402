package hook

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
)

// Change is one thing that an install or a removal does to a machine.
type Change struct {
	What string // for people
	do   func() error
	undo func() // nil: there is nothing to undo
}

// Plan is what an install or a removal is about to do.
type Plan struct {
	Changes []Change
	Remarks []string // what it leaves as it is, and what to know
}

func (p *Plan) add(what string, do func() error, undo func()) {
	p.Changes = append(p.Changes, Change{what, do, undo})
}

func (p *Plan) remark(format string, args ...any) {
	p.Remarks = append(p.Remarks, fmt.Sprintf(format, args...))
}

// Apply does it, in order. Where a change fails, those before it are undone.
func (p *Plan) Apply() error {
	for i, c := range p.Changes {
		err := c.do()
		if err == nil {
			continue
		}
		for j := i - 1; j >= 0; j-- {
			if undo := p.Changes[j].undo; undo != nil {
				undo()
			}
		}
		return fmt.Errorf("%s: %w", c.What, err)
	}
	return nil
}

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
		there, err := exists(s.path(dir))
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
