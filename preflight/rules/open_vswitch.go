package rules

import (
	"fmt"
	"strings"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// switchBelow is the device of Open vSwitch's own that an endpoint is or stands
// on; nil if there is none.
func switchBelow(e *preflight.Endpoint) *hostinfo.Device {
	for _, d := range e.Stack {
		if d.Kind == hostinfo.KindOpenVSwitch {
			return d
		}
	}
	return nil
}

// unsureUplink speaks of a switch of which it can't be told whether one of the
// live uplinks is its own. Where that is so on the source, it is the same.
func unsureUplink(p *preflight.Pass, sw *hostinfo.Device) {
	e := p.Side
	if hasLiveUplink(e, sw) {
		return
	}
	var live, dead []string
	for _, up := range e.View.Links.Uplinks(sw) {
		if _, why := deadUplink(e, up); why != "" {
			dead = append(dead, why)
		} else {
			live = append(live, up.Name)
		}
	}
	src := p.Req.Source
	if len(dead) == 0 && (p.Plan.DestinationOnly || src.Device != nil && unsureAlready(src)) {
		return
	}
	words := fmt.Sprintf("which of Open vSwitch's bridges on %s leads out by %s can't be seen, and %s need not be it", e.Name, strings.Join(live[:min(len(live), 4)], ", "), e.Wanted)
	if len(dead) > 0 {
		words = strings.Join(dead[:min(len(dead), 4)], ", ") + "; " + words
	}
	p.Undecided(preflight.Finding{
		Reason: words,
		Hint:   hint("ovs-vsctl list-ports %s on %s as root says which ports it has", sw.Name, e.Name),
	})
}

func hasLiveUplink(e *preflight.Endpoint, sw *hostinfo.Device) bool {
	for _, up := range e.View.Links.Uplinks(sw) {
		if _, why := deadUplink(e, up); why == "" && e.View.Links.Has(sw, up) {
			return true
		}
	}
	return false
}

func unsureAlready(src *preflight.Endpoint) bool {
	sw := switchBelow(src)
	return sw != nil && !hasLiveUplink(src, sw)
}
