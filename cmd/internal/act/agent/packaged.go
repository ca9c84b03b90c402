package agent

import (
	"errors"
	"path/filepath"

	"migcheck/cmd/internal/act/change"
	"migcheck/cmd/internal/exit"
)

// packaged is the error given where the distribution's package has brought the
// agent: its program, units and group are the package manager's then.
func (s Site) packaged(theirs error) error {
	there, err := change.Exists(s.path(filepath.Join(change.PackagedUnits, socketUnit)))
	if err == nil && there {
		return theirs
	}
	return err
}

// What install and remove say where the agent is not theirs.
var (
	errPackaged = exit.Because(errors.New("the package migcheck has brought the agent already"),
		"systemctl enable --now "+socketUnit+" starts it")
	errRemovePackaged = exit.Because(errors.New("the agent is a part of the package migcheck"),
		"systemctl disable --now "+socketUnit+" stops it; the package manager takes it away")
)
