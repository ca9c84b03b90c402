package rules

import (
	"cmp"
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// NICNotJudged sees to it that no NIC is passed over in silence.
var NICNotJudged = &preflight.Rule{
	ID:       "nic-not-judged",
	Level:    preflight.Undecided,
	Phase:    preflight.Silent,
	Scope:    preflight.PerGuest,
	CausedBy: []string{"network-missing-or-inactive", "network-forward-mismatch"},
	Needs:    preflight.Essential(preflight.Source, preflight.GuestView),
	Doc: `migcheck does not judge this kind of NIC yet
migcheck judges NICs that stand on a host device through MacVTap, on a bridge or on
Open vSwitch. About one that is a socket of DPDK's (vhostuser) or a host's PCI
device it knows nothing,
so a guest with one is undecided however well its other NICs stand. A NIC of
QEMU's user-mode network needs nothing from the host: a note.`,
	Check: func(p *preflight.Pass) {
		for i := range p.Plan.Guest.Sent().NICs {
			nic := &p.Plan.Guest.Sent().NICs[i]
			what := notJudged(p.Plan, nic)
			if what == "" {
				continue
			}
			f := preflight.Finding{
				Subject: preflight.Subject{NIC: &i, MAC: nic.MAC, Host: p.Plan.To.Name},
				Reason:  fmt.Sprintf("%s: whether it works on %s is not known", what, p.Plan.To.Name),
				Hint:    "judge it yourself, then --allow nic-not-judged",
			}
			if nic.Type == "user" {
				f.Level = preflight.Note
				f.Reason, f.Hint = what+": it needs nothing from the host, and its connections do not survive the move", ""
			}
			p.Report(f)
		}
	},
}

// notJudged says what kind of NIC it is, if none of the other rules look at it.
func notJudged(p *preflight.Plan, nic *hostinfo.NIC) string {
	switch {
	case nic.Direct() && nic.Dev == "":
		return "a direct NIC that names no device"
	case nic.Direct():
		return ""
	case nic.OnBridge() && nic.Bridge == "":
		return "a NIC that names no bridge"
	case nic.OnBridge():
		return oddPort(nic.VirtualPort)
	case nic.Type == "vhostuser":
		return "a NIC of type vhostuser, a socket of DPDK's"
	case !nic.NetworkBacked():
		return "a NIC of type " + nic.Type
	}
	n := p.To.Network(nic.Network)
	switch {
	case n == nil:
		return "" // network-missing-or-inactive, or facts that were not observed
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
