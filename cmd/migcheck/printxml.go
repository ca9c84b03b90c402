package main

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"migcheck/cmd/internal/exit"
)

// writeXML writes each guest's documents, mapped as they were judged: NAME.xml
// for virsh migrate --xml, and NAME.persistent.xml for --persistent-xml.
func (m *mover) writeXML(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("write the guests' XML: %w", err)
	}
	for _, t := range m.trips {
		if t.defs.Migratable == nil {
			return exit.Because(fmt.Errorf("the definition of %s could not be read: %w", t.plan.Guest.Name, t.refusal), "")
		}
		dest, persist, err := t.mapped()
		if err != nil {
			return err
		}
		if dest == nil {
			dest, persist = t.defs.Migratable, t.defs.Persistent
		}
		name := url.PathEscape(t.plan.Guest.Name)
		if err := writeWhole(filepath.Join(dir, name+".xml"), dest, 0o600); err != nil {
			return err
		}
		if persist == nil {
			continue
		}
		if err := writeWhole(filepath.Join(dir, name+".persistent.xml"), persist, 0o600); err != nil {
			return err
		}
	}
	return nil
}
