package snapshot

import (
	"fmt"
	"slices"
	"strings"
)

// inventory is the host files that a directory holds, by file name.
type inventory map[string]*hostFile

func (d *directory) inventory() (inventory, error) {
	names, err := d.hostFiles()
	if err != nil {
		return nil, err
	}
	there := inventory{}
	for _, name := range names {
		if there[name], err = d.host(name); err != nil {
			return nil, fmt.Errorf("the directory is in use for something else: %w", err)
		}
	}
	return there, nil
}

// replacing returns the files that are of no use once hosts are in place, or
// an error if they are not the hosts that they would replace.
func (there inventory) replacing(hosts []rendered) ([]string, error) {
	written := map[string]bool{} // host names
	keep := map[string]bool{}    // file names
	for _, h := range hosts {
		written[h.file.Host.Name] = true
		keep[h.name] = true
		for name := range h.xml {
			keep[name] = true
		}
	}
	var stale []string
	for name, old := range there {
		if !written[old.Host.Name] {
			for _, x := range old.files() {
				keep[x] = true
			}
		}
		for _, h := range hosts {
			if err := clash(old, h.file, written); err != nil {
				return nil, fmt.Errorf("%s %w", name, err)
			}
		}
		if written[old.Host.Name] {
			stale = append(stale, old.files()...)
			stale = append(stale, name)
		}
	}
	stale = slices.DeleteFunc(stale, func(name string) bool { return keep[name] })
	slices.Sort(stale)
	return slices.Compact(stale), nil
}

// clash says why a recorded host and a new one cannot both be in a directory.
func clash(old, now *hostFile, written map[string]bool) error {
	a, b := old.Host, now.Host
	sameUUID := strings.EqualFold(a.UUID, b.UUID)
	switch {
	case a.Name == b.Name && !sameUUID && a.UUID != "" && b.UUID != "":
		return fmt.Errorf("holds another machine called %q (host UUID %s, now %s): use another directory", a.Name, a.UUID, b.UUID)
	case a.Name != b.Name && sameUUID && a.UUID != "" && !written[a.Name]:
		return fmt.Errorf("holds the machine with host UUID %s as %q, not %q: use another directory", a.UUID, a.Name, b.Name)
	}
	return nil
}
