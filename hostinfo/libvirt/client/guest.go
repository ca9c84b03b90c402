//go:build cgo && libvirt_dlopen

package client

import (
	"context"
	"errors"
	"fmt"
	"strconv"

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
	a, err := call(ctx, c, func(conn *golibvirt.Connect) (a answer, err error) {
		dom, err := lookUp(conn, ref)
		if err != nil {
			return a, err
		}
		defer func() { _ = dom.Free() }()
		a.guest, a.views, err = c.read(ctx, dom)
		return a, err
	})
	if errors.Is(err, golibvirt.ERR_NO_DOMAIN) {
		err = fmt.Errorf("%w: %w", ErrNoGuest, err)
	}
	if err != nil {
		return nil, libvirt.Views{}, c.failed(fmt.Sprintf("look up guest %q", ref), err)
	}
	return a.guest, a.views, nil
}

// lookUp lets a name win, as virsh does not: a guest may be called "7".
func lookUp(conn *golibvirt.Connect, ref string) (*golibvirt.Domain, error) {
	dom, nameErr := conn.LookupDomainByName(ref)
	if nameErr == nil || !errors.Is(nameErr, golibvirt.ERR_NO_DOMAIN) {
		return dom, words(nameErr)
	}
	if uuid, err := libvirt.ParseUUID(ref); err == nil {
		dom, err := conn.LookupDomainByUUIDString(uuid)
		return dom, words(err)
	}
	if id, err := strconv.ParseUint(ref, 10, 31); err == nil {
		dom, err := conn.LookupDomainById(uint32(id))
		return dom, words(err)
	}
	return nil, words(nameErr)
}

// read gathers what a domain is. Only its disappearance is an error.
func (c *Conn) read(ctx context.Context, dom *golibvirt.Domain) (*hostinfo.Guest, libvirt.Views, error) {
	g, v := &hostinfo.Guest{}, libvirt.Views{}
	gap := func(f hostinfo.Fact, err error) {
		g.Gaps = append(g.Gaps, hostinfo.Gap{Fact: f, Reason: "libvirt: " + words(err).Error()})
	}
	var err error
	if g.Name, err = dom.GetName(); err != nil {
		return nil, v, words(err)
	}
	if g.UUID, err = dom.GetUUIDString(); err != nil {
		return nil, v, words(err)
	}
	state, _, err := dom.GetState()
	if errors.Is(err, golibvirt.ERR_NO_DOMAIN) {
		return nil, v, words(err)
	}
	if err != nil {
		gap(hostinfo.FactState, err)
	} else {
		g.State = stateOf(state)
	}
	persistent, err := dom.IsPersistent()
	if err != nil {
		gap(hostinfo.FactPersistent, err)
	} else {
		g.Persistent = hostinfo.TriOf(persistent)
	}
	if g.State.Active() {
		if g.Job, err = jobOf(dom); err != nil {
			gap(hostinfo.FactJob, err)
		}
	}
	for _, view := range c.wanted(g, &v) {
		if ctx.Err() != nil {
			return nil, v, context.Cause(ctx)
		}
		if err := c.readView(dom, g, view); err != nil {
			if errors.Is(err, golibvirt.ERR_NO_DOMAIN) {
				return nil, v, words(err)
			}
			gap(view.Fact, err)
		}
	}
	return g, v, nil
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

func (c *Conn) readView(dom *golibvirt.Domain, g *hostinfo.Guest, view libvirt.View) error {
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
	d, err := libvirt.ParseDomain([]byte(text))
	if err != nil {
		return err
	}
	*view.XML, *view.Definition = []byte(text), d.Definition
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

// stateOf puts libvirt's number into virsh's words.
func stateOf(s golibvirt.DomainState) hostinfo.DomainState {
	switch s {
	case golibvirt.DOMAIN_RUNNING:
		return hostinfo.StateRunning
	case golibvirt.DOMAIN_BLOCKED:
		return hostinfo.StateBlocked
	case golibvirt.DOMAIN_PAUSED:
		return hostinfo.StatePaused
	case golibvirt.DOMAIN_SHUTDOWN:
		return hostinfo.StateShutdown
	case golibvirt.DOMAIN_SHUTOFF:
		return hostinfo.StateShutoff
	case golibvirt.DOMAIN_CRASHED:
		return hostinfo.StateCrashed
	case golibvirt.DOMAIN_PMSUSPENDED:
		return hostinfo.StatePMSuspended
	}
	return hostinfo.StateUnknown
}

// jobOf is what libvirt is doing with the domain, in the words of
// virDomainJobOperation; empty if nothing, or if the driver (test) knows no
// jobs.
func jobOf(dom *golibvirt.Domain) (string, error) {
	stats, err := dom.GetJobStats(0)
	if errors.Is(err, golibvirt.ERR_NO_SUPPORT) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if stats.Type != golibvirt.DOMAIN_JOB_BOUNDED && stats.Type != golibvirt.DOMAIN_JOB_UNBOUNDED {
		return "", nil
	}
	if name, ok := jobNames[stats.Operation]; ok && stats.OperationSet {
		return name, nil
	}
	return "unknown job", nil
}

var jobNames = map[golibvirt.DomainJobOperationType]string{
	golibvirt.DOMAIN_JOB_OPERATION_START:           "start",
	golibvirt.DOMAIN_JOB_OPERATION_SAVE:            "save",
	golibvirt.DOMAIN_JOB_OPERATION_RESTORE:         "restore",
	golibvirt.DOMAIN_JOB_OPERATION_MIGRATION_IN:    "migration in",
	golibvirt.DOMAIN_JOB_OPERATION_MIGRATION_OUT:   "migration out",
	golibvirt.DOMAIN_JOB_OPERATION_SNAPSHOT:        "snapshot",
	golibvirt.DOMAIN_JOB_OPERATION_SNAPSHOT_REVERT: "snapshot revert",
	golibvirt.DOMAIN_JOB_OPERATION_DUMP:            "dump",
	golibvirt.DOMAIN_JOB_OPERATION_BACKUP:          "backup",
	golibvirt.DOMAIN_JOB_OPERATION_SNAPSHOT_DELETE: "snapshot delete",
}
