package agent

import (
	"bytes"
	"errors"
	"fmt"
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
	if err := p.Delete(s.path(BinaryPath)); err != nil {
		return nil, err
	}
	if len(p.Changes) == 0 {
		p.Remark("no agent is installed")
		return p, nil
	}
	p.DeleteDir(s.path(path.Dir(BinaryPath)))
	if s.here() {
		p.DeleteDir(s.path(path.Dir(agent.Socket)))
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
		if err := p.Delete(s.path(f.path)); err != nil {
			return err
		}
	}
	return nil
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
