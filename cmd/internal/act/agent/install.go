package agent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path"
	"strings"
	"time"

	"migcheck/cmd/internal/act/change"
	"migcheck/cmd/internal/exit"
	"migcheck/hostinfo/agent"
)

// Install plans to put exe on a site as its agent. It refuses what can't work,
// and never plans to write over what is not the agent's.
func (s Site) Install(exe, version string) (*change.Plan, error) {
	if err := change.IsStatic(exe); err != nil {
		return nil, err
	}
	if err := s.packaged(errPackaged); err != nil {
		return nil, err
	}
	if err := s.foreign(); err != nil {
		return nil, err
	}
	if there, err := change.Exists("/run/systemd/system"); s.here() && (err != nil || !there) {
		return nil, errors.Join(err, exit.Because(errors.New("systemd does not run here, and the agent is installed as its unit"),
			"migcheck agent listens by itself, too, whoever starts it"))
	}
	program, err := os.ReadFile(exe)
	if err != nil {
		return nil, err
	}
	p := &change.Plan{}
	if err := s.planWrite(p, BinaryPath, program, 0o755); err != nil {
		return nil, err
	}
	_, err = user.LookupGroup(agent.Group)
	made := err != nil || isOurs(s.path(groupPath))
	for _, part := range parts {
		if part.path == groupPath && !made && s.here() {
			p.Remark("the group %s is there already and stays as it is", agent.Group)
			continue
		}
		if err := s.planWrite(p, part.path, []byte(part.text), 0o644); err != nil {
			return nil, err
		}
	}
	if s.here() {
		if err != nil {
			s.planGroup(p)
		}
		s.planStart(p, version)
	}
	return p, nil
}

// planWrite plans a file and the directories that it lacks.
func (s Site) planWrite(p *change.Plan, name string, content []byte, mode fs.FileMode) error {
	full := s.path(name)
	var missing []string
	for dir := path.Dir(full); dir != "/"; dir = path.Dir(dir) {
		there, err := change.Exists(dir)
		if err != nil {
			return err
		}
		if there {
			break
		}
		missing = append([]string{dir}, missing...)
	}
	for _, dir := range missing {
		what := "make the directory " + dir
		if !planned(p, what) {
			p.Add(what, func() error { return mkdir(dir) }, func() { _ = os.Remove(dir) })
		}
	}
	return p.AddFile(full, content, mode)
}

func planned(p *change.Plan, what string) bool {
	for _, c := range p.Changes {
		if c.What == what {
			return true
		}
	}
	return false
}

func (s Site) planGroup(p *change.Plan) {
	p.Add("make the system group "+agent.Group, func() error {
		err := run("systemd-sysusers", s.path(groupPath))
		if err != nil { // an older or smaller systemd has none
			return run("groupadd", "--system", agent.Group)
		}
		return nil
	}, func() { _ = run("groupdel", agent.Group) })
}

// planStart plans what makes the agent answer, and to see that it does.
func (s Site) planStart(p *change.Plan, version string) {
	reload := func() { _ = run("systemctl", "daemon-reload") }
	p.Add("have systemd read its units (systemctl daemon-reload)", func() error { return run("systemctl", "daemon-reload") }, reload)
	p.Add("stop what runs of an agent before (systemctl stop)", func() error {
		return run("systemctl", "stop", socketUnit, serviceUnit)
	}, nil)
	p.Add("listen, from now on and after every start (systemctl enable --now "+socketUnit+")",
		func() error { return run("systemctl", "enable", "--now", socketUnit) },
		func() {
			_ = run("systemctl", "disable", "--now", socketUnit)
			_ = run("systemctl", "stop", serviceUnit)
		})
	p.Add("see that it answers", func() error { return prove(version) }, nil)
}

// prove asks this machine's agent.
func prove(version string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	c := agent.NewClient(agent.Local(agent.Socket))
	defer c.Close()
	v, err := c.Version(ctx)
	if err == nil && v.Version != version {
		err = fmt.Errorf("what answers is migcheck %.60q, and %q was installed", v.Version, version)
	}
	if err == nil {
		_, err = c.Inventory(ctx, 0)
	}
	if err != nil {
		return exit.Because(err, "what it said itself: journalctl -u "+serviceUnit)
	}
	return nil
}

// Readers says who may ask, for whoever has just installed an agent.
func Readers() string {
	who := "USER"
	if u := os.Getenv("SUDO_USER"); u != "" && u != "root" && !strings.ContainsAny(u, " \t\n'\"\\$`;&|<>") {
		who = u
	}
	return "root may ask it, and the members of the group " + agent.Group + ": usermod -aG " + agent.Group + " " + who
}
