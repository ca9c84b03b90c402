package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// SameOSADuplicateMAC meets partitions that share one network card.
var SameOSADuplicateMAC = &preflight.Rule{
	ID:    "same-osa-duplicate-mac",
	Level: preflight.Warning,
	Phase: preflight.Silent,
	Scope: preflight.PerPair,
	Needs: append(preflight.Helpful(preflight.Source, preflight.Device, preflight.Hardware),
		preflight.Helpful(preflight.Destination, preflight.Device, preflight.Hardware)...),
	Doc: `both hosts share one OSA card or HiperSockets channel
Partitions of one IBM Z machine can share an OSA card or a HiperSockets channel
path, and that keeps one table of MAC addresses. The guest's macvtap on the source
goes last of all, after the one on the destination is up, so the card may refuse to
register the address a second time. The driver drops the address then and says so
only in the kernel log; the guest sends and gets no answers until its macvtap is
set down and up. With vnicc/takeover_setvmac=1 on the source's device the address
may be taken over. Machines of their own may use the same channel path numbers:
waive it there. This is from the qeth driver and IBM's documentation; no recording
of such a migration was to be had.`,
	Value: func(e *preflight.Endpoint) string {
		if q := qethBelow(e); len(q) > 0 {
			return channel(q[0].QETH)
		}
		return ""
	},
	Check: func(p *preflight.Pass) {
		src, dst := p.Req.Source, p.Req.Destination
		switch p.Plan.Guest.State {
		case hostinfo.StatePaused, hostinfo.StateShutoff, hostinfo.StateCrashed:
			return // its macvtap on the source is down, or not there
		}
		for _, a := range qethBelow(src) {
			for _, b := range qethBelow(dst) {
				if !sameChannel(a.QETH, b.QETH) || a.QETH.Takeover == hostinfo.Yes {
					continue
				}
				p.Report(preflight.Finding{
					SourceValue: a.Name + " is " + channel(a.QETH), DestinationValue: b.Name + " is " + channel(b.QETH),
					Reason: fmt.Sprintf("%s on %s and %s on %s are both %s in layer 2: if the hosts are partitions of one machine, the card may refuse the guest's MAC while the source still has it", a.Name, src.Name, b.Name, dst.Name, channel(a.QETH)),
					Hint:   hint("on %s: echo 1 > /sys/class/net/%s/device/vnicc/takeover_setvmac; or afterwards on %s: set the guest's macvtap down and up", src.Name, a.Name, dst.Name),
				})
				return
			}
		}
	},
}

// sameChannel says whether two devices may be on one card: both in layer 2, of
// one type, with one channel path.
func sameChannel(a, b *hostinfo.QETH) bool {
	return a.Layer2 == hostinfo.Yes && b.Layer2 == hostinfo.Yes && a.CHPID != "" && a.CHPID == b.CHPID &&
		a.CardType == b.CardType && sharesAddresses(a)
}

func channel(q *hostinfo.QETH) string { return q.CardType + " on channel path " + q.CHPID }
