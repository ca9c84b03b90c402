//go:build cgo && libvirt_dlopen

package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
	golibvirt "libvirt.org/go/libvirt"

	"migcheck/hostinfo"
	"migcheck/hostinfo/libvirt"
)

// Census is Facts together with all guests, sorted by name, each as Guest would
// have read it. States and persistence are asked for all of them at once, and
// each view once, for the guest's addresses too. A guest that ends meanwhile is
// left out. seen is what the last census saw, and may be nil.
func (c *Conn) Census(ctx context.Context, h *hostinfo.Host, seen *Seen) []*hostinfo.Guest {
	var guests []*hostinfo.Guest
	c.facts(ctx, h, func(ctx context.Context) (fill func(*hostinfo.Host)) {
		guests, fill = c.census(ctx, seen)
		return fill
	})
	return guests
}

// person is one guest of a census; nil if it is gone.
type person struct {
	guest *hostinfo.Guest
	brief hostinfo.Domain
	err   error // why its addresses are not known
}

func (c *Conn) census(ctx context.Context, seen *Seen) ([]*hostinfo.Guest, func(*hostinfo.Host)) {
	seen.begin()
	all, err := call(ctx, c, "read all guests", func(conn *golibvirt.Connect) ([]*person, error) {
		domains, err := list(conn)
		if err != nil {
			return nil, err
		}
		defer free(domains)
		without, withoutErr := transient(conn, domains)
		all := make([]*person, len(domains))
		g, ctx := errgroup.WithContext(ctx)
		g.SetLimit(inFlight)
		for i := range domains {
			g.Go(func() error {
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
				l := &domains[i]
				guest := &hostinfo.Guest{Name: l.name, UUID: l.uuid, State: l.state, Persistent: hostinfo.TriOf(!without[l.uuid])}
				addGap(guest, hostinfo.FactState, l.stateErr)
				if addGap(guest, hostinfo.FactPersistent, withoutErr) {
					guest.Persistent = hostinfo.Unknown
				}
				all[i] = c.personOf(ctx, l, guest, seen)
				return nil
			})
		}
		return all, g.Wait()
	})
	if err != nil {
		return nil, gap(hostinfo.FactDomains, err)
	}
	seen.end()
	all = slices.DeleteFunc(all, func(p *person) bool { return p == nil })
	slices.SortFunc(all, func(a, b *person) int { return strings.Compare(a.brief.Name, b.brief.Name) })
	guests := make([]*hostinfo.Guest, len(all))
	for i, p := range all {
		guests[i] = p.guest
	}
	return guests, func(h *hostinfo.Host) {
		for _, p := range all {
			h.Domains = append(h.Domains, p.brief)
			if p.err != nil {
				gap(hostinfo.FactDomains, p.err)(h)
			}
		}
	}
}

// personOf reads the rest of a guest; nil if it is gone.
func (c *Conn) personOf(ctx context.Context, l *listed, g *hostinfo.Guest, seen *Seen) *person {
	var views libvirt.Views
	if err := c.readJobAndViews(ctx, l.Domain, g, &views, seen.parse); err != nil {
		if errors.Is(err, golibvirt.ERR_NO_DOMAIN) {
			return nil
		}
		addGap(g, hostinfo.FactLive, err) // given up
	}
	p := &person{guest: g, brief: hostinfo.Domain{Name: g.Name, UUID: g.UUID, State: g.State}}
	now := g.Inactive
	if g.Live != nil || g.State.Active() {
		now = g.Live
	}
	if now == nil {
		p.err = fmt.Errorf("guest %q: its XML was not read", g.Name)
		for _, gap := range g.Gaps {
			if gap.Fact == hostinfo.FactLive || gap.Fact == hostinfo.FactInactive {
				p.err = fmt.Errorf("guest %q: %s", g.Name, strings.TrimPrefix(gap.Reason, "libvirt: "))
			}
		}
		return p
	}
	sumUp(&p.brief, now)
	return p
}
