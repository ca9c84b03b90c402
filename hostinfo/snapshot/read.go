package snapshot

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/hostinfo/libvirt"
)

// Read returns what Write recorded in a directory. It reads all of it or
// fails: a snapshot of a later schema, a host recorded twice, a file that is
// missing, too large, not regular or reached through a symbolic link out of
// the directory, and XML that is not of the guest that names it are errors that
// say which file it is. Files that no host names are ignored.
func Read(dir string) (*Snapshot, error) {
	d, err := openDirectory(dir)
	if err != nil {
		return nil, fmt.Errorf("read snapshot: %w", err)
	}
	defer d.close()
	s, err := d.snapshot()
	if err != nil {
		return nil, fmt.Errorf("read snapshot %s: %w", dir, err)
	}
	return s, nil
}

func (d *directory) snapshot() (*Snapshot, error) {
	names, err := d.hostFiles()
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("it holds no recorded host (no *.json file)")
	}
	s := &Snapshot{}
	seen := map[string]string{}
	for _, name := range names {
		f, err := d.host(name)
		if err != nil {
			return nil, err
		}
		if before, ok := seen[f.Host.Name]; ok {
			return nil, fmt.Errorf("%s and %s both hold host %q: remove the one that is out of date", before, name, f.Host.Name)
		}
		seen[f.Host.Name] = name
		r := Recorded{Host: f.Host, Fits: f.Fits}
		for i := range f.Guests {
			g, err := d.guest(&f.Guests[i])
			if err != nil {
				return nil, fmt.Errorf("%s: guest %q: %w", name, f.Guests[i].Name, err)
			}
			r.Guests = append(r.Guests, g)
		}
		s.Hosts = append(s.Hosts, r)
	}
	s.sort()
	return s, nil
}

// guest reads the views that an entry names.
func (d *directory) guest(e *guestEntry) (Guest, error) {
	g := Guest{Guest: &hostinfo.Guest{
		Name: e.Name, UUID: e.UUID, ID: e.ID, State: e.State,
		Persistent: e.Persistent, Job: e.Job, Gaps: e.Gaps,
	}, Rest: e.Rest}
	for _, view := range g.XML.Of(g.Guest) {
		file := *e.fileOf(view.Fact)
		if file == "" {
			continue
		}
		doc, err := d.read(file, maxXMLFile)
		if err != nil {
			return g, err
		}
		parsed, err := libvirt.ParseDomain(doc)
		if err != nil {
			return g, fmt.Errorf("%s: %w", file, err)
		}
		if parsed.Name != e.Name || parsed.UUID != e.UUID {
			return g, fmt.Errorf("%s is of another guest: %q, UUID %s", file, parsed.Name, parsed.UUID)
		}
		*view.XML, *view.Definition = doc, parsed.Definition
	}
	return g, nil
}
