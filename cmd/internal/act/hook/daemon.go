package hook

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"migcheck/cmd/internal/act/change"
	"migcheck/cmd/internal/exit"
)

// daemon is a running libvirt daemon that has this host's QEMU guests.
type daemon struct {
	pid     int
	name    string    // "virtqemud" or "libvirtd"
	started time.Time // zero if unknown
	// confined is the AppArmor profile or SELinux context it runs in, as
	// /proc/PID/attr/current says; empty if none.
	confined string
	// elsewhere is set where it sees another /etc/libvirt: it is in a container.
	elsewhere bool
}

// daemons finds them below /proc.
func (s Site) daemons() []daemon {
	var out []daemon
	all, _ := filepath.Glob(s.path("/proc/[0-9]*"))
	for _, dir := range all {
		pid, err := strconv.Atoi(filepath.Base(dir))
		name := firstLine(filepath.Join(dir, "comm"))
		if err != nil || name != "virtqemud" && name != "libvirtd" {
			continue
		}
		info, err := os.Stat(dir)
		if err != nil {
			continue
		}
		if st, ok := info.Sys().(*syscall.Stat_t); !ok || int(st.Uid) != s.Owner {
			continue // a user's own session daemon has other hooks
		}
		out = append(out, daemon{
			pid: pid, name: name, started: s.startOf(dir),
			confined:  strings.TrimRight(firstLine(filepath.Join(dir, "attr/current")), "\x00"),
			elsewhere: !sameFile(filepath.Join(dir, "root/etc/libvirt"), s.path("/etc/libvirt")),
		})
	}
	return out
}

// startOf is when a process began: field 22 of its stat, in ticks of 10 ms since
// the boot that /proc/stat tells.
func (s Site) startOf(dir string) time.Time {
	raw, err := os.ReadFile(filepath.Join(dir, "stat"))
	if err != nil {
		return time.Time{}
	}
	text := string(raw)
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:]) // the name may hold blanks
	if len(fields) < 20 {
		return time.Time{}
	}
	ticks, err := strconv.ParseInt(fields[19], 10, 64)
	if err != nil {
		return time.Time{}
	}
	stat, err := os.ReadFile(s.path("/proc/stat"))
	if err != nil {
		return time.Time{}
	}
	for line := range strings.Lines(string(stat)) {
		if boot, ok := strings.CutPrefix(line, "btime "); ok {
			if at, err := strconv.ParseInt(strings.TrimSpace(boot), 10, 64); err == nil {
				return time.Unix(at, 0).Add(time.Duration(ticks) * 10 * time.Millisecond)
			}
		}
	}
	return time.Time{}
}

func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

func firstLine(path string) string {
	raw, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(raw), "\n")
	return line
}

// planReload plans to make the daemons look for hooks anew: one that started
// without any does not do it by itself.
func (s Site) planReload(p *change.Plan, daemons []daemon) {
	for _, d := range daemons {
		if d.elsewhere {
			p.Remark("%s, pid %d, has another /etc/libvirt and does not see this hook: it runs in a container", d.name, d.pid)
			continue
		}
		p.Add(fmt.Sprintf("reload %s, pid %d (SIGHUP)", d.name, d.pid), func() error {
			if err := syscall.Kill(d.pid, syscall.SIGHUP); err != nil && err != syscall.ESRCH {
				return err
			}
			return nil
		}, nil)
	}
	if len(daemons) == 0 && s.here() {
		p.Remark("no libvirt daemon runs now: it will look for hooks when it starts")
	}
}

// newEnough refuses daemons that do not look into hooks/qemu.d.
func newEnough(daemons []daemon) error {
	for _, d := range daemons {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		out, err := exec.CommandContext(ctx, fmt.Sprintf("/proc/%d/exe", d.pid), "--version").Output()
		cancel()
		if err != nil {
			continue // what can't be asked is for status to prove
		}
		version := lastWord(string(out))
		var major, minor int
		if n, _ := fmt.Sscanf(version, "%d.%d", &major, &minor); n == 2 && (major < 6 || major == 6 && minor < 5) {
			return exit.Because(fmt.Errorf("%s here is %s, and libvirt runs what is in hooks/qemu.d from 6.5.0 on", d.name, version), "")
		}
	}
	return nil
}

// lastWord is the version in "libvirtd (libvirt) 9.0.0".
func lastWord(s string) string {
	words := strings.Fields(s)
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}
