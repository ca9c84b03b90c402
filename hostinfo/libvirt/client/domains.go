//go:build cgo && libvirt_dlopen

package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
	golibvirt "libvirt.org/go/libvirt"

	"migcheck/hostinfo"
	"migcheck/hostinfo/libvirt"
)

// inFlight is how many questions go over a connection at once, libvirtd's
// default for max_client_requests.
const inFlight = 5

func (c *Conn) domains(ctx context.Context) func(*hostinfo.Host) {
	type answer struct {
		domains []hostinfo.Domain
		errs    []error
	}
	a, err := call(ctx, c, "list guests", func(conn *golibvirt.Connect) (a answer, err error) {
		all, err := list(conn)
		if err != nil {
			return a, err
		}
		defer free(all)
		var mu sync.Mutex
		g, ctx := errgroup.WithContext(ctx)
		g.SetLimit(inFlight)
		for i := range all {
			g.Go(func() error {
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
				d, err := readBrief(&all[i])
				mu.Lock()
				defer mu.Unlock()
				if d != nil {
					a.domains = append(a.domains, *d)
				}
				if err != nil {
					a.errs = append(a.errs, err)
				}
				return nil
			})
		}
		err = g.Wait()
		return a, err
	})
	if err != nil {
		return gap(hostinfo.FactDomains, err)
	}
	slices.SortFunc(a.domains, func(x, y hostinfo.Domain) int { return strings.Compare(x.Name, y.Name) })
	slices.SortFunc(a.errs, func(x, y error) int { return strings.Compare(x.Error(), y.Error()) })
	return func(h *hostinfo.Host) {
		h.Domains = a.domains
		for _, err := range a.errs {
			gap(hostinfo.FactDomains, err)(h)
		}
	}
}

// readBrief returns nil and no error for a domain that is gone, and with an
// error as much as it could read.
func readBrief(l *listed) (*hostinfo.Domain, error) {
	d := &hostinfo.Domain{Name: l.name, UUID: l.uuid, State: l.state}
	err := l.stateErr
	if err == nil {
		d.MACs, err = readMACs(l.Domain)
	}
	switch {
	case errors.Is(err, golibvirt.ERR_NO_DOMAIN):
		return nil, nil
	case err != nil:
		return d, fmt.Errorf("guest %q: %w", l.name, words(err))
	}
	return d, nil
}

func readMACs(dom *golibvirt.Domain) ([]string, error) {
	text, err := dom.GetXMLDesc(0)
	if err != nil {
		return nil, err
	}
	parsed, err := libvirt.ParseDomain([]byte(text))
	if err != nil {
		return nil, err
	}
	return addresses(parsed.Definition), nil
}

// addresses are those of a domain's NICs, those that the guest has changed to
// included, once each in document order.
func addresses(d *hostinfo.Definition) []string {
	var all []string
	for _, n := range d.NICs {
		for _, m := range []string{n.MAC, n.CurrentMAC} {
			if m != "" && !slices.Contains(all, m) {
				all = append(all, m)
			}
		}
	}
	return all
}

// GuestNames are the names of all guests that the daemon knows, sorted.
func (c *Conn) GuestNames(ctx context.Context) ([]string, error) {
	return call(ctx, c, "list guests"+c.on(), func(conn *golibvirt.Connect) ([]string, error) {
		list, err := conn.ListAllDomains(0)
		if err != nil {
			return nil, err
		}
		defer freeDomains(list)
		names := make([]string, 0, len(list))
		for i := range list {
			name, err := list[i].GetName()
			if err != nil {
				return nil, err
			}
			names = append(names, name)
		}
		slices.Sort(names)
		return names, nil
	})
}

func freeDomains(list []golibvirt.Domain) {
	for i := range list {
		_ = list[i].Free()
	}
}

// on says where a question was asked, for errors.
func (c *Conn) on() string {
	if c.opts.Host != "" {
		return " on " + c.opts.Host
	}
	return " on " + publicURI(c.opts.uri())
}
