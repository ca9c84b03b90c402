package preflight

import "migcheck/hostinfo"

// knowGuest says whether a fact about the guest is known, and if it is missing,
// why. It is inapplicable for facts about hosts.
func (p *Plan) knowGuest(f Fact) (knowledge, string) {
	g := p.Guest
	switch f {
	case GuestView:
		if g.Sent() == nil {
			return missing, "the guest's definition: " + gapOf(g, hostinfo.FactLive, hostinfo.FactMigratable, hostinfo.FactInactive, hostinfo.FactState)
		}
	case GuestJob:
		if hasGap(g, hostinfo.FactJob) {
			return missing, "the guest's job: " + gapOf(g, hostinfo.FactJob)
		}
	case GuestInactive:
		if g.Inactive == nil && g.Persistent != hostinfo.No {
			return missing, "the guest's persistent definition: " + gapOf(g, hostinfo.FactInactive, hostinfo.FactPersistent)
		}
	case Arrived:
		if a := p.Arrival; a == nil || !a.There.Known() {
			return missing, "the guest after its migration: " + a.why()
		}
	default:
		return inapplicable, ""
	}
	return known, ""
}

// gapOf is the reason of the first gap about one of the facts.
func gapOf(g *hostinfo.Guest, facts ...hostinfo.Fact) string {
	for _, f := range facts {
		for _, gap := range g.Gaps {
			if gap.Fact == f {
				return gap.Reason
			}
		}
	}
	return "it was not read"
}

func hasGap(g *hostinfo.Guest, f hostinfo.Fact) bool {
	for _, gap := range g.Gaps {
		if gap.Fact == f {
			return true
		}
	}
	return false
}
