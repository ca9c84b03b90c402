//go:build cgo && libvirt_dlopen

package act

import (
	"context"
	"errors"
	"fmt"
	"time"

	golibvirt "libvirt.org/go/libvirt"

	"migcheck/preflight"
)

// tick is how often a job is asked where it stands.
const tick = time.Second

// Migrate does what the order says and uses the clearance up: it is the
// trigger. It returns when libvirt's call does, which no context ends; if ctx
// ends, the job is aborted and the call's end awaited. watch is told where it
// stands. An error says nothing about where the guest is: ask both hosts.
func Migrate(ctx context.Context, w Way, c *preflight.Clearance, o Order, watch func(Progress)) (Stats, error) {
	params, flags, err := o.arguments()
	if err != nil {
		return Stats{}, err
	}
	if err := c.Spend(o.Trip, time.Now()); err != nil {
		return Stats{}, err
	}
	began := time.Now()
	done := make(chan error, 1)
	go func() { done <- o.call(w, params, flags) }()
	j := newJob(w, &o, began, watch)
	timer := time.NewTicker(tick)
	defer timer.Stop()
	for {
		select {
		case err := <-done:
			s := Stats{Total: time.Since(began)}
			if err == nil {
				completed(w, o.UUID, &s)
			}
			return s, err
		case <-w.Unconfirmed:
			return Stats{Total: time.Since(began)}, errUnconfirmed
		case p := <-j.seen:
			j.asking = false
			j.tell(p)
		case words := <-j.did:
			j.acting = false
			j.say(words)
		case <-timer.C:
			j.look()
			j.act(ctx)
		}
	}
}

// call is the one call that moves a guest.
func (o *Order) call(w Way, params *golibvirt.DomainMigrateParameters, flags golibvirt.DomainMigrateFlags) error {
	ctx := context.Background() // an abandoned migration would go on unseen
	return w.From.Do(ctx, "migrate", func(from *golibvirt.Connect) error {
		dom, err := from.LookupDomainByUUIDString(o.UUID)
		if err != nil {
			return err
		}
		defer func() { _ = dom.Free() }()
		if o.PeerToPeer != "" {
			return dom.MigrateToURI3(o.PeerToPeer, params, flags)
		}
		return w.To.Do(ctx, "receive the guest", func(to *golibvirt.Connect) error {
			if w.Unconfirmed != nil {
				// Whoever watches the way there must be the first to learn that it ended.
				_ = to.SetKeepAlive(0, 0)
			}
			arrived, err := dom.Migrate3(to, params, flags)
			if err == nil {
				_ = arrived.Free()
			}
			return err
		})
	})
}

// errUnconfirmed is Migrate's where libvirt's call is left alone: what it would
// do next might set the guest going a second time.
var errUnconfirmed = errors.New("the connection to the destination was lost while the guest was handed over")

// arguments are the order as libvirt takes it.
func (o *Order) arguments() (*golibvirt.DomainMigrateParameters, golibvirt.DomainMigrateFlags, error) {
	var flags golibvirt.DomainMigrateFlags
	for _, name := range o.Flags {
		f, ok := flagValues[name]
		if !ok {
			return nil, 0, fmt.Errorf("there is no flag %s", name)
		}
		flags |= f
	}
	return &golibvirt.DomainMigrateParameters{
		URISet: o.URI != "", URI: o.URI,
		DestXMLSet: o.DestXML != "", DestXML: o.DestXML,
		PersistXMLSet: o.PersistXML != "", PersistXML: o.PersistXML,
		BandwidthSet: o.Bandwidth != 0, Bandwidth: o.Bandwidth,
		CompressionSet: o.Compression != "", Compression: o.Compression,
		ParallelConnectionsSet: o.Parallel != 0, ParallelConnections: o.Parallel,
	}, flags, nil
}

var flagValues = map[string]golibvirt.DomainMigrateFlags{
	"VIR_MIGRATE_LIVE":              golibvirt.MIGRATE_LIVE,
	"VIR_MIGRATE_PEER2PEER":         golibvirt.MIGRATE_PEER2PEER,
	"VIR_MIGRATE_PERSIST_DEST":      golibvirt.MIGRATE_PERSIST_DEST,
	"VIR_MIGRATE_UNDEFINE_SOURCE":   golibvirt.MIGRATE_UNDEFINE_SOURCE,
	"VIR_MIGRATE_NON_SHARED_DISK":   golibvirt.MIGRATE_NON_SHARED_DISK,
	"VIR_MIGRATE_NON_SHARED_INC":    golibvirt.MIGRATE_NON_SHARED_INC,
	"VIR_MIGRATE_CHANGE_PROTECTION": golibvirt.MIGRATE_CHANGE_PROTECTION,
	"VIR_MIGRATE_UNSAFE":            golibvirt.MIGRATE_UNSAFE,
	"VIR_MIGRATE_OFFLINE":           golibvirt.MIGRATE_OFFLINE,
	"VIR_MIGRATE_COMPRESSED":        golibvirt.MIGRATE_COMPRESSED,
	"VIR_MIGRATE_ABORT_ON_ERROR":    golibvirt.MIGRATE_ABORT_ON_ERROR,
	"VIR_MIGRATE_AUTO_CONVERGE":     golibvirt.MIGRATE_AUTO_CONVERGE,
	"VIR_MIGRATE_POSTCOPY":          golibvirt.MIGRATE_POSTCOPY,
	"VIR_MIGRATE_PARALLEL":          golibvirt.MIGRATE_PARALLEL,
}

func (p *Progress) fill(s *golibvirt.DomainJobInfo) {
	p.Total, p.Remaining = s.DataTotal, s.DataRemaining
	p.Rate, p.Iteration = s.MemBps, s.MemIteration
	p.DirtyRate = s.MemDirtyRate * s.MemPageSize
	p.Downtime = time.Duration(s.Downtime) * time.Millisecond
}

// completed adds what the destination counted.
func completed(w Way, uuid string, s *Stats) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*tick)
	defer cancel()
	// Without it the report lacks two numbers.
	_ = w.To.Do(ctx, "ask for the job", func(c *golibvirt.Connect) error {
		dom, err := c.LookupDomainByUUIDString(uuid)
		if err != nil {
			return err
		}
		defer func() { _ = dom.Free() }()
		info, err := dom.GetJobStats(golibvirt.DOMAIN_JOB_STATS_COMPLETED)
		if err == nil {
			s.Downtime, s.Moved = time.Duration(info.Downtime)*time.Millisecond, info.DataProcessed
		}
		return err
	})
}

// message is what libvirt said, without the binding's frame around it.
func message(err error) string {
	var e golibvirt.Error
	if errors.As(err, &e) && e.Message != "" {
		return e.Message
	}
	return err.Error()
}
