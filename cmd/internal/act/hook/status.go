package hook

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"migcheck/cmd/internal/act/change"
)

// State is how far a hook can be relied on.
type State int

// The states.
const (
	Proven   State = iota // a running daemon has run it, or answers with it
	Unproven              // it is in place, and nothing shows that the daemon runs it
	Broken                // it is there and can't work, or the daemon is kept from it
	Absent                // there is none
)

// Status is what can be seen of a hook.
type Status struct {
	State State
	Lines []string // for people
}

func (st *Status) say(format string, args ...any) {
	st.Lines = append(st.Lines, fmt.Sprintf(format, args...))
}

// broken notes what keeps the hook from working.
func (st *Status) broken(format string, args ...any) {
	st.State = max(st.State, Broken)
	st.say("PROBLEM: "+format, args...)
}

// Status looks at the hook's parts, at the daemon, and at what shows that the
// one runs the other. With ask it asks libvirt as well, through virsh.
func (s Site) Status(ctx context.Context, now time.Time, ask bool) *Status {
	st := &Status{State: Unproven}
	link, err := os.Lstat(s.path(linkPath))
	if errors.Is(err, fs.ErrNotExist) {
		return &Status{State: Absent, Lines: []string{"no hook is installed: " + s.path(linkPath) + " is not there"}}
	}
	if err != nil {
		return &Status{State: Absent, Lines: []string{err.Error()}}
	}
	st.say("hook: %s, since %s", s.path(linkPath), link.ModTime().Format(time.DateTime))
	s.checkParts(st)
	s.saySettings(st, now)
	daemons := s.daemons()
	proven := false
	for _, d := range daemons {
		s.sayDaemon(st, d, link.ModTime())
		proven = s.hasRun(st, d, link.ModTime()) || proven
	}
	if len(daemons) == 0 {
		st.say("daemon: none runs now; it will look for hooks when it starts")
	}
	for _, line := range s.denials(link.ModTime()) {
		st.broken("it was kept from running: %s", line)
	}
	if st.State == Unproven && proven {
		st.State = Proven
	}
	if ask {
		st.prove(ctx)
	}
	if st.State == Unproven {
		st.say("not proven: nothing shows that a daemon runs it; status --prove asks libvirt")
	}
	return st
}

// checkParts looks at the files.
func (s Site) checkParts(st *Status) {
	if !isOurLink(s.path(linkPath)) {
		st.broken("%s is not the link that migcheck makes", s.path(linkPath))
		return
	}
	for name, ours := range map[string]func(string) bool{scriptPath: isOurScriptFile, binaryPath: change.IsMigcheck} {
		full := s.path(name)
		if why := s.distrust(full); why != "" {
			st.broken("%s", why)
		} else if info, err := os.Stat(full); err == nil && info.Mode().Perm()&0o111 == 0 {
			st.broken("%s is not executable", full)
		} else if !ours(full) {
			st.broken("%s is not what migcheck wrote", full)
		}
	}
	if why := s.distrust(filepath.Dir(s.path(binaryPath))); why != "" {
		st.broken("%s", why)
	}
	// A later script may rewrite the XML behind our back.
	others, _ := os.ReadDir(filepath.Dir(s.path(linkPath)))
	for _, o := range others {
		if o.Name() > filepath.Base(linkPath) {
			st.say("note: %s runs after it and may change what it has judged", o.Name())
		}
	}
}

func (s Site) saySettings(st *Status, now time.Time) {
	set := s.Settings()
	if set.Ignored != "" {
		st.broken("the settings are ignored: %s", set.Ignored)
	}
	mode := "open: a guest that can't be judged may come"
	if set.Closed {
		mode = "closed: a guest that can't be judged may not come"
	}
	st.say("fail mode: %s", mode)
	for i := range set.Waivers {
		if w := &set.Waivers[i]; !w.Ended(now) {
			st.say("waiver: %s", w)
		}
	}
}

func (s Site) sayDaemon(st *Status, d daemon, installed time.Time) {
	line := fmt.Sprintf("daemon: %s, pid %d", d.name, d.pid)
	if !d.started.IsZero() {
		line += ", since " + d.started.Format(time.DateTime)
	}
	if d.confined != "" {
		line += ", confined as " + d.confined
	}
	st.say("%s", line)
	switch {
	case d.elsewhere:
		st.broken("it has another /etc/libvirt, so it does not see this hook: it runs in a container")
	case d.started.IsZero():
	case d.started.After(installed):
		st.say("        the hook was there when it started")
	default:
		st.say("        the hook is newer, so it needed the reload that install sends; whether it did can't be seen")
	}
	if strings.Contains(d.confined, ":virtqemud_t:") {
		for _, name := range []string{scriptPath, binaryPath} {
			if label := labelOf(s.path(name)); label != "" && !strings.Contains(label, ":bin_t:") {
				st.broken("%s is labelled %s, which virtqemud may not run: restorecon %s", s.path(name), label, s.path(name))
			}
		}
	}
}

// labelOf is a file's SELinux label; empty if it has none.
func labelOf(path string) string {
	b := make([]byte, 256)
	n, err := unix.Lgetxattr(path, "security.selinux", b)
	if err != nil || n > len(b) {
		return ""
	}
	return strings.TrimRight(string(b[:n]), "\x00")
}

// hasRun says whether the script wrote down that this very daemon ran it.
func (s Site) hasRun(st *Status, d daemon, installed time.Time) bool {
	info, err := os.Lstat(s.path(beatPath))
	if err != nil || s.distrust(s.path(beatPath)) != "" {
		return false
	}
	pid, err := strconv.Atoi(firstLine(s.path(beatPath)))
	ran := info.ModTime()
	if err != nil || pid != d.pid || ran.Before(installed) || ran.Before(d.started.Truncate(time.Second)) {
		return false
	}
	st.say("        it ran the hook last at %s", ran.Format(time.DateTime))
	return true
}
