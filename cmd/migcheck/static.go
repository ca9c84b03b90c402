package main

import (
	"os"

	"migcheck/cmd/internal/act/change"
)

// staticProgram is what an install puts on a host: this program, or, where that
// is the build with a libvirt client, the static one of the same package.
func staticProgram() (string, error) {
	exe, err := os.Executable()
	if err != nil || change.IsStatic(exe) == nil {
		return exe, err
	}
	if change.IsMigcheck(change.PackagedProgram) && exe == change.PackagedBinary {
		return change.PackagedProgram, nil
	}
	return exe, nil
}
