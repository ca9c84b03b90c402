//go:build cgo && libvirt_dlopen

package client

import (
	"context"
	"fmt"
	"slices"

	golibvirt "libvirt.org/go/libvirt"

	"migcheck/hostinfo"
)

// maxNWFilters is as many as libvirt's own protocol sends in one list.
const maxNWFilters = 16384

// nwfilters asks for the names alone: one question, whatever their number. What
// a filter does is not compared.
func (c *Conn) nwfilters(ctx context.Context) func(*hostinfo.Host) {
	names, err := call(ctx, c, "list network filters", func(conn *golibvirt.Connect) ([]string, error) {
		list, err := conn.ListAllNWFilters(0)
		if err != nil {
			return nil, err
		}
		defer func() {
			for i := range list {
				_ = list[i].Free()
			}
		}()
		if len(list) > maxNWFilters {
			return nil, fmt.Errorf("it has more than %d", maxNWFilters)
		}
		var names []string
		for i := range list {
			name, err := list[i].GetName() // at hand in the client: it asks nobody
			if err != nil {
				return nil, err
			}
			names = append(names, name)
		}
		slices.Sort(names)
		return names, nil
	})
	if err != nil {
		return gap(hostinfo.FactNWFilters, err)
	}
	return func(h *hostinfo.Host) { h.NWFilters = names }
}
