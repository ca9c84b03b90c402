package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// otherKind says of a NIC that neither stands on a device through MacVTap nor on a
// network's tap why nobody can tell what becomes of it; empty where another rule
// does.
func otherKind(p *preflight.Plan, i int) string {
	nic, to := &p.Guest.Sent().NICs[i], p.To.Name
	switch nic.Type {
	case "user": // user-mode-connections-lost
		return ""
	case "null": // nothing could be lost; but it was tried
		return "a NIC of type null, at which libvirtd 9.0.0 crashed when it was tried; of other versions it is not known"
	case "hostdev":
		return handedKind(p, nic)
	case "vdpa":
		if mayRun(p.Guest) && !p.DestinationOnly { // vdpa-not-migratable
			return ""
		}
		return fmt.Sprintf("a NIC that is the vDPA device %s, which is not looked at on %s", nic.Dev, to)
	case "vhostuser":
		if nic.Backend != "" {
			return fmt.Sprintf("a NIC served by %s through vhost-user, of which nothing is seen on %s", nic.Backend, to)
		}
		return "a NIC behind a vhost-user socket, and the process at its other end (Open vSwitch with DPDK, say) is not seen"
	case "ethernet":
		return fmt.Sprintf("a NIC on a tap%s that a script or a plugin connects, and where it would lead on %s is not seen", named(nic.Target), to)
	case "mcast":
		return "a NIC that meets other guests by multicast, and whether that passes between the hosts is not seen"
	case "server", "client", "udp":
		return fmt.Sprintf("a NIC that is a socket of QEMU's (type %s), and whether its other end is reached from %s is not seen", nic.Type, to)
	}
	return "a NIC of type " + nic.Type
}

// handedKind is otherKind for PCI devices of the host.
func handedKind(p *preflight.Plan, nic *hostinfo.NIC) string {
	if nic.TeamingType != transient && mayRun(p.Guest) && !p.DestinationOnly { // hostdev-not-migratable
		return ""
	}
	return fmt.Sprintf("a NIC that is a PCI device of the host%s, and whether %s has it to give, and where it would lead, is not read", atAddress(nic.PCI), p.To.Name)
}

// pooledKind is otherKind for NICs of networks that hand PCI devices through.
// Where the network names a physical function, hostdev-pf-down looks at that.
func pooledKind(p *preflight.Plan, i int, n *hostinfo.Network) string {
	if n.PF != "" && (handedThrough(p.Guest, i) || !p.Guest.State.Active()) {
		return ""
	}
	return fmt.Sprintf("a NIC of network %s, which hands PCI devices through, and where those lead is not read", n.Name)
}

// transientElements tells of devices of a teaming pair that are hostdev elements: the
// partner of a NIC is one itself.
func transientElements(p *preflight.Pass) {
	for _, d := range p.Plan.Guest.Sent().PCIDevices {
		if d.TeamingType != transient {
			continue
		}
		p.Report(preflight.Finding{
			Subject: preflight.Subject{Host: p.Plan.To.Name},
			Reason:  fmt.Sprintf("the partner of a NIC is a PCI device of the host%s: whether %s has it to give, and where it would lead, is not read", atAddress(d.Address), p.Plan.To.Name),
			Hint:    judgeYourself,
		})
	}
}

const judgeYourself = "judge it yourself, then --allow nic-not-judged"

func named(dev string) string {
	if dev == "" {
		return ""
	}
	return " " + dev
}
