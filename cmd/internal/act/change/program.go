package change

import (
	"debug/buildinfo"
	"debug/elf"
	"errors"
	"fmt"
	"os"

	"migcheck/cmd/internal/exit"
)

// IsMigcheck says whether a file is a build of this program.
func IsMigcheck(name string) bool {
	info, err := os.Lstat(name)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	built, err := buildinfo.ReadFile(name)
	return err == nil && built.Main.Path == "migcheck"
}

// IsStatic refuses programs that the system's loader would have to find parts
// for: not every host has them, and not every confinement lets them be found.
func IsStatic(exe string) error {
	f, err := elf.Open(exe)
	if err != nil {
		return fmt.Errorf("read the program to install: %w", err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return exit.Because(errors.New("this migcheck is not the static one, which is what runs on every host"),
				"build it with make static, or take the static release, and let that install itself")
		}
	}
	return nil
}
