//go:build system && cgo && libvirt_dlopen

package client

import (
	"strings"
	"testing"

	"migcheck/hostinfo"
)

func testReadOnly(t *testing.T, d *libvirtd) {
	check := func(c *Conn, words string) {
		t.Helper()
		g, views, err := c.GuestXML(t.Context(), "web1")
		if err != nil {
			t.Fatal(err)
		}
		if g.Migratable != nil || views.Migratable != nil || g.Live == nil || g.Inactive == nil {
			t.Errorf("guest: %+v", g)
		}
		if len(g.Gaps) != 1 || g.Gaps[0].Fact != hostinfo.FactMigratable || !strings.Contains(g.Gaps[0].Reason, words) {
			t.Errorf("gaps: %v", g.Gaps)
		}
		var h hostinfo.Host
		c.Facts(t.Context(), &h)
		if h.Libvirt == nil || !h.Libvirt.ReadOnly || len(h.Gaps) > 0 || len(h.Domains) != 3 || len(h.Networks) != 2 || len(h.NWFilters) != 1 {
			t.Errorf("facts: %+v", h)
		}
	}
	check(connect(t, Options{URI: uri(d.socket()), ReadOnly: true}), "read-only connections are refused it")
	// Here only the daemon knows that the connection is a read-only one.
	check(connect(t, Options{URI: uri(d.socket() + "-ro")}), "operation forbidden")
}

// A user whom the read-write socket is closed to gets the read-only one.
func testNobody(t *testing.T, d *libvirtd) {
	p := d.asNobody(t, "web1")
	h, g := p.Host, p.Guest
	if h.Libvirt == nil || !h.Libvirt.ReadOnly || h.UUID != hostUUID || len(h.Gaps) > 0 || len(h.Domains) != 3 {
		t.Errorf("host: %+v, %s", h, p.Err)
	}
	if g.Live == nil || g.Migratable != nil || len(g.Gaps) != 1 || !strings.Contains(g.Gaps[0].Reason, "Permission denied") {
		t.Errorf("guest: %+v", g)
	}
}
