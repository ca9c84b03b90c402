package hook

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"migcheck/cmd/internal/act/change"
	"migcheck/cmd/internal/exit"
)

// Install plans to put the hook on a site, exe being the program that judges. It
// refuses what can't work, and never plans to write over what is not the hook's.
func (s Site) Install(exe string) (*change.Plan, error) {
	if err := change.IsStatic(exe); err != nil {
		return nil, err
	}
	if there, err := change.Exists(s.path("/etc/libvirt")); err != nil || !there {
		return nil, errors.Join(errors.New("libvirt is not installed here: there is no "+s.path("/etc/libvirt")), err)
	}
	if err := s.foreign(); err != nil {
		return nil, err
	}
	daemons := s.daemons()
	if err := newEnough(daemons); err != nil {
		return nil, err
	}
	p := &change.Plan{}
	made, err := s.planDirs(p)
	if err != nil {
		return nil, err
	}
	if err := s.planFiles(p, exe, made); err != nil {
		return nil, err
	}
	s.planReload(p, daemons)
	if s.here() {
		p.Add("ask libvirt for a guest that never starts, and take the hook away if libvirt is kept from running it", awaitProof, nil)
	}
	return p, nil
}

// planDirs plans the directories, and returns all that are or were made for it.
func (s Site) planDirs(p *change.Plan) ([]string, error) {
	var made, planned []string
	if old, err := readFile(s.path(scriptPath), maxSettings); err == nil {
		made = madeDirs(old)
	}
	for _, file := range []string{binaryPath, scriptPath, settingsPath, linkPath} {
		missing, err := s.missingDirs(path.Dir(file))
		if err != nil {
			return nil, err
		}
		for _, d := range missing {
			if slices.Contains(planned, d) {
				continue
			}
			planned = append(planned, d)
			if !slices.Contains(made, d) {
				made = append(made, d)
			}
			p.Add("make the directory "+s.path(d), func() error {
				if err := os.Mkdir(s.path(d), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
					return err
				}
				return os.Chmod(s.path(d), 0o755) // whatever the umask
			}, func() { _ = os.Remove(s.path(d)) })
		}
	}
	return made, nil
}

// planFiles plans the files. The link comes last: with it the hook is in force.
func (s Site) planFiles(p *change.Plan, exe string, made []string) error {
	program, err := os.ReadFile(exe)
	if err != nil {
		return err
	}
	put := func(name string, content []byte, mode fs.FileMode) error {
		return p.AddFile(s.path(name), content, mode)
	}
	if err := put(binaryPath, program, 0o755); err != nil {
		return err
	}
	if err := put(scriptPath, s.script(made), 0o755); err != nil {
		return err
	}
	if s.here() {
		p.Add("see that it judges, and leaves other operations alone", tryOut, nil)
	}
	if there, err := change.Exists(s.path(settingsPath)); err != nil {
		return err
	} else if there {
		p.Remark("%s stays as it is", s.path(settingsPath))
	} else if err := put(settingsPath, []byte(defaultSettings), 0o644); err != nil {
		return err
	}
	link := s.path(linkPath)
	if there, err := change.Exists(link); err != nil || there {
		return err
	}
	p.Add(fmt.Sprintf("link %s to %s", link, scriptPath),
		func() error { return os.Symlink(scriptPath, link) }, func() { _ = os.Remove(link) })
	return nil
}

// foreign is an error that names what stands where the hook's parts would, and
// is not ours.
func (s Site) foreign() error {
	if err := s.contained(); err != nil {
		return err
	}
	var strangers []string
	for name, ours := range map[string]func(string) bool{linkPath: isOurLink, scriptPath: isOurScriptFile, binaryPath: change.IsMigcheck} {
		full := s.path(name)
		there, err := change.Exists(full)
		if err != nil {
			return err
		}
		if there && !ours(full) {
			strangers = append(strangers, full)
		}
	}
	if len(strangers) == 0 {
		return nil
	}
	slices.Sort(strangers)
	return exit.Because(fmt.Errorf("%s: not written by migcheck, so it is left alone", strings.Join(strangers, ", ")),
		"move it away first, if nobody needs it")
}

func isOurLink(name string) bool {
	to, err := os.Readlink(name)
	return err == nil && to == scriptPath
}

func isOurScriptFile(name string) bool {
	info, err := os.Lstat(name)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	content, err := readFile(name, maxSettings)
	return err == nil && isOurScript(content)
}
