package world

import (
	"context"

	"migcheck/hostinfo"
)

// Noted is a world that tells of every host and guest that somebody learns of
// from it, as often as they ask and from several goroutines.
func Noted(w World, host func(*hostinfo.Host), guest func(host string, g *hostinfo.Guest)) World {
	return noted{w, host, guest}
}

type noted struct {
	World
	host  func(*hostinfo.Host)
	guest func(host string, g *hostinfo.Guest)
}

func (n noted) Host(ctx context.Context, name string) (*hostinfo.Host, error) {
	h, err := n.World.Host(ctx, name)
	if h != nil {
		n.host(h)
	}
	return h, err
}

func (n noted) Guest(ctx context.Context, host, ref string) (*Guest, error) {
	g, err := n.World.Guest(ctx, host, ref)
	if err == nil {
		n.guest(host, g.Guest)
	}
	return g, err
}

func (n noted) Census(ctx context.Context, name string) (*hostinfo.Host, []*hostinfo.Guest, error) {
	h, guests, err := n.World.Census(ctx, name)
	if h != nil {
		n.host(h)
	}
	for _, g := range guests {
		n.guest(name, g)
	}
	return h, guests, err
}
