package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// VhostFallback meets NICs that would do without vhost.
var VhostFallback = &preflight.Rule{
	ID:       "vhost-fallback",
	Level:    preflight.Warning,
	Phase:    preflight.Silent,
	Scope:    preflight.PerDevice,
	About:    preflight.OnAnything,
	AboutNIC: true,
	Applies:  func(p *preflight.Pass) bool { return mayUseVhost(p) && p.Req.NIC.DriverName == "" },
	Needs:    preflight.Helpful(preflight.Destination, preflight.Device, preflight.Vhost),
	Doc: `the NIC would be served by QEMU instead of vhost
Without /dev/vhost-net libvirt falls back to QEMU's own virtio and tells nobody
but its log. The guest arrives with its network, with less throughput and more
work for the host's CPUs. Load vhost_net; a host of which that is meant to be so
says <driver name='qemu'/>.`,
	Value: func(e *preflight.Endpoint) string {
		switch e.View.VhostNet {
		case hostinfo.Yes:
			return "vhost"
		case hostinfo.No:
			return "no /dev/vhost-net"
		}
		return ""
	},
	Check: func(p *preflight.Pass) {
		if p.Side.View.VhostNet == hostinfo.No {
			p.Report(preflight.Finding{
				Reason: fmt.Sprintf("%s has no /dev/vhost-net: the NIC works through QEMU there, slower and at the cost of its CPUs", p.Side.Name),
				Hint:   hint("modprobe vhost_net on %s", p.Side.Name),
			})
		}
	},
}
