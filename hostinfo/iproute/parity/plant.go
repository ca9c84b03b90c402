package parity

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/txtar"
)

// Tools is the directory of a planted tree with the commands of its story.
const Tools = "/opt/tools"

// Plant makes the files of the story in a directory.
func (t *Tree) Plant(dir string) error {
	tools := map[string]string{}
	for i, f := range t.files {
		var err error
		if command, ok := strings.CutPrefix(f.Name, "$ "); ok {
			err = tool(dir, i, command, f.Data, tools)
		} else {
			err = plant(dir, f)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	for name, cases := range tools {
		script := "#!/bin/sh\ncase \"$*\" in\n" + cases + "esac\nexit 1\n"
		if err := os.WriteFile(filepath.Join(dir, Tools, name), []byte(script), 0o755); err != nil {
			return err
		}
	}
	return t.close(dir)
}

// tool is one thing that a command says. In its arguments * is anything.
func tool(dir string, n int, command string, text []byte, tools map[string]string) error {
	command, status, fails := strings.Cut(command, " => ")
	name, args, _ := strings.Cut(command, " ")
	said := fmt.Sprintf("%s/said%d", Tools, n)
	if err := os.MkdirAll(filepath.Join(dir, Tools), 0o755); err != nil {
		return err
	}
	end := "cat " + said + "; exit 0"
	if fails {
		end = "cat " + said + " >&2; exit " + status
	}
	tools[name] += strings.ReplaceAll(args, " ", `\ `) + ") " + end + " ;;\n"
	return os.WriteFile(filepath.Join(dir, said), text, 0o644)
}

func plant(dir string, f txtar.File) error {
	name, target, link := strings.Cut(f.Name, " -> ")
	name, mode, special := strings.Cut(name, " mode=")
	path := filepath.Join(dir, name)
	if strings.HasSuffix(name, "/") {
		return os.MkdirAll(path, 0o755)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	switch {
	case link:
		return os.Symlink(target, path)
	case strings.HasPrefix(mode, "socket"):
		return socket(path, strings.Split(mode, ":")[1:])
	}
	perm := os.FileMode(0o644)
	if special {
		var err error
		if perm, err = permission(mode); err != nil {
			return err
		}
	}
	return os.WriteFile(path, f.Data, perm)
}

// socket makes a socket of that mode and group.
func socket(path string, access []string) error {
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return err
	}
	l.SetUnlinkOnClose(false)
	if err := l.Close(); err != nil || len(access) == 0 {
		return err
	}
	perm, err := permission(access[0])
	if err != nil {
		return err
	}
	if len(access) > 1 {
		gid, err := strconv.Atoi(access[1])
		if err != nil {
			return err
		}
		// Only root can give it away, and only the script's users need it so.
		if err := os.Chown(path, -1, gid); err != nil && os.Geteuid() == 0 {
			return err
		}
	}
	return os.Chmod(path, perm)
}

// close gives directories their modes, when everything is in them.
func (t *Tree) close(dir string) error {
	for _, f := range slices.Backward(t.files) {
		name, mode, special := strings.Cut(f.Name, " mode=")
		if !special || !strings.HasSuffix(name, "/") {
			continue
		}
		perm, err := permission(mode)
		if err != nil {
			return err
		}
		if err := os.Chmod(filepath.Join(dir, name), perm); err != nil {
			return err
		}
	}
	return nil
}

func permission(mode string) (os.FileMode, error) {
	perm, err := strconv.ParseUint(mode, 8, 9)
	return os.FileMode(perm), err
}
