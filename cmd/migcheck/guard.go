package main

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"migcheck/cmd/internal/act"
)

// guard keeps libvirt from running the guest twice. Its client takes a lost
// connection to the destination for a failure, and sets the guest going on the
// source; but if the guest was being handed over at that moment, the destination
// may have started it. So the loss is held back from libvirt while the source is
// asked. If the guest's CPUs run there, nothing was handed over, and nothing can
// be any more: libvirt may go on. Else libvirt loses the source too, before it
// can say a word; the guest stays paused there, and both hosts are looked at.
//
// It holds where the destination is reached over SSH and migcheck manages the
// migration. The returned function ends it.
func (t *turn) guard() (release func()) {
	if t.order.PeerToPeer != "" || t.order.Has("VIR_MIGRATE_OFFLINE") {
		return func() {}
	}
	m, to := t.mover, t.order.To
	t.unconfirmed = make(chan struct{})
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.hold.OnLoss(to, func() { m.lost(to) }) {
		return func() {}
	}
	t.way.Unconfirmed = t.unconfirmed
	m.guarded = append(m.guarded, t)
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.guarded = slices.DeleteFunc(m.guarded, func(o *turn) bool { return o == t })
		select {
		case <-t.unconfirmed: // it must be held back for good
		default:
			if !slices.ContainsFunc(m.guarded, func(o *turn) bool { return o.order.To == to }) {
				m.hold.OnLoss(to, nil)
			}
		}
	}
}

// lost is called when the way to a destination has ended, and holds that back
// from libvirt until it returns. All guests on that way are looked at: one that
// may have been handed over costs the others their migration.
func (m *mover) lost(to string) {
	m.mu.Lock()
	var turns []*turn
	for _, t := range m.guarded {
		if t.order.To == to {
			turns = append(turns, t)
		}
	}
	m.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), handedOver)
	defer cancel()
	var asked sync.WaitGroup
	var standing atomic.Int32
	for _, t := range turns {
		asked.Go(func() {
			if p := act.Look(ctx, t.way.From, t.order.From, t.order.UUID); !p.OnCPU() {
				standing.Add(1)
			}
		})
	}
	asked.Wait()
	if standing.Load() == 0 || m.hold.Cut(turns[0].order.From) {
		return
	}
	for _, t := range turns {
		close(t.unconfirmed)
	}
	select {} // the source can't be cut off: libvirt never learns of it
}

// handedOver is how long the source may take to say whether the guest runs.
const handedOver = 20 * time.Second
