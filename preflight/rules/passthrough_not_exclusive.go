package rules

import (
	"fmt"
	"slices"
	"strings"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// PassthroughNotExclusive meets devices that one guest alone may use.
var PassthroughNotExclusive = &preflight.Rule{
	ID:       "passthrough-not-exclusive",
	Level:    preflight.Blocked,
	Phase:    preflight.Prepare,
	Scope:    preflight.PerDevice,
	CausedBy: []string{"network-pool-exhausted"},
	Needs:    preflight.Essential(preflight.Destination, preflight.Device, preflight.Children),
	Doc: `the device is in use and mode passthrough wants it alone
A macvtap of mode passthrough must be the only one on its device: the kernel
refuses it beside any other macvlan or macvtap, and refuses any other beside it,
even if it is down: "error creating macvtap interface macvtapN@D: Invalid
argument". Stop or move the guest that holds the device, or take away what it
left behind. A macvlan of a container counts as well, and only root can see it.`,
	Check: func(p *preflight.Pass) {
		e := p.Side
		d := e.Real()
		wantsAll := e.Mode == "passthrough"
		for _, c := range e.View.Links.Children(d) {
			if !c.IsMacvlan() || c == e.Macvtap || !wantsAll && c.Macvlan.Mode != "passthru" {
				continue
			}
			p.Report(preflight.Finding{
				DestinationValue: c.Name + " (" + c.Macvlan.Mode + ") stands on it",
				Reason:           exclusiveReason(e, d, c.Kind+" "+c.Name+ownerOf(e, c.MAC), wantsAll),
				Hint:             freeHint(e, c),
			})
			return
		}
		for _, c := range onElsewhere(e, d) {
			if !c.IsMacvlan() || !wantsAll && (c.Macvlan == nil || c.Macvlan.Mode != "passthru") {
				continue
			}
			p.Report(preflight.Finding{
				DestinationValue: c.what() + " stands on it",
				Reason:           exclusiveReason(e, d, c.what(), wantsAll),
				Hint:             c.hint(),
			})
			return
		}
		if wantsAll {
			elsewhere(p, e, d)
		}
	},
}

func exclusiveReason(e *preflight.Endpoint, d *hostinfo.Device, holder string, wantsAll bool) string {
	if wantsAll {
		return fmt.Sprintf("mode passthrough needs %s on %s for itself, and the %s stands on it", d.Name, e.Name, holder)
	}
	return fmt.Sprintf("the %s holds %s on %s in mode passthrough, which tolerates no other", holder, d.Name, e.Name)
}

// elsewhere tells what can be told about macvlans that were moved into network
// namespaces which were not looked into: they count, and no dump shows them.
func elsewhere(p *preflight.Pass, e *preflight.Endpoint, d *hostinfo.Device) {
	if hidden := unexplained(e, d); len(hidden) > 0 {
		p.Report(preflight.Finding{
			DestinationValue: "receives for " + hidden[0],
			Reason:           fmt.Sprintf("mode passthrough needs %s on %s for itself, and it receives frames for %s, so something in another network namespace stands on it", d.Name, e.Name, hidden[0]),
			Hint:             "find the container that holds a macvlan on " + d.Name,
		})
		return
	}
	if g := e.View.Missing(hostinfo.FactNamespaces, d.Name); g != nil {
		f := preflight.Finding{
			Hint:   "look for containers with a macvlan on " + d.Name + "; if there is none, --allow passthrough-not-exclusive",
			Reason: fmt.Sprintf("mode passthrough needs %s on %s for itself; a macvlan on it that was moved into another network namespace can't be seen: %s", d.Name, e.Name, g.Reason),
		}
		if d.Promiscuity > 0 && d.Master == 0 && d.Promiscuous != hostinfo.Yes {
			f.Reason += "; something has made the device promiscuous, as such a macvlan does"
		}
		p.Undecided(f)
	}
}

// ownerOf names the guest that runs on the host with this MAC, if one does.
func ownerOf(e *preflight.Endpoint, mac string) string {
	for i := range e.View.Domains {
		d := &e.View.Domains[i]
		if (d.State.Active() || d.State == hostinfo.StateUnknown) && slices.Contains(d.MACs, mac) {
			return " of guest " + d.Name
		}
	}
	return ""
}

func freeHint(e *preflight.Endpoint, c *hostinfo.Device) string {
	if owner := ownerOf(e, c.MAC); owner != "" {
		return "stop or migrate" + strings.TrimPrefix(owner, " of") + " first"
	}
	return hint("if nothing uses %s: ip link delete dev %s", c.Name, c.Name)
}
