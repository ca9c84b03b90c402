package hook

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
)

// Where the hook's parts are. libvirt runs what is in qemu.d in the order of the
// names, so ours judges what the others have made of the XML. The link leads out
// of /etc because SELinux lets virtqemud run programs labelled bin_t and not its
// own hooks (virt_hook_t), and AppArmor lets libvirtd run what is in /usr/sbin.
const (
	linkPath     = "/etc/libvirt/hooks/qemu.d/zz-migcheck"
	scriptPath   = "/usr/sbin/migcheck-hook"
	binaryPath   = "/usr/libexec/migcheck/migcheck"
	settingsPath = "/etc/migcheck/hook.yaml"
	beatPath     = "/run/migcheck-hook" // the script's word that the daemon ran it
	networksPath = "/run/libvirt/network"
)

// Site is the machine, or the image of one, that a hook belongs to. The zero
// value is this machine.
type Site struct {
	// Root is the directory that is its "/", as an absolute path; empty for this
	// machine.
	Root string
	// Owner is the user id that the hook's files must belong to: root's, or that
	// of whoever builds an image.
	Owner int
}

func (s Site) path(name string) string { return filepath.Join("/", s.Root, name) }

// contained refuses images in which a link leads out of them: what is meant for
// the image would be written to this machine.
func (s Site) contained() error {
	if s.here() {
		return nil
	}
	root, err := filepath.EvalSymlinks(s.Root)
	if err != nil {
		return err
	}
	for _, name := range []string{linkPath, scriptPath, binaryPath, settingsPath} {
		dir := filepath.Dir(s.path(name))
		real, err := filepath.EvalSymlinks(dir)
		for errors.Is(err, fs.ErrNotExist) && dir != s.Root {
			dir = filepath.Dir(dir)
			real, err = filepath.EvalSymlinks(dir)
		}
		if err != nil {
			return err
		}
		if real != root && !strings.HasPrefix(real, root+"/") {
			return fmt.Errorf("%s leads out of %s, to %s", dir, s.Root, real)
		}
	}
	return nil
}

// here says whether the site is this machine, with daemons that run.
func (s Site) here() bool { return s.Root == "" }
