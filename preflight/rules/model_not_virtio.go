package rules

import (
	"fmt"
	"strings"

	"migcheck/preflight"
)

// ModelNotVirtio tells guests that announce themselves less well.
var ModelNotVirtio = &preflight.Rule{
	ID:       "model-not-virtio",
	Level:    preflight.Note,
	Phase:    preflight.Silent,
	Scope:    preflight.PerDevice,
	About:    preflight.OnAnything,
	Posture:  true,
	AboutNIC: true,
	Needs:    preflight.Essential(preflight.Destination, preflight.Device),
	Doc: `the NIC's model is not virtio
After a migration a virtio guest announces its addresses to the switches by
itself. For other models QEMU sends a few RARP frames in its stead, and the first
of them before libvirt has set the macvtap up, so switches may send to the old
host for a while longer. They are slower too, and trustGuestRxFilters has no
effect on them.`,
	Check: func(p *preflight.Pass) {
		if m := modelWord(p.Req.NIC); !strings.HasPrefix(m, "virtio") {
			p.Report(preflight.Finding{
				Reason: fmt.Sprintf("a NIC of model %s does not announce itself after the move; switches may learn its new place late", m),
			})
		}
	},
}
