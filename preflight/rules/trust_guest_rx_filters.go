package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// TrustGuestRxFilters tells what a trusted guest may do.
var TrustGuestRxFilters = &preflight.Rule{
	ID:       "trust-guest-rx-filters",
	Level:    preflight.Note,
	Phase:    preflight.Silent,
	Scope:    preflight.PerPair,
	Posture:  true,
	AboutNIC: true,
	CausedBy: []string{"network-forward-mismatch"},
	Needs:    preflight.Essential(preflight.Destination, preflight.Device),
	Doc: `the guest's receive filters are trusted
With trustGuestRxFilters='yes' the host follows what the guest asks its virtio
NIC for: the guest can join multicast groups, change its MAC address, and set
the device below promiscuous, which shows it other guests' traffic. That is what
multicast needs and also what an intruder in the guest would like. A note where
it is so on both hosts; a warning where only the destination's network grants it.`,
	Value: trustWord,
	Check: func(p *preflight.Pass) {
		src, dst := p.Req.Source, p.Req.Destination
		if dst.Trust != hostinfo.Yes {
			return
		}
		f := preflight.Finding{
			Reason: "the guest may join multicast groups, change its MAC address and make the device below promiscuous",
		}
		if p.Req.NIC.Model != "virtio" {
			f.Reason = fmt.Sprintf("trustGuestRxFilters has no effect on a NIC of model %s: libvirt follows the filters of virtio only", modelWord(p.Req.NIC))
		}
		if src.Trust == hostinfo.No && p.Req.NIC.Model == "virtio" {
			f.Level = preflight.Warning
			f.Reason += "; on " + src.Name + " it may not"
			f.Hint = compareNetworks(dst)
		}
		p.Report(f)
	},
}

func trustWord(e *preflight.Endpoint) string {
	if e.Trust == hostinfo.Yes {
		return "trusted"
	}
	return "not trusted"
}

func modelWord(n *hostinfo.NIC) string {
	if n.Model == "" {
		return "unspecified"
	}
	return n.Model
}
