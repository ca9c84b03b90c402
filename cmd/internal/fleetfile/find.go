package fleetfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Variable is the environment variable that names the fleet file.
const Variable = "MIGCHECK_FLEET"

// Find loads the fleet file: the one given, else $MIGCHECK_FLEET's, else the
// user's (XDG config), else /etc/migcheck/fleet.yaml; an empty Fleet if there is
// none. Run by root, a file that others may write is an error if it was named,
// and passed over otherwise, with a word in ignored.
func Find(given string) (fleet *Fleet, ignored string, err error) {
	if given == "" {
		given = os.Getenv(Variable)
	}
	if given != "" {
		if why := writableByOthers(given); why != "" {
			return nil, "", fmt.Errorf("read the fleet file %s: %s, and this runs as root", given, why)
		}
		fleet, err = Load(given)
		return fleet, "", err
	}
	for _, path := range defaults() {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if why := writableByOthers(path); why != "" {
			ignored = fmt.Sprintf("the fleet file %s is ignored: %s, and this runs as root", path, why)
			continue
		}
		fleet, err = Load(path)
		return fleet, ignored, err
	}
	return &Fleet{}, ignored, nil
}

func defaults() []string {
	var out []string
	if dir, err := os.UserConfigDir(); err == nil {
		out = append(out, filepath.Join(dir, "migcheck", "fleet.yaml"))
	}
	return append(out, "/etc/migcheck/fleet.yaml")
}

// writableByOthers says why root should not trust a file; "" if it may, and for
// users who are not root.
func writableByOthers(path string) string {
	if os.Geteuid() != 0 {
		return ""
	}
	return distrust(path, 0)
}

// distrust says why a user should not trust a file: somebody else owns it or may
// write to it, or may put another in its place. "" if nothing is wrong, and for
// a file that is not there.
func distrust(path string, owner uint32) string {
	checked := []string{path, filepath.Dir(path)}
	if real, err := filepath.EvalSymlinks(path); err == nil && real != path {
		checked = append(checked, filepath.Dir(real))
	}
	for _, p := range checked {
		info, err := os.Stat(p)
		if err != nil {
			return ""
		}
		st, ok := info.Sys().(*syscall.Stat_t)
		sticky := info.IsDir() && info.Mode()&os.ModeSticky != 0
		switch {
		case ok && st.Uid != owner && st.Uid != 0:
			return fmt.Sprintf("%s belongs to user id %d", p, st.Uid)
		case info.Mode().Perm()&0o022 != 0 && !sticky:
			return p + " can be written by others"
		}
	}
	return ""
}
