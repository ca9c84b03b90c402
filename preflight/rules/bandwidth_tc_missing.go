package rules

import (
	"fmt"
	"slices"
	"strings"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// What libvirt uses to limit a NIC's device (virNetDevBandwidthSet): what comes into
// the host by it is policed, what leaves by it is shaped. A macvtap has the guest's
// view of what is inbound, a tap the opposite one (virDomainNetTypeSharesHostView).
var (
	policing = []string{"sch_ingress", "cls_u32", "act_police"}
	shaping  = []string{"sch_htb", "sch_sfq", "cls_fw"}
)

// BandwidthTCMissing meets bandwidth limits that the destination can't set.
var BandwidthTCMissing = &preflight.Rule{
	ID:       "bandwidth-tc-missing",
	Level:    preflight.Blocked,
	Phase:    preflight.Prepare,
	Scope:    preflight.PerDevice,
	About:    preflight.OnAnything,
	AboutNIC: true,
	Applies: func(p *preflight.Pass) bool {
		return p.Req.NIC.Bandwidth && (p.Side.Mode != "" || getsTap(p.Side) && !p.Side.OVS)
	},
	Needs: preflight.Essential(preflight.Destination, preflight.Shaping),
	Doc: `the destination can't limit the NIC's bandwidth
A NIC with <bandwidth> gets its limits from tc when its macvtap or tap is made: for a
macvtap inbound takes the kernel's sch_ingress, cls_u32 and act_police, outbound
sch_htb, sch_sfq and cls_fw; for a tap it is the other way round. Without them the
migration is refused: "internal error: Child process
(tc qdisc add dev macvtapN parent 1:1 handle 2: sfq perturb 10) unexpected exit
status 2: Error: Specified qdisc kind is unknown." They are often in a package of
their own (iproute-tc, kernel-modules-extra). Limits of a port group are not looked
at: libvirt refuses them in networks whose guests get a macvtap.`,
	Check: func(p *preflight.Pass) {
		e := p.Side
		switch e.View.Setup.Shaping {
		case hostinfo.Yes:
			return
		case hostinfo.Unknown:
			p.Undecided(preflight.Finding{
				Reason: fmt.Sprintf("whether %s can limit a NIC's bandwidth could not be read", e.Name),
				Hint:   hint("tc on %s and the kernel's modules there must do what the source's do", e.Name),
			})
			return
		}
		lacks := shapingLacks(p.Req.NIC, getsTap(e), e.View.Setup.ShapingLacks)
		if len(lacks) == 0 {
			return
		}
		p.Report(preflight.Finding{
			DestinationValue: "lacks " + strings.Join(lacks, ", "),
			Reason:           fmt.Sprintf("the NIC has a bandwidth limit, and %s lacks what sets it: %s", e.Name, strings.Join(lacks, ", ")),
			Hint:             hint("install it on %s (tc: iproute2 or iproute-tc; the rest: the kernel's extra modules), or take <bandwidth> out of the guest's definition", e.Name),
		})
	},
}

// shapingLacks are the parts that the NIC's limits need and that are not there.
// What is not known by name may be needed for either way.
func shapingLacks(n *hostinfo.NIC, tap bool, lacks []string) []string {
	if len(lacks) == 0 {
		return []string{"traffic shaping"}
	}
	polices, shapes := n.Inbound, n.Outbound
	if tap {
		polices, shapes = shapes, polices
	}
	unsaid := n.Inbound == n.Outbound // both, or neither was read
	var out []string
	for _, part := range lacks {
		in, away := slices.Contains(policing, part), slices.Contains(shaping, part)
		if !in && !away || unsaid || in && polices || away && shapes {
			out = append(out, part)
		}
	}
	return out
}

// getsTap says whether libvirt makes a tap for the NIC: on a bridge, or on a network
// that it makes by itself.
func getsTap(e *preflight.Endpoint) bool {
	return e.Bridged || e.Network != nil && e.Network.OfOneHost()
}
