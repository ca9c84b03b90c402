package rules

import (
	"fmt"
	"strings"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// VhostRequiredUnavailable meets NICs that insist on vhost.
var VhostRequiredUnavailable = &preflight.Rule{
	ID:       "vhost-required-unavailable",
	Level:    preflight.Blocked,
	Phase:    preflight.Prepare,
	Scope:    preflight.PerDevice,
	About:    preflight.OnAnything,
	AboutNIC: true,
	Applies:  func(p *preflight.Pass) bool { return mayUseVhost(p) && p.Req.NIC.DriverName == "vhost" },
	Needs:    preflight.Essential(preflight.Destination, preflight.Vhost),
	Doc: `the NIC insists on vhost and the destination has none
With <driver name='vhost'/> a virtio NIC is served by the kernel or not at all.
Where /dev/vhost-net is not there, or can't be opened, the migration is refused:
"vhost-net was requested for an interface, but is unavailable". Load vhost_net,
or take the driver's name out of the guest's definition: libvirt then uses vhost
where it can. Guests without KVM never use it.`,
	Check: func(p *preflight.Pass) {
		e := p.Side
		f := preflight.Finding{
			SourceValue: "driver vhost",
			Hint:        hint("modprobe vhost_net on %s, or take name='vhost' out of the NIC's <driver>", e.Name),
		}
		switch e.View.VhostNet {
		case hostinfo.No:
			f.DestinationValue = "no /dev/vhost-net"
			f.Reason = fmt.Sprintf("the NIC's driver is vhost, and %s has no /dev/vhost-net", e.Name)
			p.Report(f)
		case hostinfo.Unknown:
			f.Reason = fmt.Sprintf("the NIC's driver is vhost, and whether %s has /dev/vhost-net could not be read", e.Name)
			p.Undecided(f)
		}
	},
}

// mayUseVhost says whether libvirt would look for vhost (qemuInterfaceOpenVhostNet):
// for virtio NICs of guests that use KVM.
func mayUseVhost(p *preflight.Pass) bool {
	def := p.Plan.Guest.Sent()
	return def.Type == "kvm" && (p.Side.Mode != "" || getsTap(p.Side)) && isVirtio(p.Req.NIC)
}

// isVirtio says whether a NIC's model is one of virtio's.
func isVirtio(n *hostinfo.NIC) bool {
	return strings.HasPrefix(n.Model, "virtio")
}
