package history

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// name is that of the file in migcheck's state directory.
const name = "history.db"

// Path is where the history is: the file that was given, else history.db in the
// directory that systemd made for the service ($STATE_DIRECTORY), else in
// migcheck's below $XDG_STATE_HOME, else in /var/lib/migcheck for root and below
// ~/.local/state for others.
func Path(given string) (string, error) {
	if given != "" {
		return filepath.Abs(given)
	}
	dir, _, _ := strings.Cut(os.Getenv("STATE_DIRECTORY"), ":")
	state := os.Getenv("XDG_STATE_HOME")
	switch {
	case filepath.IsAbs(dir):
	case filepath.IsAbs(state):
		dir = filepath.Join(state, "migcheck")
	case os.Geteuid() == 0:
		dir = "/var/lib/migcheck"
	default:
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("find the history: %w", err)
		}
		dir = filepath.Join(home, ".local", "state", "migcheck")
	}
	return filepath.Join(dir, name), nil
}

// prepare sees to it that there is a regular file, 0640 if it is new, whatever
// the umask is. A directory that has to be made is 0750.
func prepare(path string) error {
	dir := filepath.Dir(path)
	if _, err := os.Stat(dir); os.IsNotExist(err) {
		if err := makeDirectory(dir); err != nil {
			return err
		}
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if os.IsExist(err) {
		return regular(path)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Chmod(0o640)
}

func makeDirectory(dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o750); err != nil {
		if os.IsExist(err) { // another migcheck was faster
			return nil
		}
		return err
	}
	return os.Chmod(dir, 0o750)
}

// regular refuses what SQLite would wait for or can't lock.
func regular(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file", path)
	}
	return nil
}
