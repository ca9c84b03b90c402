package snapshot

import (
	"crypto/rand"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// move is a file that is written under one name and wanted under another.
type move struct{ from, to string }

// put writes the files of all hosts: every byte into temporary files first,
// then the XML into place, which nothing names yet, and last the host files.
func (d *directory) put(hosts []rendered) (err error) {
	var undo []string
	defer func() {
		if err != nil {
			for _, name := range undo {
				_ = d.root.Remove(name)
			}
		}
	}()
	var xml, json []move
	stage := func(to string, data []byte) (move, error) {
		m := move{".migcheck-" + rand.Text() + ".tmp", to}
		undo = append(undo, m.from)
		return m, d.create(m.from, data)
	}
	for _, h := range hosts {
		for _, name := range slices.Sorted(maps.Keys(h.xml)) {
			m, err := stage(name, h.xml[name])
			if err != nil {
				return err
			}
			xml = append(xml, m)
		}
		m, err := stage(h.name, h.json)
		if err != nil {
			return err
		}
		json = append(json, m)
	}
	for _, m := range xml {
		if _, err := d.root.Lstat(m.to); os.IsNotExist(err) {
			undo = append(undo, m.to)
		}
		if err := d.rename(m); err != nil {
			return err
		}
	}
	for _, m := range json {
		if err := d.rename(m); err != nil {
			return err
		}
		// From here on the XML is in use.
		undo = slices.DeleteFunc(undo, func(name string) bool { return !strings.HasPrefix(name, ".migcheck-") })
	}
	return d.sync()
}

func (d *directory) rename(m move) error {
	if err := d.root.Rename(m.from, m.to); err != nil {
		return fmt.Errorf("put %s into place: %w", m.to, err)
	}
	return nil
}

// create writes a new file to the disk.
func (d *directory) create(name string, data []byte) error {
	f, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return err
}

// sync makes the renames last.
func (d *directory) sync() error {
	f, err := d.root.Open(".")
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
