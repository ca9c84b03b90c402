package agent

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"migcheck/cmd/internal/act/change"
	"migcheck/cmd/internal/act/probe"
	"migcheck/cmd/internal/exit"
	"migcheck/hostinfo/agent"
)

// Where the agent's parts are.
const (
	// BinaryPath is the program. It is not the hook's: each is brought up to date
	// and removed without the other. The package has it in the same place.
	BinaryPath  = change.PackagedProgram
	socketPath  = unitDir + socketUnit
	servicePath = unitDir + serviceUnit
	groupPath   = "/usr/lib/sysusers.d/migcheck-agent.conf"

	probeSocketPath  = unitDir + probeSocketUnit
	probeServicePath = unitDir + "migcheck-probe@.service"
	probeGroupPath   = "/usr/lib/sysusers.d/migcheck-probe.conf"

	unitDir         = "/etc/systemd/system/"
	socketUnit      = "migcheck-agent.socket"
	serviceUnit     = "migcheck-agent.service"
	probeSocketUnit = "migcheck-probe.socket"
	probeServices   = "migcheck-probe@*.service"
)

var (
	//go:embed migcheck-agent.socket
	socketText string
	//go:embed migcheck-agent.service
	serviceText string
	//go:embed migcheck-agent.conf
	groupText string
	//go:embed migcheck-probe.socket
	probeSocketText string
	//go:embed migcheck-probe@.service
	probeServiceText string
	//go:embed migcheck-probe.conf
	probeGroupText string
)

// mark is the first line of every file that is written here.
const mark = "# written by migcheck agent install\n"

// Site is the machine, or the image of one, that an agent belongs to. The zero
// value is this machine.
type Site struct {
	// Root is the directory that is its "/"; empty for this machine.
	Root string
}

func (s Site) path(name string) string { return filepath.Join("/", s.Root, name) }

// here says whether the site is this machine, with a systemd that runs.
func (s Site) here() bool { return s.Root == "" }

// part is a file of an agent's.
type part struct{ path, text string }

// socket is one of an agent's sockets, with what belongs to it.
type socket struct {
	group     string // whose members may connect
	groupFile part
	unit      string // of systemd
	services  string // units, as a pattern
	files     []part
	prove     func(version string) error // that it answers
}

func (s *socket) all() []part { return append([]part{s.groupFile}, s.files...) }

// facts is the socket that every agent has, and frames the one for probes.
var (
	facts = socket{
		group: agent.Group, groupFile: part{groupPath, groupText}, unit: socketUnit, services: serviceUnit,
		files: []part{{socketPath, socketText}, {servicePath, serviceText}}, prove: proveFacts,
	}
	frames = socket{
		group: probe.Group, groupFile: part{probeGroupPath, probeGroupText}, unit: probeSocketUnit, services: probeServices,
		files: []part{{probeSocketPath, probeSocketText}, {probeServicePath, probeServiceText}}, prove: proveFrames,
	}
	both = []*socket{&facts, &frames}
)

// foreign is an error that names what stands where the agent's parts would, and
// is not ours.
func (s Site) foreign() error {
	var strangers []string
	check := func(name string, ours func(string) bool) error {
		there, err := change.Exists(s.path(name))
		if err == nil && there && !ours(s.path(name)) {
			strangers = append(strangers, s.path(name))
		}
		return err
	}
	err := check(BinaryPath, change.IsMigcheck)
	for _, socket := range both {
		for _, p := range socket.all() {
			err = errors.Join(err, check(p.path, isOurs))
		}
	}
	if err != nil || len(strangers) == 0 {
		return err
	}
	slices.Sort(strangers)
	return exit.Because(fmt.Errorf("%s: not written by migcheck, so it is left alone", strings.Join(strangers, ", ")),
		"move it away first, if nobody needs it")
}

// isOurs says whether a regular file begins with our mark.
func isOurs(name string) bool {
	info, err := os.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > 1<<20 {
		return false
	}
	b, err := os.ReadFile(name)
	return err == nil && bytes.HasPrefix(b, []byte(mark))
}

// mkdir makes a directory that everybody may look into, whatever the umask.
func mkdir(name string) error {
	if err := os.Mkdir(name, 0o755); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return nil
		}
		return err
	}
	return os.Chmod(name, 0o755)
}
