package agent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/user"
	"path"
	"strings"
	"time"

	"migcheck/cmd/internal/act/change"
	"migcheck/cmd/internal/act/probe"
	"migcheck/cmd/internal/exit"
	"migcheck/hostinfo/agent"
)

// Install plans to put exe on a site as its agent, with or without the socket for
// probes; one that is there already is brought up to date. It refuses what can't
// work, and never plans to write over what is not the agent's.
func (s Site) Install(exe, version string, probes bool) (*change.Plan, error) {
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
	sockets := []*socket{&facts}
	if probes || isOurs(s.path(probeSocketPath)) {
		sockets = both
	}
	for _, socket := range sockets {
		if err := s.planSocket(p, socket); err != nil {
			return nil, err
		}
	}
	if s.here() {
		s.planStart(p, version, sockets)
	}
	return p, nil
}

// planSocket plans a socket's files and its group.
func (s Site) planSocket(p *change.Plan, socket *socket) error {
	_, err := user.LookupGroup(socket.group)
	if err == nil && !isOurs(s.path(socket.groupFile.path)) && s.here() {
		p.Remark("the group %s is there already and stays as it is", socket.group)
	} else if err := s.planWrite(p, socket.groupFile.path, []byte(socket.groupFile.text), 0o644); err != nil {
		return err
	}
	for _, f := range socket.files {
		if err := s.planWrite(p, f.path, []byte(f.text), 0o644); err != nil {
			return err
		}
	}
	if err != nil && s.here() {
		s.planGroup(p, socket)
	}
	return nil
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

func (s Site) planGroup(p *change.Plan, socket *socket) {
	p.Add("make the system group "+socket.group, func() error {
		err := run("systemd-sysusers", s.path(socket.groupFile.path))
		if err != nil { // an older or smaller systemd has none
			return run("groupadd", "--system", socket.group)
		}
		return nil
	}, func() { _ = run("groupdel", socket.group) })
}

// planStart plans what makes the agent answer, and to see that it does.
func (s Site) planStart(p *change.Plan, version string, sockets []*socket) {
	reload := func() { _ = run("systemctl", "daemon-reload") }
	p.Add("have systemd read its units (systemctl daemon-reload)", func() error { return run("systemctl", "daemon-reload") }, reload)
	for _, socket := range sockets {
		p.Add("stop what runs of an agent before (systemctl stop "+socket.unit+")", func() error {
			return run("systemctl", "stop", socket.unit, socket.services)
		}, nil)
		p.Add("listen, from now on and after every start (systemctl enable --now "+socket.unit+")",
			func() error { return run("systemctl", "enable", "--now", socket.unit) },
			func() {
				_ = run("systemctl", "disable", "--now", socket.unit)
				_ = run("systemctl", "stop", socket.services)
			})
		p.Add("see that it answers", func() error { return socket.prove(version) }, nil)
	}
}

// proveFacts asks this machine's agent.
func proveFacts(version string) error {
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

// proveFrames has systemd start the program that sends frames, for a moment.
func proveFrames(string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "unix", probe.Socket)
	if err == nil {
		err = probe.Knock(ctx, conn)
	}
	if err != nil {
		return exit.Because(err, "what it said itself: journalctl -u '"+probeServices+"'")
	}
	return nil
}

// Readers says who may ask, and with probes who may send frames, for whoever has
// just installed an agent.
func Readers(probes bool) string {
	who := "USER"
	if u := os.Getenv("SUDO_USER"); u != "" && u != "root" && !strings.ContainsAny(u, " \t\n'\"\\$`;&|<>") {
		who = u
	}
	out := "root may ask it, and the members of the group " + agent.Group + ": usermod -aG " + agent.Group + " " + who
	if probes {
		out += "\nthe members of the group " + probe.Group + " may send a probe's frames by devices that guests stand on, or that " + probe.List + " lists"
	}
	return out
}
