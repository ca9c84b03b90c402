//go:build cgo && libvirt_dlopen

package client

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	golibvirt "libvirt.org/go/libvirt"

	"migcheck/hostinfo"
	"migcheck/hostinfo/libvirt"
)

// Guest returns a guest in the views that a migration uses. ref is a name, a
// UUID or an id, tried in that order. A view that cannot be read is a gap of
// the guest; the error is for a guest that cannot be found: errors.Is(err,
// ErrNoGuest) if the daemon does not have it.
func (c *Conn) Guest(ctx context.Context, ref string) (*hostinfo.Guest, error) {
	g, _, err := c.GuestXML(ctx, ref)
	return g, err
}

// GuestXML is Guest together with the XML of each view as libvirt printed it,
// for snapshots. The migratable one holds passwords.
func (c *Conn) GuestXML(ctx context.Context, ref string) (*hostinfo.Guest, libvirt.Views, error) {
	type answer struct {
		guest *hostinfo.Guest
		views libvirt.Views
	}
	what := fmt.Sprintf("look up guest %q%s", ref, c.on())
	a, err := call(ctx, c, what, func(conn *golibvirt.Connect) (a answer, err error) {
		dom, err := lookUp(conn, ref)
		if err != nil {
			return a, err
		}
		defer func() { _ = dom.Free() }()
		a.guest, a.views, err = c.read(ctx, dom)
		return a, err
	})
	if errors.Is(err, golibvirt.ERR_NO_DOMAIN) {
		return nil, libvirt.Views{}, &noGuest{err}
	}
	if err != nil {
		return nil, libvirt.Views{}, err
	}
	return a.guest, a.views, nil
}

// lookUp lets a name win, as virsh does not: a guest may be called "7".
func lookUp(conn *golibvirt.Connect, ref string) (*golibvirt.Domain, error) {
	// C would look for what stands before the NUL.
	if strings.ContainsRune(ref, 0) {
		return nil, golibvirt.Error{Code: golibvirt.ERR_NO_DOMAIN, Message: "Domain not found: no name holds a NUL byte"}
	}
	dom, nameErr := conn.LookupDomainByName(ref)
	if nameErr == nil || !errors.Is(nameErr, golibvirt.ERR_NO_DOMAIN) {
		return dom, nameErr
	}
	if uuid, err := libvirt.ParseUUID(ref); err == nil {
		return conn.LookupDomainByUUIDString(uuid)
	}
	if id, err := strconv.ParseUint(ref, 10, 31); err == nil {
		return conn.LookupDomainById(uint32(id))
	}
	return nil, nameErr
}

// read gathers what a domain is. Only its disappearance is an error.
func (c *Conn) read(ctx context.Context, dom *golibvirt.Domain) (*hostinfo.Guest, libvirt.Views, error) {
	g, v := &hostinfo.Guest{}, libvirt.Views{}
	var err error
	if g.Name, err = dom.GetName(); err != nil {
		return nil, v, err
	}
	if g.UUID, err = dom.GetUUIDString(); err != nil {
		return nil, v, err
	}
	state, _, err := dom.GetState()
	if errors.Is(err, golibvirt.ERR_NO_DOMAIN) {
		return nil, v, err
	}
	if !addGap(g, hostinfo.FactState, err) {
		g.State = stateOf(state)
	}
	persistent, err := dom.IsPersistent()
	if !addGap(g, hostinfo.FactPersistent, err) {
		g.Persistent = hostinfo.TriOf(persistent)
	}
	parse := func(_ hostinfo.Fact, xml []byte) (*libvirt.Domain, error) { return libvirt.ParseDomain(xml) }
	if err := c.readJobAndViews(ctx, dom, g, &v, parse); err != nil {
		return nil, v, err
	}
	return g, v, nil
}

// addGap notes that a fact of a guest was not read, if err says so.
func addGap(g *hostinfo.Guest, f hostinfo.Fact, err error) bool {
	if err != nil {
		g.Gaps = append(g.Gaps, hostinfo.Gap{Fact: f, Reason: "libvirt: " + words(err).Error()})
	}
	return err != nil
}

// parser reads the XML of one view.
type parser func(view hostinfo.Fact, xml []byte) (*libvirt.Domain, error)

// readJobAndViews asks for what depends on a guest's state. Only its
// disappearance and the end of ctx are errors.
func (c *Conn) readJobAndViews(ctx context.Context, dom *golibvirt.Domain, g *hostinfo.Guest, v *libvirt.Views, parse parser) error {
	var err error
	if g.State.Active() {
		g.Job, err = jobOf(dom)
		addGap(g, hostinfo.FactJob, err)
	}
	for _, view := range c.wanted(g, v) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := c.readView(dom, g, view, parse); err != nil {
			if errors.Is(err, golibvirt.ERR_NO_DOMAIN) {
				return err
			}
			addGap(g, view.Fact, err)
		}
	}
	return nil
}

// wanted are the views that a guest in this state has. An unknown state or
// persistence hides none.
func (c *Conn) wanted(g *hostinfo.Guest, v *libvirt.Views) []libvirt.View {
	var views []libvirt.View
	for _, view := range v.Of(g) {
		if view.Fact == hostinfo.FactInactive {
			if g.Persistent == hostinfo.No {
				continue
			}
		} else if g.State != hostinfo.StateUnknown && !g.State.Active() {
			continue
		}
		views = append(views, view)
	}
	return views
}

var xmlFlags = map[hostinfo.Fact]golibvirt.DomainXMLFlags{
	hostinfo.FactMigratable: golibvirt.DOMAIN_XML_MIGRATABLE,
	hostinfo.FactInactive:   golibvirt.DOMAIN_XML_INACTIVE,
}

func (c *Conn) readView(dom *golibvirt.Domain, g *hostinfo.Guest, view libvirt.View, parse parser) error {
	if view.Fact == hostinfo.FactMigratable && c.ReadOnly() {
		return c.noMigratable()
	}
	text, err := dom.GetXMLDesc(xmlFlags[view.Fact])
	if err != nil {
		if errors.Is(err, golibvirt.ERR_OPERATION_DENIED) && view.Fact == hostinfo.FactMigratable {
			// The daemon makes every connection to its read-only socket one.
			c.readOnly.Store(true)
		}
		return err
	}
	xml := []byte(text)
	d, err := parse(view.Fact, xml)
	if err != nil {
		return err
	}
	*view.XML, *view.Definition = xml, d.Definition
	if d.ID != 0 {
		g.ID = d.ID
	}
	return nil
}

// noMigratable is why a read-only connection has no migratable view.
func (c *Conn) noMigratable() error {
	if c.refused != nil {
		return fmt.Errorf("read-only connections are refused it, and a read-write one was not given: %w", c.refused)
	}
	return errors.New("read-only connections are refused it")
}
