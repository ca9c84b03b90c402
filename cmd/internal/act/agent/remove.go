package agent

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path"
	"strings"

	"migcheck/cmd/internal/act/change"
	"migcheck/hostinfo/agent"
)

// Remove plans to take away what Install has put there, and nothing else: the
// group too, if it was made for the agent.
func (s Site) Remove() (*change.Plan, error) {
	if err := s.packaged(errRemovePackaged); err != nil {
		return nil, err
	}
	if err := s.foreign(); err != nil {
		return nil, err
	}
	p := &change.Plan{}
	units, err := change.Exists(s.path(socketPath))
	if err != nil {
		return nil, err
	}
	if units && s.here() {
		p.Add("listen no more (systemctl disable --now "+socketUnit+")", func() error {
			return errors.Join(run("systemctl", "disable", "--now", socketUnit), run("systemctl", "stop", serviceUnit))
		}, nil)
	}
	ourGroup, err := change.Exists(s.path(groupPath))
	if err != nil {
		return nil, err
	}
	if _, err := user.LookupGroup(agent.Group); err == nil && ourGroup && s.here() {
		p.Add("delete the group "+agent.Group, func() error { return run("groupdel", agent.Group) }, nil)
	}
	for _, name := range []string{servicePath, socketPath, groupPath, BinaryPath} {
		full := s.path(name)
		there, err := change.Exists(full)
		if err != nil {
			return nil, err
		}
		if there {
			p.Add("delete "+full, func() error { return os.Remove(full) }, nil)
		}
	}
	if len(p.Changes) == 0 {
		p.Remark("no agent is installed")
		return p, nil
	}
	s.planRmdir(p, path.Dir(BinaryPath))
	if s.here() {
		s.planRmdir(p, path.Dir(agent.Socket))
		p.Add("have systemd forget its units (systemctl daemon-reload)", func() error { return run("systemctl", "daemon-reload") }, nil)
	}
	return p, nil
}

// planRmdir plans to delete a directory that has migcheck's name, if nothing
// else is in it by then.
func (s Site) planRmdir(p *change.Plan, dir string) {
	full := s.path(dir)
	p.Add(fmt.Sprintf("delete the directory %s if it is empty", full), func() error {
		entries, err := os.ReadDir(full)
		if errors.Is(err, fs.ErrNotExist) || len(entries) > 0 {
			return nil
		}
		return errors.Join(err, os.Remove(full))
	}, nil)
}

// run runs a program of the system's. The error quotes what it said.
func run(name string, args ...string) error {
	cmd := exec.Command(name, args...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		words := strings.Join(strings.Fields(said.String()), " ")
		return fmt.Errorf("%s: %w: %.300s", strings.Join(append([]string{name}, args...), " "), err, words)
	}
	return nil
}
