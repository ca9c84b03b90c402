package agent

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// Listen makes the socket at path, and the directory that it is in: root and the
// members of [Group] may ask there, or whoever runs the agent alone if there is
// no such group or he may not give it the socket. What a dead agent left is
// replaced; a live one is an error.
func Listen(path string) (*net.UnixListener, error) {
	l, err := listen(path)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", path, err)
	}
	return l, nil
}

func listen(path string) (*net.UnixListener, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	if err := replace(path); err != nil {
		return nil, err
	}
	// Until its mode is set nobody else may connect.
	before := syscall.Umask(0o177)
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	syscall.Umask(before)
	if err != nil {
		return nil, err
	}
	if group, err := user.LookupGroup(Group); err == nil {
		gid, err := strconv.Atoi(group.Gid)
		if err == nil && os.Chown(path, -1, gid) == nil {
			err = os.Chmod(path, 0o660)
		}
		if err != nil {
			l.Close()
			return nil, err
		}
	}
	return l, nil
}

// replace removes a socket on which nobody listens.
func replace(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode().Type() != fs.ModeSocket {
		return errors.New("it is there, and no socket")
	}
	c, err := net.DialTimeout("unix", path, time.Second)
	if err == nil {
		c.Close()
		return errors.New("another agent answers there")
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return err
	}
	return os.Remove(path)
}
