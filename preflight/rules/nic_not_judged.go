package rules

import (
	"cmp"
	"fmt"

	"migcheck/preflight"
)

// NICNotJudged sees to it that no NIC is passed over in silence.
var NICNotJudged = &preflight.Rule{
	ID:       "nic-not-judged",
	Level:    preflight.Undecided,
	Phase:    preflight.Silent,
	Scope:    preflight.PerGuest,
	CausedBy: []string{"network-missing-or-inactive", "network-forward-mismatch", "ethernet-tap-missing"},
	Needs:    preflight.Essential(preflight.Source, preflight.GuestView),
	Doc: `migcheck can't judge this kind of NIC
Where a NIC leads by something that no host shows, a guest with one is undecided
however well its other NICs stand: a process at the other end of a vhost-user
socket, a script that connects a tap, a socket of QEMU's, multicast between the
hosts, or a PCI device that QEMU takes away for the move and the destination is to
give back. The finding says which it is.`,
	Check: func(p *preflight.Pass) {
		for i := range p.Plan.Guest.Sent().NICs {
			nic := &p.Plan.Guest.Sent().NICs[i]
			what := notJudged(p.Plan, i)
			if what == "" {
				continue
			}
			p.Report(preflight.Finding{
				Subject: preflight.Subject{NIC: &i, MAC: nic.MAC, Host: p.Plan.To.Name},
				Reason:  fmt.Sprintf("%s: whether it works on %s is not known", what, p.Plan.To.Name),
				Hint:    judgeYourself,
			})
		}
		transientElements(p)
	},
}

// notJudged says what kind of NIC it is, if none of the other rules look at it.
func notJudged(p *preflight.Plan, i int) string {
	nic := &p.Guest.Sent().NICs[i]
	switch {
	case nic.Direct() && nic.Dev == "":
		return "a direct NIC that names no device"
	case nic.Direct():
		return ""
	case nic.OnBridge() && nic.Bridge == "":
		return "a NIC that names no bridge"
	case nic.OnBridge():
		return oddPort(nic.VirtualPort)
	case !nic.NetworkBacked():
		return otherKind(p, i)
	}
	n := p.To.Network(nic.Network)
	switch {
	case n == nil:
		return "" // network-missing-or-inactive, or facts that were not observed
	case n.Forward == hostdev:
		return pooledKind(p, i, n)
	case n.Forward == "bridge" && n.Bridge != "":
		port, _ := portSettings(n, nic.Portgroup)
		return oddPort(cmp.Or(nic.VirtualPort, port))
	case n.OfOneHost():
		return ""
	case n.DirectMode() == "":
		return fmt.Sprintf("a NIC of the %s network %s", forwardWord(n), n.Name)
	case len(n.Devices) == 0:
		return fmt.Sprintf("a NIC of network %s, which names no devices", n.Name)
	}
	return ""
}

// oddPort says which virtual port of a NIC on a bridge is none that migcheck
// judges.
func oddPort(port string) string {
	switch port {
	case "", "openvswitch":
		return ""
	}
	return "a NIC on a bridge with a virtual port of type " + port
}
