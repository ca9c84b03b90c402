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
// groups too, if they were made for the agent.
func (s Site) Remove() (*change.Plan, error) {
	if err := s.packaged(errRemovePackaged); err != nil {
		return nil, err
	}
	if err := s.foreign(); err != nil {
		return nil, err
	}
	p := &change.Plan{}
	// The program goes last: it is what a remote removal is run by.
	for _, socket := range []*socket{&frames, &facts} {
		if err := s.planSocketGone(p, socket); err != nil {
			return nil, err
		}
	}
	if err := s.planDelete(p, BinaryPath); err != nil {
		return nil, err
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

// planSocketGone plans the end of a socket, its files and its group, if that was
// made for it.
func (s Site) planSocketGone(p *change.Plan, socket *socket) error {
	units, err := change.Exists(s.path(socket.files[0].path))
	if err != nil {
		return err
	}
	if units && s.here() {
		p.Add("listen no more (systemctl disable --now "+socket.unit+")", func() error {
			return errors.Join(run("systemctl", "disable", "--now", socket.unit), run("systemctl", "stop", socket.services))
		}, nil)
	}
	ourGroup, err := change.Exists(s.path(socket.groupFile.path))
	if err != nil {
		return err
	}
	if _, err := user.LookupGroup(socket.group); err == nil && ourGroup && s.here() {
		p.Add("delete the group "+socket.group, func() error { return run("groupdel", socket.group) }, nil)
	}
	for _, f := range socket.all() {
		if err := s.planDelete(p, f.path); err != nil {
			return err
		}
	}
	return nil
}

func (s Site) planDelete(p *change.Plan, name string) error {
	full := s.path(name)
	there, err := change.Exists(full)
	if there {
		p.Add("delete "+full, func() error { return os.Remove(full) }, nil)
	}
	return err
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
