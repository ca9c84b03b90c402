package rules

import (
	"fmt"
	"strings"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// Bits of an LACP port state (IEEE 802.1AX, 6.4.2.3).
const (
	lacpSync         = 0x08
	lacpCollecting   = 0x10
	lacpDistributing = 0x20
	lacpDefaulted    = 0x40
	lacpExpired      = 0x80
)

// BondLACPNotNegotiated meets 802.3ad bonds whose switch does not answer.
var BondLACPNotNegotiated = &preflight.Rule{
	ID:       "bond-lacp-not-negotiated",
	Level:    preflight.Warning,
	Phase:    preflight.Silent,
	Scope:    preflight.PerDevice,
	About:    preflight.OnAnything,
	CausedBy: []string{"bridge-uplink-down", "lowerdev-no-carrier", "bond-no-active-slave"},
	Needs:    preflight.Helpful(preflight.Destination, preflight.Device, preflight.Bonds, preflight.LACP),
	Doc: `the bond and its switch have not agreed on LACP
An 802.3ad bond keeps its carrier even where no switch ever answered, and then
uses a single port (seen against a plain switch: traffic in both directions over
one port). The guest arrives with its network, with one port's capacity and no
second path; on a switch that expects LACP the port may be suspended. A port that
agreed with another switch than the ports that send stands by for them: a note.`,
	Check: func(p *preflight.Pass) {
		for _, d := range p.Side.Stack {
			if d.Bond == nil || d.Bond.LACP == nil || d.Bond.Mode != "802.3ad" {
				continue
			}
			if m := d.Bond.LACP.PartnerMAC; m == "" || m == "00:00:00:00:00:00" {
				p.Report(preflight.Finding{
					DestinationValue: "no partner",
					Reason:           fmt.Sprintf("no switch answers the LACP of %s on %s; it sends by one port", d.Name, p.Side.Name),
					Hint:             "configure the link aggregation on the switch, or use mode active-backup",
				})
				continue
			}
			lacpPorts(p, d.Name, d.Bond.LACP.Aggregator, p.Side.View.Links.Ports(d))
		}
	},
}

// lacpPorts reports the ports that are out of step with the others, and those that
// stand by.
func lacpPorts(p *preflight.Pass, bond string, aggregator int, ports []*hostinfo.Device) {
	var bad, spare []string
	for _, port := range ports {
		b := port.BondPort
		if b == nil || b.ActorState == 0 {
			continue
		}
		if port.Up == hostinfo.No || port.LowerUp == hostinfo.No {
			continue // it has another fault than LACP
		}
		const need, never = lacpSync | lacpCollecting | lacpDistributing, lacpDefaulted | lacpExpired
		agreed := b.ActorState&never == 0 && b.PartnerState&lacpSync != 0
		switch {
		case agreed && standsBy(b, aggregator):
			spare = append(spare, port.Name)
		case !agreed || b.ActorState&need != need:
			bad = append(bad, port.Name)
		}
	}
	if len(bad) > 0 {
		p.Report(preflight.Finding{
			DestinationValue: "out of step: " + strings.Join(bad, " "),
			Reason:           fmt.Sprintf("%s of %s on %s did not agree with the switch on LACP and carries nothing", strings.Join(bad, " and "), bond, p.Side.Name),
			Hint:             hint("check the switch's ports: cat /proc/net/bonding/%s", bond),
		})
	}
	if len(spare) > 0 {
		p.Report(preflight.Finding{
			Level:            preflight.Note,
			DestinationValue: "standing by: " + strings.Join(spare, " "),
			Reason:           fmt.Sprintf("%s of %s on %s agreed on LACP with another switch or channel group than the ports that send, and carries nothing until these fail", strings.Join(spare, " and "), bond, p.Side.Name),
			Hint:             hint("right for two switches that share no channel group; else put its switch port into the others': cat /proc/net/bonding/%s", bond),
		})
	}
}

// standsBy says whether a port is in another aggregator than the one that sends:
// the kernel keeps it attached, and silent, until that has failed (ad_mux_machine).
func standsBy(port *hostinfo.BondPort, aggregator int) bool {
	return port.Aggregator != 0 && aggregator != 0 && port.Aggregator != aggregator
}
