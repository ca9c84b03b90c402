package main

import (
	"context"
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
	hold, source, from := t.mover.hold, t.way.From, t.order.From
	unconfirmed := make(chan struct{})
	held := hold.OnLoss(t.order.To, func() {
		ctx, cancel := context.WithTimeout(context.Background(), handedOver)
		defer cancel()
		if p := act.Look(ctx, source, from, t.order.UUID); p.OnCPU() || hold.Cut(from) {
			return
		}
		close(unconfirmed)
		select {} // the source can't be cut off: libvirt never learns of it
	})
	if !held {
		return func() {}
	}
	t.way.Unconfirmed = unconfirmed
	return func() {
		select {
		case <-unconfirmed: // it must be held back for good
		default:
			hold.OnLoss(t.order.To, nil)
		}
	}
}

// handedOver is how long the source may take to say whether the guest runs.
const handedOver = 20 * time.Second
