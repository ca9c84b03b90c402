package nightly

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/ssh"

	"migcheck/cmd/internal/act/change"
	"migcheck/cmd/internal/exit"
)

// Site is the machine, or the image of one, that the timer is for. Empty for this
// machine, else the directory that is its "/".
type Site string

func (s Site) path(name string) string { return filepath.Join("/", string(s), name) }

// Install plans to put the timer on the site. Settings and keys that are there
// stay; a unit that somebody else has written is refused.
func (s Site) Install(j *Job) (*change.Plan, error) {
	if err := s.foreign(); err != nil {
		return nil, err
	}
	p := &change.Plan{}
	for _, dir := range []string{filepath.Dir(KeyPath), filepath.Dir(ServicePath)} {
		if err := s.planDir(p, dir); err != nil {
			return nil, err
		}
	}
	if err := s.planKey(p); err != nil {
		return nil, err
	}
	for _, f := range []struct {
		name    string
		content []byte
	}{{SSHConfigPath, SSHConfig()}, {KnownHostsPath, nil}} {
		there, err := change.Exists(s.path(f.name))
		if err == nil && !there {
			err = p.AddFile(s.path(f.name), f.content, 0o644)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := s.planUnits(p, j); err != nil {
		return nil, err
	}
	if s == "" {
		p.Add("start the timer (systemctl enable --now migcheck-fleet.timer)", func() error {
			return errors.Join(systemctl("daemon-reload"), systemctl("enable", "--now", filepath.Base(TimerPath)))
		}, nil)
	}
	return p, s.remarks(p)
}

// remarks are what is left to do by hand.
func (s Site) remarks(p *change.Plan) error {
	if there, err := change.Exists(s.path(FleetPath)); err != nil {
		return err
	} else if !there {
		p.Remark("to do: name the hosts in %s", FleetPath)
	}
	p.Remark("to do: put the hosts' keys into %s, which is always enforced", KnownHostsPath)
	p.Remark("to do: on each host a user migcheck, in group libvirt; the line of migcheck systemd print authorized_keys in its authorized_keys; and the script of migcheck systemd print migcheck-only as %s, owned by root, mode 0755", OnlyPath)
	return nil
}

func (s Site) planDir(p *change.Plan, dir string) error {
	full := s.path(dir)
	there, err := change.Exists(full)
	if err == nil && !there {
		p.Add("make the directory "+full, func() error { return os.MkdirAll(full, 0o755) }, func() { _ = os.Remove(full) })
	}
	return err
}

// planKey plans a key of the run's own, if it has none.
func (s Site) planKey(p *change.Plan) error {
	there, err := change.Exists(s.path(KeyPath))
	if err != nil || there {
		return err
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	host, _ := os.Hostname()
	block, err := ssh.MarshalPrivateKey(private, "migcheck@"+host)
	if err != nil {
		return err
	}
	pub, err := ssh.NewPublicKey(public)
	if err != nil {
		return err
	}
	line := append(bytes.TrimSpace(ssh.MarshalAuthorizedKey(pub)), (" migcheck@" + host + "\n")...)
	return errors.Join(
		p.AddFile(s.path(KeyPath), pem.EncodeToMemory(block), 0o600),
		p.AddFile(s.path(KeyPath+".pub"), line, 0o644))
}

// PublicKey is the run's public key, as a line.
func (s Site) PublicKey() (string, error) {
	b, err := os.ReadFile(s.path(KeyPath + ".pub"))
	if errors.Is(err, fs.ErrNotExist) {
		return "", exit.Because(fmt.Errorf("there is no key yet: %w", err), "migcheck systemd install makes one")
	}
	return string(b), err
}

// Remove plans to take the timer away, and to end a run in progress: systemd lets
// one go on after its timer has been stopped, and after its unit's file is gone.
// The key, the settings and what was written of the fleet stay.
func (s Site) Remove() (*change.Plan, error) {
	if err := s.foreign(); err != nil {
		return nil, err
	}
	p := &change.Plan{}
	if s == "" {
		if err := s.planStop(p); err != nil {
			return nil, err
		}
	}
	for _, name := range []string{TimerPath, ServicePath} {
		if err := p.Delete(s.path(name)); err != nil {
			return nil, err
		}
	}
	if len(p.Changes) == 0 {
		p.Remark("no timer is installed")
		return p, nil
	}
	if s == "" {
		p.Add("make systemd forget them (systemctl daemon-reload, reset-failed)", forget, nil)
	}
	p.Remark("%s, its public half and the settings in %s stay, and what is in %s", KeyPath, filepath.Dir(KeyPath), StateDir)
	return p, nil
}

// forget drops the units, and that a run which was ended has failed: one that was
// still in its ExecStartPre has. A pattern that matches nothing is no error.
func forget() error {
	if err := systemctl("daemon-reload"); err != nil {
		return err
	}
	return systemctl("reset-failed", "migcheck-fleet.*")
}

// planStop plans that no run begins any more, and that the one in progress ends:
// in this order, as the timer could start another between.
func (s Site) planStop(p *change.Plan) error {
	for _, stop := range []struct {
		what, unit string
		words      []string
	}{
		{"stop the timer", TimerPath, []string{"disable", "--now", filepath.Base(TimerPath)}},
		{"end a run in progress", ServicePath, []string{"stop", filepath.Base(ServicePath)}},
	} {
		there, err := s.has(stop.unit)
		if err != nil {
			return err
		}
		if there {
			p.Add(stop.what+" (systemctl "+strings.Join(stop.words, " ")+")", func() error { return systemctl(stop.words...) }, nil)
		}
	}
	return nil
}

// foreign refuses to touch units that it has not written.
func (s Site) foreign() error {
	for _, name := range []string{ServicePath, TimerPath} {
		b, err := os.ReadFile(s.path(name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return err
		case !bytes.HasPrefix(b, []byte(mark)):
			return exit.Because(fmt.Errorf("%s is there, and migcheck has not written it", s.path(name)), "move it away first")
		}
	}
	return nil
}

func systemctl(words ...string) error {
	out, err := exec.Command("systemctl", words...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("systemctl %s: %w\n%.1000s", words[0], err, out)
	}
	return nil
}
