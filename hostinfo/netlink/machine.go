//go:build linux

package netlink

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"migcheck/hostinfo"
)

// root is the directory under which /sys, /proc, /lib and /dev are looked up:
// "/", or a test's.
type root string

// maxIndex bounds a file that is read line by line; a distribution's modules.dep
// is below one megabyte.
const maxIndex = 16 << 20

// modules fills in Host.MacvtapModule. A kind that is not there yet is loaded
// on demand (rtnl-link-macvtap), unless kernel.modules_disabled says no.
func (r root) modules(h *hostinfo.Host) {
	if r.has("sys/class/macvtap") || r.has("sys/module/macvtap") {
		h.MacvtapModule = hostinfo.Yes
		return
	}
	dir := filepath.Join("lib/modules", filepath.Base("/"+h.Kernel))
	if builtin, err := r.lists(filepath.Join(dir, "modules.builtin")); err == nil && builtin {
		h.MacvtapModule = hostinfo.Yes
		return
	}
	if r.line("proc/sys/kernel/modules_disabled") == "1" {
		h.MacvtapModule = hostinfo.No
		return
	}
	loadable, err := r.lists(filepath.Join(dir, "modules.dep"))
	if err != nil {
		h.AddGap(hostinfo.FactModules, "", fmt.Sprintf("macvtap is not loaded, and whether it can be is not known: %v", err))
		return
	}
	h.MacvtapModule = hostinfo.TriOf(loadable)
}

// vhost fills in Host.VhostNet.
func (r root) vhost(h *hostinfo.Host) {
	_, err := os.Stat(r.path("dev/vhost-net"))
	switch {
	case err == nil:
		h.VhostNet = hostinfo.Yes
	case errors.Is(err, fs.ErrNotExist):
		h.VhostNet = hostinfo.No
	default:
		h.AddGap(hostinfo.FactVhost, "", err.Error())
	}
}

// lists says whether an index of modules names macvtap.ko, compressed or not,
// as a module of its own (the first word of a line).
func (r root) lists(name string) (bool, error) {
	f, err := os.Open(r.path(name))
	if err != nil {
		return false, err
	}
	defer f.Close()
	lines := bufio.NewScanner(io.LimitReader(f, maxIndex))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		module, _, _ := bytes.Cut(lines.Bytes(), []byte(":"))
		if bytes.Contains(module, []byte("/macvtap.ko")) {
			return true, nil
		}
	}
	return false, lines.Err()
}

// grep returns the lines of a file that keep wants, at most so many.
func (r root) grep(name string, most int, keep func(string) bool) ([]string, error) {
	f, err := os.Open(r.path(name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []string
	lines := bufio.NewScanner(io.LimitReader(f, maxIndex))
	lines.Buffer(nil, 1<<20)
	for len(out) < most && lines.Scan() {
		if line := lines.Text(); keep(line) {
			out = append(out, line)
		}
	}
	return out, lines.Err()
}

// names are the names in a directory, sorted.
func (r root) names(name string) ([]string, error) {
	entries, err := os.ReadDir(r.path(name))
	if err != nil {
		return nil, err
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, nil
}

// line is the first line of a small file, empty if it can't be read.
func (r root) line(name string) string {
	f, err := os.Open(r.path(name))
	if err != nil {
		return ""
	}
	defer f.Close()
	buf := make([]byte, 256)
	n, _ := io.ReadFull(f, buf)
	first, _, _ := bytes.Cut(buf[:n], []byte("\n"))
	return string(first)
}

func (r root) has(name string) bool {
	_, err := os.Stat(r.path(name))
	return err == nil
}

func (r root) path(name string) string { return filepath.Join(string(r), name) }
