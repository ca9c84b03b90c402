package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// Virtualport8021QbgNoLLDPAD meets NICs that a switch has to admit.
var Virtualport8021QbgNoLLDPAD = &preflight.Rule{
	ID:       "virtualport-8021qbg-no-lldpad",
	Level:    preflight.Blocked,
	Phase:    preflight.Prepare,
	Scope:    preflight.PerDevice,
	AboutNIC: true,
	CausedBy: []string{"network-forward-mismatch"},
	Needs:    preflight.Essential(preflight.Destination, preflight.Device),
	Doc: `the NIC's virtual port needs lldpad, which does not run
A NIC with <virtualport type='802.1Qbg'/>, in its own definition, its network's or
its port group's, is announced to the switch by lldpad. Without it the migration is
refused: "Error opening file /var/run/lldpad.pid: No such file or directory",
"sending of PortProfileRequest failed." With it the switch has to consent, first
when the macvtap is made and again at the very end, when all memory was copied: a
note, since migcheck does not ask the switch. For 802.1Qbh the kernel's enic driver
asks the switch: undecided.`,
	Check: func(p *preflight.Pass) {
		e := p.Side
		switch portInEffect(p, e) {
		case "802.1Qbg":
			qbg(p, e)
		case "802.1Qbh":
			p.Undecided(preflight.Finding{
				DestinationValue: "virtual port 802.1Qbh",
				Reason:           fmt.Sprintf("the NIC has a virtual port of type 802.1Qbh: whether %s on %s is driven by enic, and its switch has the profile, can't be judged", e.Wanted, e.Name),
				Hint:             "if guests with this profile start there, --allow virtualport-8021qbg-no-lldpad",
			})
		}
	},
}

func qbg(p *preflight.Pass, e *preflight.Endpoint) {
	f := preflight.Finding{DestinationValue: "virtual port 802.1Qbg, lldpad: " + e.View.Setup.LLDPAD.String()}
	switch e.View.Setup.LLDPAD {
	case hostinfo.No:
		f.Reason = fmt.Sprintf("the NIC has a virtual port of type 802.1Qbg, which lldpad announces to the switch, and lldpad does not run on %s", e.Name)
		f.Hint = "install lldpad, give it the switch's settings, and start it: systemctl start lldpad"
		p.Report(f)
	case hostinfo.Yes:
		f.Level = preflight.Note
		f.Reason = fmt.Sprintf("the NIC has a virtual port of type 802.1Qbg; the switch of %s has to know its profile, and says no before or after the copying", e.Name)
		p.Report(f)
	default:
		f.Reason = fmt.Sprintf("the NIC has a virtual port of type 802.1Qbg, and whether lldpad runs on %s could not be read", e.Name)
		if g := e.View.Missing(hostinfo.FactLLDPAD, ""); g != nil {
			f.Reason += ": " + g.Reason
		}
		f.Hint = "ls -l /run/lldpad.pid"
		p.Undecided(f)
	}
}
