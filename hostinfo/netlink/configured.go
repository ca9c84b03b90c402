//go:build linux

package netlink

import (
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute/files"
)

// configured fills in Setup.Managers and Configured.
func (r root) configured(h *hostinfo.Host) {
	var c files.Configured
	defer c.Finish(h)
	read := 0
	for _, glob := range files.ConfigFiles() {
		if !r.configuredBy(glob, &c, &read) {
			return
		}
	}
	for _, glob := range c.Sourced() {
		if !r.configuredBy(glob, &c, &read) {
			return
		}
	}
}

// configuredBy reads the files of one pattern. It is false where there are too
// many.
func (r root) configuredBy(glob string, c *files.Configured, read *int) bool {
	names, err := filepath.Glob(r.path(glob))
	if err != nil {
		return true // a pattern that no shell would expand either
	}
	dir := filepath.Dir(glob)
	if r.isDir(dir) && unix.Access(r.path(dir), unix.R_OK|unix.X_OK) != nil {
		c.Unread(dir)
	}
	for _, name := range names {
		if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() || filepath.Base(name)[0] == '.' {
			continue
		}
		if *read++; *read > files.MaxConfigFiles {
			c.TooMuch()
			return false
		}
		file := filepath.Join(filepath.Dir("/"+strings.TrimPrefix(name, string(r))), filepath.Base(name))
		lines, err := r.grep(file, files.MaxConfigLines, func(line string) bool { return files.ConfigLine(file, line) != "" })
		if err != nil {
			c.Unread(dir)
		}
		for _, line := range lines {
			c.Line(file, files.ConfigLine(file, line))
		}
	}
	return true
}

func (r root) isDir(name string) bool {
	info, err := os.Stat(r.path(name))
	return err == nil && info.IsDir()
}
