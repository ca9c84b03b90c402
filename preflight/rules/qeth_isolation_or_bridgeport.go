package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// QETHIsolationOrBridgeport meets cards that keep neighbours apart.
var QETHIsolationOrBridgeport = &preflight.Rule{
	ID:       "qeth-isolation-or-bridgeport",
	Level:    preflight.Warning,
	Phase:    preflight.Silent,
	Scope:    preflight.PerDevice,
	CausedBy: []string{"qeth-layer3"},
	Needs:    preflight.Helpful(preflight.Destination, preflight.Device, preflight.Hardware),
	Doc: `the OSA device keeps its neighbours apart
With isolation=drop an OSA card drops frames between those who share it; with
isolation=forward it sends them out to the switch, which has to send them back
(reflective relay). Guests of other partitions on the same card are out of reach
then. A trusted guest that makes its NIC promiscuous, such as a router or bridge,
needs a bridge port (bridge_role) or vnicc/flooding on the card to receive frames
for other addresses: a note. Plain guests need neither. Known from the qeth driver
and IBM's documentation; no recording was to be had.`,
	Check: func(p *preflight.Pass) {
		e := p.Side
		for _, d := range qethBelow(e) {
			if i := d.QETH.Isolation; i != "" && i != "none" {
				p.Report(preflight.Finding{
					DestinationValue: d.Name + " isolation=" + i,
					Reason:           fmt.Sprintf("%s on %s has isolation=%s: the guest does not reach others on the same card%s", d.Name, e.Name, i, unlessRelayed(i)),
					Hint:             hint("if that is not wanted: echo none > /sys/class/net/%s/device/isolation", d.Name),
				})
				return
			}
		}
		for _, d := range qethBelow(e) {
			if e.Trust == hostinfo.Yes && d.QETH.BridgeRole == "none" {
				p.Report(preflight.Finding{
					Level:            preflight.Note,
					DestinationValue: d.Name + " bridge_role=none",
					Reason:           fmt.Sprintf("the guest is trusted, and %s on %s is no bridge port: made promiscuous by the guest, it still gets no frames for other addresses unless vnicc/flooding is on", d.Name, e.Name),
				})
				return
			}
		}
	},
}

func unlessRelayed(isolation string) string {
	if isolation == "forward" {
		return " unless the switch sends their frames back"
	}
	return ""
}
