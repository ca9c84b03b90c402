package probe

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"

	"github.com/vishvananda/netlink"

	"migcheck/hostinfo/probe"
)

// Allowed is what a member of [Group] may send frames by: the devices that guests
// stand on, and those that the administrator has listed. The nil one is root's.
type Allowed struct {
	// List is the path of the list: a shell pattern of device names on each line,
	// and what follows a # is left out. It counts while root alone can write it.
	List string
}

// refuse says why the device of that name may not be used; nil if it may.
func (a *Allowed) refuse(name string) *probe.Trouble {
	if a == nil {
		return nil
	}
	used, err := underGuests(name)
	if used {
		return nil
	}
	listed, listErr := a.lists(name)
	if listed {
		return nil
	}
	text := fmt.Sprintf("%s: no guest stands on it, and %s does not list it", name, a.List)
	if err = errors.Join(err, listErr); err != nil {
		text += ": " + strings.ReplaceAll(err.Error(), "\n", "; ")
	}
	return &probe.Trouble{Kind: probe.Denied, Text: text}
}

// underGuests says whether a macvtap stands on a device.
func underGuests(name string) (bool, error) {
	links, err := netlink.LinkList()
	if err != nil {
		return false, fmt.Errorf("read the devices: %w", err)
	}
	index := 0
	for _, l := range links {
		if l.Attrs().Name == name {
			index = l.Attrs().Index
		}
	}
	for _, l := range links {
		a := l.Attrs()
		// With a namespace's id the parent's index is one of that namespace.
		if l.Type() == "macvtap" && a.ParentIndex == index && index != 0 && a.NetNsID == -1 {
			return true, nil
		}
	}
	return false, nil
}

// lists says whether the administrator has listed a device.
func (a *Allowed) lists(name string) (bool, error) {
	f, err := os.Open(a.List)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); !ok || owner.Uid != 0 || info.Mode()&0o022 != 0 || !info.Mode().IsRegular() {
		return false, fmt.Errorf("%s does not count: others than root can write it", a.List)
	}
	return listed(io.LimitReader(f, 1<<20), name)
}

// listed says whether a list has a pattern for a name.
func listed(r io.Reader, name string) (bool, error) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		pattern, _, _ := strings.Cut(lines.Text(), "#")
		switch ok, err := path.Match(strings.TrimSpace(pattern), name); {
		case err != nil:
			return false, fmt.Errorf("its pattern %.40q: %w", pattern, err)
		case ok:
			return true, nil
		}
	}
	return false, lines.Err()
}
