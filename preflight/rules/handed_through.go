package rules

import (
	"slices"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// transient is the teaming type of a device that QEMU takes away from the guest
// before it migrates.
const transient = "transient"

// handedThrough says whether a NIC is a PCI device of the host. One of a network
// whose pool has such devices is sent as a NIC of the network; the live view
// knows what it got.
func handedThrough(g *hostinfo.Guest, i int) bool {
	if g.Sent().NICs[i].Type == "hostdev" {
		return true
	}
	return g.Live != nil && i < len(g.Live.NICs) && g.Live.NICs[i].Type == "hostdev"
}

// mayRun says whether libvirt would migrate the guest live, as far as is known.
func mayRun(g *hostinfo.Guest) bool { return g.State == hostinfo.StateUnknown || g.State.Active() }

// someNIC says whether the guest has a NIC of the kind, in what is sent.
func someNIC(p *preflight.Plan, kind func(n *hostinfo.NIC) bool) bool {
	def := p.Guest.Sent()
	return def != nil && slices.ContainsFunc(def.NICs, func(n hostinfo.NIC) bool { return kind(&n) })
}

// versionsOf is a host's libvirt and emulator in words.
func versionsOf(v *preflight.View) string {
	libvirt, qemu := "of unknown version", "of unknown version"
	if v.Libvirt != nil {
		if v.Libvirt.Version != "" {
			libvirt = v.Libvirt.Version
		}
		if v.Libvirt.Hypervisor != "" {
			qemu = v.Libvirt.Hypervisor
		}
	}
	return "libvirt " + libvirt + ", QEMU " + qemu
}
