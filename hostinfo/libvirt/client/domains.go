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

func (c *Conn) domains(ctx context.Context, h *hostinfo.Host) {
	type answer struct {
		domains []hostinfo.Domain
		gaps    []string
	}
	a, err := call(ctx, c, func(conn *golibvirt.Connect) (a answer, err error) {
		list, err := conn.ListAllDomains(0)
		if err != nil {
			return a, fmt.Errorf("list guests: %w", words(err))
		}
		defer freeDomains(list)
		var mu sync.Mutex
		g, ctx := errgroup.WithContext(ctx)
		g.SetLimit(inFlight)
		for i := range list {
			g.Go(func() error {
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
				d, err := readBrief(&list[i])
				mu.Lock()
				defer mu.Unlock()
				if d != nil {
					a.domains = append(a.domains, *d)
				}
				if err != nil {
					a.gaps = append(a.gaps, err.Error())
				}
				return nil
			})
		}
		err = g.Wait()
		return a, err
	})
	if err != nil {
		h.AddGap(hostinfo.FactDomains, "", "libvirt: "+err.Error())
		return
	}
	slices.SortFunc(a.domains, func(x, y hostinfo.Domain) int { return strings.Compare(x.Name, y.Name) })
	slices.Sort(a.gaps)
	h.Domains = a.domains
	for _, g := range a.gaps {
		h.AddGap(hostinfo.FactDomains, "", "libvirt: "+g)
	}
}

// readBrief returns nil and no error for a domain that is gone, and with an
// error as much as it could read.
func readBrief(dom *golibvirt.Domain) (*hostinfo.Domain, error) {
	// Both are at hand in the client: they ask nobody.
	name, err := dom.GetName()
	if err != nil {
		return nil, words(err)
	}
	uuid, err := dom.GetUUIDString()
	if err != nil {
		return nil, fmt.Errorf("guest %q: %w", name, words(err))
	}
	d := &hostinfo.Domain{Name: name, UUID: uuid}
	state, _, stateErr := dom.GetState()
	if errors.Is(stateErr, golibvirt.ERR_NO_DOMAIN) {
		return nil, nil
	}
	if stateErr != nil {
		stateErr = fmt.Errorf("guest %q: its state: %w", name, words(stateErr))
	} else {
		d.State = stateOf(state)
	}
	text, err := dom.GetXMLDesc(0)
	if errors.Is(err, golibvirt.ERR_NO_DOMAIN) {
		return nil, nil
	}
	if err != nil {
		return d, errors.Join(stateErr, fmt.Errorf("guest %q: its XML: %w", name, words(err)))
	}
	parsed, err := libvirt.ParseDomain([]byte(text))
	if err != nil {
		return d, errors.Join(stateErr, fmt.Errorf("guest %q: %w", name, err))
	}
	d.MACs = macs(parsed.Definition)
	return d, stateErr
}

// macs are the addresses of a definition's NICs, those that a guest has
// changed to included, once each in document order.
func macs(def *hostinfo.Definition) []string {
	var all []string
	for i := range def.NICs {
		for _, m := range []string{def.NICs[i].MAC, def.NICs[i].CurrentMAC} {
			if m != "" && !slices.Contains(all, m) {
				all = append(all, m)
			}
		}
	}
	return all
}

// GuestNames are the names of all guests that the daemon knows, sorted.
func (c *Conn) GuestNames(ctx context.Context) ([]string, error) {
	return call(ctx, c, func(conn *golibvirt.Connect) ([]string, error) {
		list, err := conn.ListAllDomains(0)
		if err != nil {
			return nil, c.failed("list guests", words(err))
		}
		defer freeDomains(list)
		names := make([]string, 0, len(list))
		for i := range list {
			name, err := list[i].GetName()
			if err != nil {
				return nil, c.failed("list guests", words(err))
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

// failed says what was attempted and where.
func (c *Conn) failed(what string, err error) error {
	where := publicURI(c.opts.uri())
	if c.opts.Host != "" {
		where = c.opts.Host
	}
	return fmt.Errorf("%s on %s: %w", what, where, err)
}
