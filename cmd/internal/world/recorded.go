package world

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"migcheck/hostinfo"
	"migcheck/hostinfo/snapshot"
)

// recorded is a World that was written down earlier.
type recorded struct {
	dir  string
	snap *snapshot.Snapshot
}

// Recorded reads the snapshot in a directory.
func Recorded(dir string) (World, error) {
	snap, err := snapshot.Read(dir)
	if err != nil {
		return nil, err
	}
	return &recorded{dir: dir, snap: snap}, nil
}

func (r *recorded) Host(_ context.Context, name string) (*hostinfo.Host, error) {
	if h := r.snap.Host(name); h != nil {
		return h.Host, nil
	}
	return nil, fmt.Errorf("snapshot %s has no host %q", r.dir, name)
}

func (r *recorded) Guest(_ context.Context, host, ref string) (*Guest, error) {
	if h := r.snap.Host(host); h != nil {
		if g := h.Guest(ref); g != nil {
			return &Guest{Guest: g.Guest, XML: g.XML}, nil
		}
	}
	return nil, fmt.Errorf("snapshot %s has no guest %q on %s: %w", r.dir, ref, host, ErrNoGuest)
}

func (r *recorded) Census(ctx context.Context, name string) (*hostinfo.Host, []*hostinfo.Guest, error) {
	h, err := r.Host(ctx, name)
	if err != nil {
		return hostinfo.Unobserved(name, err.Error()), nil, err
	}
	var guests []*hostinfo.Guest
	for _, g := range r.snap.Host(name).Guests {
		guests = append(guests, g.Guest)
	}
	slices.SortFunc(guests, func(a, b *hostinfo.Guest) int { return strings.Compare(a.Name, b.Name) })
	return h, guests, nil
}

func (r *recorded) Leave(string) {}

func (r *recorded) GuestNames(_ context.Context, host string) ([]string, error) {
	if host == "" {
		return r.snap.GuestNames(), nil
	}
	var names []string
	if h := r.snap.Host(host); h != nil {
		for _, g := range h.Guests {
			names = append(names, g.Name)
		}
	}
	return names, nil
}

func (r *recorded) Locate(_ context.Context, ref string) ([]Place, error) {
	var out []Place
	for _, found := range r.snap.Guest(ref) {
		out = append(out, Place{Host: found.Host.Name, State: found.Guest.State})
	}
	return out, nil
}

// Refresh does nothing: what was recorded does not change.
func (r *recorded) Refresh(context.Context, []string) {}

// Hear hears nothing.
func (r *recorded) Hear(context.Context, []string, func(string)) {}

func (r *recorded) Route(context.Context, string) Route { return Route{} }

func (r *recorded) HostNames() []string {
	var names []string
	for _, h := range r.snap.Hosts {
		names = append(names, h.Host.Name)
	}
	return names
}

func (r *recorded) Close() {}
