//go:build linux

package netlink

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute/files"
)

// searched are the directories that are looked through after those of PATH,
// which users' lack.
const searched = "/usr/sbin:/sbin"

// shaping fills in Setup.Shaping.
func (r root) shaping(h *hostinfo.Host) {
	s := files.Shaping{TC: hostinfo.TriOf(r.command("tc"))}
	for _, m := range files.ShapingModules {
		if r.has("sys/module/" + m) {
			s.Loaded = append(s.Loaded, m)
		}
	}
	if len(s.Loaded) < len(files.ShapingModules) {
		s.Disabled = r.line("proc/sys/kernel/modules_disabled") == "1"
		dir := filepath.Join("lib/modules", filepath.Base("/"+h.Kernel))
		mentions := func(line string) bool {
			for _, m := range files.ShapingModules {
				if strings.Contains(line, "/"+m+".ko") {
					return true
				}
			}
			return false
		}
		var builtin, loadable error
		s.Builtin, builtin = r.grep(filepath.Join(dir, "modules.builtin"), files.MaxLines, mentions)
		s.Loadable, loadable = r.grep(filepath.Join(dir, "modules.dep"), files.MaxLines, mentions)
		if err := errors.Join(builtin, loadable); err != nil {
			s.Unread = strings.ReplaceAll(err.Error(), "\n", "; ")
		}
	}
	s.Finish(h)
}

// command says whether a program of that name would be found.
func (r root) command(name string) bool {
	for _, dir := range filepath.SplitList(os.Getenv("PATH") + ":" + searched) {
		path := r.path(filepath.Join(dir, name))
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && unix.Access(path, unix.X_OK) == nil {
			return true
		}
	}
	return false
}

// living is the pid in the first of those files that names a process. It is
// refused if a file is there and may not be read.
func (r root) living(pidFiles []string) (pid string, refused bool) {
	for _, f := range pidFiles {
		b, err := os.ReadFile(r.path(f))
		if errors.Is(err, fs.ErrPermission) {
			return "", true
		}
		first, _, _ := strings.Cut(string(b[:min(len(b), 32)]), "\n")
		if n, err := strconv.ParseUint(strings.TrimSpace(first), 10, 31); err == nil && r.has(fmt.Sprintf("proc/%d", n)) {
			return strconv.FormatUint(n, 10), false
		}
	}
	return "", false
}

// lldpad fills in Setup.LLDPAD. Where /proc hides other users' processes, that
// one was not found says nothing.
func (r root) lldpad(h *hostinfo.Host) {
	pid, refused := r.living(files.LLDPADPid)
	found := ""
	switch {
	case refused:
		found = files.Refused
	case pid != "":
		found = "yes"
	case r.has("proc/1"):
		found = "no"
	}
	files.LLDPAD(h, found, "/proc hides processes")
}

// daemon fills in Setup.DaemonElsewhere. An idle daemon is started by systemd,
// in the namespaces of systemd.
func (r root) daemon(h *hostinfo.Host) {
	pid, refused := r.living(files.DaemonPid)
	if pid == "" && !refused && r.has("run/systemd/system") && (r.isSocket("run/libvirt/virtqemud-sock") || r.isSocket("run/libvirt/libvirt-sock")) {
		pid = "1"
	}
	found, why := files.None, ""
	if refused {
		found = files.Refused
	} else if pid != "" {
		found, why = r.where(pid)
	}
	files.Daemon(h, found, why)
}

// where says whether a process is in the network namespace of this thread.
func (r root) where(pid string) (found, why string) {
	there, err := os.Stat(r.path("proc/" + pid + "/ns/net"))
	if errors.Is(err, fs.ErrPermission) {
		return files.Refused, ""
	}
	own, ownErr := os.Stat(r.path("proc/thread-self/ns/net"))
	switch {
	case err != nil || ownErr != nil:
		return "", errors.Join(err, ownErr).Error()
	case os.SameFile(there, own):
		return files.Here, ""
	}
	return files.Elsewhere, ""
}

func (r root) isSocket(name string) bool {
	info, err := os.Stat(r.path(name))
	return err == nil && info.Mode()&fs.ModeSocket != 0
}

// taps fills in Setup.DevFS and StaleTaps.
func (r root) taps(h *hostinfo.Host) {
	mounts, err := r.grep("proc/thread-self/mountinfo", files.MaxLines, func(line string) bool {
		f := strings.SplitN(line, " ", 6)
		return len(f) == 6 && (f[4] == "/dev" || f[4] == "/")
	})
	if h.Setup.DevFS = files.DevFS(mounts); h.Setup.DevFS == "" {
		h.AddGap(hostinfo.FactTaps, "", fmt.Sprintf("the file system on /dev is not known: %v", err))
	}
	names, err := r.names("dev")
	if err != nil {
		h.AddGap(hostinfo.FactTaps, "", err.Error())
		return
	}
	var stale []string
	for _, name := range names {
		n, ok := strings.CutPrefix(name, "tap")
		if !ok || n == "" || n[0] < '0' || n[0] > '9' {
			continue
		}
		path := r.path(filepath.Join("dev", name))
		if info, err := os.Stat(path); err == nil && info.Mode()&fs.ModeCharDevice != 0 {
			continue
		}
		if _, err := os.Lstat(path); err == nil { // not gone meanwhile
			stale = append(stale, n)
		}
	}
	files.Taps(h, stale)
}

// system fills in Host.System.
func (r root) system(h *hostinfo.Host) {
	for _, file := range files.SystemFiles {
		lines, _ := r.grep(file, files.MaxLines, files.MaySaySystem)
		for _, line := range lines {
			files.System(h, file, line)
		}
	}
}

// routes fills in Setup.DefaultRoutes. Without IPv6 there is no ipv6_route.
func (r root) routes(h *hostinfo.Host) {
	v4, err := r.grep("proc/thread-self/net/route", files.MaxLines, files.MayBeDefault)
	if err != nil {
		h.AddGap(hostinfo.FactAddresses, "", fmt.Sprintf("the default routes are not known: %v", err))
		return
	}
	v6, err := r.grep("proc/thread-self/net/ipv6_route", files.MaxLines, files.MayBeDefault)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		h.AddGap(hostinfo.FactAddresses, "", fmt.Sprintf("the default routes are not known: %v", err))
	}
	files.Routes(h, v4, v6)
}
