//go:build cgo && libvirt_dlopen

package act

import (
	"context"

	golibvirt "libvirt.org/go/libvirt"

	"migcheck/hostinfo/libvirt/client"
)

// Define reads a guest's definitions as a migration sends them, with the
// secrets that a persistent definition would lose otherwise.
func Define(ctx context.Context, from *client.Conn, uuid string) (Definitions, error) {
	var d Definitions
	err := from.Do(ctx, "read the guest's definitions", func(c *golibvirt.Connect) error {
		dom, err := c.LookupDomainByUUIDString(uuid)
		if err != nil {
			return err
		}
		defer func() { _ = dom.Free() }()
		persistent, err := dom.IsPersistent()
		if err != nil {
			return err
		}
		if persistent {
			text, err := dom.GetXMLDesc(golibvirt.DOMAIN_XML_INACTIVE | golibvirt.DOMAIN_XML_MIGRATABLE | golibvirt.DOMAIN_XML_SECURE)
			if err != nil {
				return err
			}
			d.Persistent, d.Migratable = []byte(text), []byte(text)
			if d.Autostart, err = dom.GetAutostart(); err != nil {
				return err
			}
		}
		if active, err := dom.IsActive(); err != nil || !active {
			return err
		}
		text, err := dom.GetXMLDesc(golibvirt.DOMAIN_XML_MIGRATABLE)
		d.Migratable = []byte(text)
		return err
	})
	return d, err
}

// Autostart sets or clears a guest's autostart mark.
func Autostart(ctx context.Context, on *client.Conn, uuid string, set bool) error {
	return on.Do(ctx, "set autostart", func(c *golibvirt.Connect) error {
		dom, err := c.LookupDomainByUUIDString(uuid)
		if err != nil {
			return err
		}
		defer func() { _ = dom.Free() }()
		return dom.SetAutostart(set)
	})
}
