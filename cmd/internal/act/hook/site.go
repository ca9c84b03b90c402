package hook

import "path/filepath"

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
	// Root is the directory that is its "/"; empty for this machine.
	Root string
	// Owner is the user id that the hook's files must belong to: root's, or that
	// of whoever builds an image.
	Owner int
}

func (s Site) path(name string) string { return filepath.Join("/", s.Root, name) }

// here says whether the site is this machine, with daemons that run.
func (s Site) here() bool { return s.Root == "" }
