//go:build linux

package netlink

import (
	"path/filepath"
	"strings"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute/files"
)

// memory fills in Host.Memory.
func (r root) memory(h *hostinfo.Host) {
	var m files.Memory
	lines, err := r.grep(files.MemInfo, files.MaxLines, files.MayBeMemory)
	for _, line := range lines {
		m.Line(files.MemInfo, line)
	}
	pools, _ := filepath.Glob(r.path(files.HugePages)) // the pattern is well formed
	for _, name := range pools {
		file := "/" + strings.Trim(strings.TrimPrefix(name, string(r)), "/")
		m.Line(file, r.line(file))
	}
	why := "nothing of the kind was there"
	if err != nil {
		why = err.Error()
	}
	m.Finish(h, why)
}
