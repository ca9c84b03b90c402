//go:build linux

package netlink

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/sys/unix"

	"migcheck/hostinfo"
	"migcheck/hostinfo/iproute/files"
)

// space is another network namespace: what holds it, and its name.
type space struct{ path, name string }

// namespaces fills in Host.Namespaces, as root. What goes away meanwhile makes
// it start again, since something else may hold the same namespace.
func (r root) namespaces(ctx context.Context, h *hostinfo.Host) {
	if os.Geteuid() != 0 {
		files.NotRoot(h)
		return
	}
	const tries = 3
	for range tries {
		var n files.Namespaces
		spaces, err := r.others(&n)
		if err != nil {
			h.AddGap(hostinfo.FactNamespaces, "", err.Error())
			return
		}
		found := &hostinfo.Host{User: h.User}
		n.Finish(found)
		if n.Others <= files.MaxNamespaces {
			err = r.lookInto(ctx, found, spaces)
		}
		h.Namespaces = found.Namespaces
		if !errors.Is(err, fs.ErrNotExist) {
			h.Gaps = append(h.Gaps, found.Gaps...)
			return
		}
	}
	h.AddGap(hostinfo.FactNamespaces, "", "a network namespace went away while it was read")
}

// others finds the distinct network namespaces that have a name or a process,
// but for this thread's own. A name comes before a process.
func (r root) others(n *files.Namespaces) ([]space, error) {
	own, err := namespaceOf(r.path("proc/thread-self/ns/net"))
	if err != nil {
		return nil, err
	}
	pids, err := namespaceOf(r.path("proc/self/ns/pid"))
	n.Nested = err != nil || pids.Ino != files.InitialPIDs
	var paths []string
	for _, glob := range []string{"run/netns/*", "proc/[0-9]*/ns/net", "run/docker/netns/*"} {
		found, err := filepath.Glob(r.path(glob))
		if err != nil {
			return nil, err
		}
		paths = append(paths, found...)
	}
	seen := map[uint64]bool{own.Ino: true}
	var out []space
	for _, path := range paths {
		st, err := namespaceOf(path)
		if errors.Is(err, fs.ErrPermission) {
			n.Refused = true
		}
		if err != nil || st.Dev != own.Dev || seen[st.Ino] { // a name that nothing is mounted on is a plain file
			continue
		}
		seen[st.Ino] = true
		n.Others++
		out = append(out, space{path, r.spaceName(path)})
	}
	return out, nil
}

func namespaceOf(path string) (unix.Stat_t, error) {
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return st, fmt.Errorf("stat %s: %w", path, err)
	}
	return st, nil
}

func (r root) spaceName(path string) string {
	if filepath.Base(path) != "net" || filepath.Base(filepath.Dir(path)) != "ns" {
		return files.Called(filepath.Base(path))
	}
	pid := filepath.Base(filepath.Dir(filepath.Dir(path)))
	return files.Process(pid, r.line("proc/"+pid+"/comm"))
}

// lookInto reads the links of each namespace on a thread of its own, which is
// thrown away. The error is fs.ErrNotExist's if one of them is gone.
func (r root) lookInto(ctx context.Context, h *hostinfo.Host, spaces []space) error {
	own, err := os.Open(r.path("proc/thread-self/ns/net"))
	if err != nil {
		return err
	}
	defer own.Close()
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		var gone error
		for _, s := range spaces {
			err := enter(ctx, h, s)
			if errors.Is(err, fs.ErrNotExist) {
				gone = err
			}
		}
		// The main thread can't end: it must not hold another namespace for good.
		_ = unix.Setns(int(own.Fd()), unix.CLONE_NEWNET)
		done <- gone
	}()
	return <-done
}

// enter moves this thread into a namespace and reads its links.
func enter(ctx context.Context, h *hostinfo.Host, s space) error {
	f, err := os.Open(s.path)
	if err == nil {
		err = unix.Setns(int(f.Fd()), unix.CLONE_NEWNET)
		_ = f.Close()
	}
	there := &hostinfo.Host{}
	if err == nil {
		readDevices(ctx, there)
	} else if !errors.Is(err, fs.ErrNotExist) {
		there.AddGap(hostinfo.FactDevices, "", err.Error())
	}
	h.Namespaces = append(h.Namespaces, hostinfo.Namespace{Name: s.name, Devices: there.Devices})
	if len(there.Gaps) > 0 {
		files.Unread(h, s.name, there.Gaps[0].Reason)
	}
	return err
}
