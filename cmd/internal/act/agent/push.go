package agent

import (
	"context"
	"crypto/sha256"
	"debug/elf"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"migcheck/cmd/internal/act/change"
	"migcheck/cmd/internal/exit"
)

// Root runs a POSIX shell script of one line on a host as root, and returns what
// it printed.
type Root func(ctx context.Context, stdin io.Reader, script string, words ...string) (string, error)

// pushScript takes a program from its input and lets it install itself. Words:
// its SHA-256, and --probe or nothing. Nothing is left behind where that fails, or if the input is cut.
var pushScript = oneLine(`
umask 022; d=` + path.Dir(BinaryPath) + `;
mkdir -p $d || exit 1;
t=$(mktemp $d/.push.XXXXXXXX) || exit 1;
trap "rm -f $t; rmdir $d 2>/dev/null || :" EXIT; trap "exit 1" HUP INT TERM;
cat >$t || exit 1;
s=$(sha256sum <$t) || exit 1;
if [ "${s%% *}" = "$1" ]; then :; else echo "the program did not arrive as it was sent" >&2; exit 1; fi;
chmod 755 $t && $t agent install local --yes $2 2>&1`)

var removeScript = oneLine(`
b=` + BinaryPath + `;
if [ -x $b ]; then $b agent remove local --yes 2>&1; else echo "no agent is installed"; fi`)

func oneLine(script string) string { return strings.Join(strings.Fields(script), " ") }

// Program is a file that is to be a host's agent.
type Program struct {
	Path   string
	Digest string // SHA-256, in hexadecimal
	Size   int64
	Arch   string // what uname -m says of machines that it is for
}

var machines = map[elf.Machine]string{
	elf.EM_X86_64: "x86_64", elf.EM_AARCH64: "aarch64", elf.EM_S390: "s390x", elf.EM_PPC64: "ppc64le", elf.EM_RISCV: "riscv64",
}

// NewProgram looks at a file, which must be a static migcheck.
func NewProgram(exe string) (*Program, error) {
	if err := change.IsStatic(exe); err != nil {
		return nil, err
	}
	if !change.IsMigcheck(exe) {
		return nil, exit.Because(fmt.Errorf("%s is no migcheck", exe), "--binary names a static build of migcheck (make static)")
	}
	f, err := os.Open(exe)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil {
		return nil, err
	}
	head, err := elf.NewFile(f)
	if err != nil {
		return nil, err
	}
	return &Program{Path: exe, Digest: hex.EncodeToString(h.Sum(nil)), Size: n, Arch: machines[head.Machine]}, nil
}

// For refuses a host of another architecture; arch is what uname -m says there,
// empty if that is not known.
func (p *Program) For(host, arch string) error {
	if arch == p.Arch {
		return nil
	}
	if arch == "" {
		return errors.New("the architecture of " + host + " is not known")
	}
	return exit.Because(fmt.Errorf("%s is %s, and this program runs on %s", host, arch, p.Arch), "--binary names a static migcheck for "+arch)
}

// Push sends the program to a host and has it install itself there, with or
// without the socket for probes.
func (p *Program) Push(ctx context.Context, root Root, probes bool) (string, error) {
	f, err := os.Open(p.Path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	with := ""
	if probes {
		with = "--probe"
	}
	return root(ctx, f, pushScript, p.Digest, with)
}

// RemoveFrom has the agent of a host remove itself.
func RemoveFrom(ctx context.Context, root Root) (string, error) { return root(ctx, nil, removeScript) }

// Outline is what Push will do, for who is asked before.
func (p *Program) Outline(probes bool) []string {
	out := []string{fmt.Sprintf("write %s (%d bytes, mode 0755)", BinaryPath, p.Size)}
	sockets := []*socket{&facts}
	if probes {
		sockets = both
	}
	for _, socket := range sockets {
		for _, f := range socket.all() {
			out = append(out, fmt.Sprintf("write %s (%d bytes, mode 0644)", f.path, len(f.text)))
		}
		out = append(out, "make the system group "+socket.group+", if there is none",
			"listen, from now on and after every start (systemctl enable --now "+socket.unit+")", "see that it answers")
	}
	return out
}
