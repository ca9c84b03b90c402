package probe

import (
	"crypto/sha256"
	"debug/buildinfo"
	"debug/elf"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"migcheck/cmd/internal/act/change"
)

// Build is a static migcheck for one architecture.
type Build struct {
	Content []byte
	Digest  string // SHA-256, hexadecimal
}

// machine is what a program for an architecture says of itself.
type machine struct {
	goArch string
	elf    elf.Machine
	order  elf.Data
}

// machines are the architectures by what uname -m calls them.
var machines = map[string]machine{
	"x86_64":  {"amd64", elf.EM_X86_64, elf.ELFDATA2LSB},
	"aarch64": {"arm64", elf.EM_AARCH64, elf.ELFDATA2LSB},
	"s390x":   {"s390x", elf.EM_S390, elf.ELFDATA2MSB},
	"ppc64le": {"ppc64le", elf.EM_PPC64, elf.ELFDATA2LSB},
	"riscv64": {"riscv64", elf.EM_RISCV, elf.ELFDATA2LSB},
}

// FindBuild finds a static migcheck for a host of an architecture (uname -m):
// the program itself, migcheck-ARCH beside it, or the one of the package.
func FindBuild(exe, arch string) (*Build, error) {
	m, known := machines[arch]
	if !known {
		return nil, fmt.Errorf("there is no migcheck for the architecture %.20q", arch)
	}
	beside := filepath.Join(filepath.Dir(exe), "migcheck-"+m.goArch)
	for _, name := range []string{exe, beside, change.PackagedProgram} {
		if fits(name, m) {
			content, err := os.ReadFile(name)
			if err != nil {
				return nil, fmt.Errorf("read the program to push: %w", err)
			}
			sum := sha256.Sum256(content)
			return &Build{Content: content, Digest: hex.EncodeToString(sum[:])}, nil
		}
	}
	return nil, fmt.Errorf("there is no static migcheck for %s at hand: this program is another kind, and there is no %s", arch, beside)
}

// fits says whether a file is a static build of this program for a machine.
func fits(name string, m machine) bool {
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	built, err := buildinfo.ReadFile(name)
	if err != nil || built.Main.Path != "migcheck" {
		return false
	}
	f, err := elf.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	static := !slices.ContainsFunc(f.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP })
	return static && f.Machine == m.elf && f.Data == m.order
}

// word is a line of the script behind the marker, taken apart.
func word(line, marker string) (first, rest string, ok bool) {
	line, ok = strings.CutPrefix(strings.TrimSpace(line), marker+" ")
	first, rest, _ = strings.Cut(line, " ")
	return first, rest, ok
}

// ErrNoProgram is what errors.Is finds where a host has no migcheck and none was
// brought.
var ErrNoProgram = errors.New("it has no migcheck that can send frames, and none was brought: --push brings one for the length of the check")
