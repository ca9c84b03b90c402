package snapshot

import (
	"errors"
	"fmt"
	"os"
)

// Options say what Write records.
type Options struct {
	// FullXML keeps each view as libvirt printed it, disks, graphics and, in the
	// migratable view, passwords included. Without it views are reduced
	// (libvirt.ReduceDomain).
	FullXML bool
	// Redact replaces the names of hosts, users, guests and networks, MAC
	// addresses, UUIDs and IP addresses, the same one everywhere by the same, so
	// that the judgement stays what it was. Names of devices stay, unless one of
	// those names is in them. It excludes FullXML, and the directory must not
	// hold a snapshot already: two recordings have different stand-ins.
	Redact bool
	// Key makes the stand-ins of Redact the same in every snapshot that is redacted
	// with it; nil counts them.
	Key []byte
}

// Write records hosts in a directory, which it makes (mode 0700) if it is not
// there; files get mode 0600. A host that the directory already holds (the same
// name, and no other UUID) is replaced. It is an error if the directory holds
// another machine of that name, or that machine under another name. Nothing is
// changed unless all of it could be written.
func Write(dir string, hosts []Recorded, o Options) error {
	if err := record(dir, hosts, o); err != nil {
		return fmt.Errorf("write snapshot %s: %w", dir, err)
	}
	return nil
}

func record(dir string, hosts []Recorded, o Options) error {
	if o.FullXML && o.Redact {
		return errors.New("full XML cannot be redacted: leave one of the two out")
	}
	if o.Redact {
		hosts = redact(hosts, o.Key)
	}
	files, err := render(hosts, o)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	d, err := openDirectory(dir)
	if err != nil {
		return err
	}
	defer d.close()
	there, err := d.inventory()
	if err != nil {
		return err
	}
	if o.Redact && len(there) > 0 {
		return errors.New("it holds recorded hosts already, and a redacted snapshot cannot be added to: use another directory")
	}
	stale, err := there.replacing(files)
	if err != nil {
		return err
	}
	if err := d.put(files); err != nil {
		return err
	}
	for _, name := range stale {
		if err := d.root.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("remove what was replaced: %w", err)
		}
	}
	return nil
}
