package preflight

import (
	"slices"

	"migcheck/hostinfo"
	"migcheck/hostinfo/shell"
)

// needsMet sees to it that the rule's facts are there. If they are not, it
// notes the rule as undecided, or as not checked, or leaves it out where there
// is nothing that the fact could be about.
func (e *engine) needsMet(r *Rule, req *Requirement) bool {
	for i := range r.Needs {
		n := &r.Needs[i]
		end, k, why := e.know(n, req)
		switch {
		case k == known:
			continue
		case k == inapplicable:
		case n.Essential && !e.networkUnread(end):
			e.undecided(r, req, end, why)
		default:
			e.leftOut(r, req, end, why)
		}
		return false
	}
	return true
}

// networkUnread says whether all that is missing is what a libvirt network means
// on a destination that judges by itself: libvirt looks that up next, and
// refuses what it does not know before anything is copied.
func (e *engine) networkUnread(end *Endpoint) bool {
	return e.plan.DestinationOnly && end.NetworkName != "" && end.Wanted == "" &&
		end.View.Missing(hostinfo.FactNetworks, "") != nil
}

func (e *engine) know(n *Need, req *Requirement) (*Endpoint, knowledge, string) {
	var end *Endpoint
	switch {
	case req == nil:
		end = e.side(n.Side)
	case n.Side == Destination:
		end = req.Destination
	default:
		end = req.Source
	}
	if e.plan.beyond(n) {
		return end, inapplicable, ""
	}
	if k, why := e.plan.knowGuest(n.Fact); k != inapplicable {
		if n.Fact == Arrived {
			return e.side(Destination), k, why
		}
		return e.side(Source), k, why
	}
	if k, why := e.plan.knowRest(*n); k != inapplicable {
		return e.side(n.Side), k, why
	}
	if m := e.plan.Migration; n.Fact == Path && (m == nil || m.Offline) {
		return end, inapplicable, "" // no memory is to be sent
	}
	switch n.Fact {
	case Probe, Segment:
		return e.plan.knowNetwork(n.Fact, end, req)
	case Trial:
		return e.plan.knowTrial(end)
	}
	k, why := end.know(n.Fact)
	return end, k, why
}

// side is one of the hosts as such, whatever a NIC needs there.
func (e *engine) side(s Side) *Endpoint {
	i := 0
	if s == Destination {
		i = 1
	}
	if e.ends[i] == nil {
		e.ends[i] = e.plan.endpoint(s)
	}
	return e.ends[i]
}

// undecided reports that a rule could not be decided, as a consequence of one
// facts-not-observed finding for each host and reason.
func (e *engine) undecided(r *Rule, req *Requirement, end *Endpoint, why string) {
	if e.gap.host != end.Name || e.gap.why != why {
		e.gap = gap{end.Name, why, e.notObserved(end, why)}
	}
	f := Finding{Level: Undecided, Reason: "could not be decided: " + end.Name + ": " + why, CausedBy: e.gap.id}
	f.Subject.Host, f.Subject.Device = end.Name, end.Wanted
	e.complete(r, req, &f)
	e.add(f)
}

// gap is what could not be read of a host, and the ID of the finding that says so.
type gap struct{ host, why, id string }

// notObserved adds the finding about a fact that could not be read, and returns
// its ID.
func (e *engine) notObserved(end *Endpoint, why string) string {
	root := Finding{
		Rule: FactsNotObserved, Level: Undecided, Phase: e.rule(FactsNotObserved).Phase,
		Subject: Subject{Guest: e.plan.Guest.Name, Host: end.Name},
		Reason:  why,
		Hint:    "migcheck doctor says how each host is reached and what is missing",
		Explain: "migcheck explain " + FactsNotObserved,
	}
	if shell.Quotable(end.Name) {
		root.Hint = "migcheck doctor " + shell.Quote(end.Name) + " says how the host is reached and what is missing"
	}
	if why == end.Astray {
		root.Subject.Device = end.Wanted
	}
	root.identify()
	root.ID += "/" + shortHash(why)
	e.add(root)
	return root.ID
}

func (e *engine) leftOut(r *Rule, req *Requirement, end *Endpoint, why string) {
	n := NotChecked{Rule: r.ID, Host: end.Name, Reason: why}
	if end.View != nil {
		n.User = end.View.User
	}
	if req != nil {
		n.NIC = &req.Index
	}
	same := func(o NotChecked) bool {
		return o.Rule == n.Rule && o.Host == n.Host && o.Reason == n.Reason && equal(o.NIC, n.NIC)
	}
	if !slices.ContainsFunc(e.notChecked, same) { // the devices of a pool repeat it
		e.notChecked = append(e.notChecked, n)
	}
}
