package preflight

import (
	"cmp"
	"slices"
	"strings"
)

// FactsNotObserved is the rule under which the engine reports essential facts
// that could not be read. It must be in the list that Run is given.
const FactsNotObserved = "facts-not-observed"

// Run judges one plan by all rules. The result depends on nothing else.
func Run(p *Plan, rules []*Rule) *Report {
	e, reqs := judgePlan(p, rules, Network, nil)
	e.mentioned()
	r := e.report(reqs)
	if p.Rest != nil && p.Arrival == nil {
		r.Beyond = judgeBeyond(p, rules)
	}
	return r
}

// Findings are a Run's findings, those about NICs left out for which about says
// no. It is for whoever judges many plans and needs no reports.
func Findings(p *Plan, rules []*Rule, about func(nic int) bool) []Finding {
	e, _ := judgePlan(p, rules, Network, about)
	return e.findings
}

func judgePlan(p *Plan, rules []*Rule, area Area, about func(nic int) bool) (*engine, []*Requirement) {
	p = p.observed()
	e := &engine{plan: p, rules: rules}
	e.pass.report = func(f Finding) { e.found = append(e.found, f) }
	reqs := p.requirements(about)
	for _, r := range rules {
		if r.Check == nil || r.Area != area || (r.Phase == After) != (p.Arrival != nil) {
			continue
		}
		if r.Scope == PerGuest {
			e.judge(r, nil)
			continue
		}
		for _, req := range reqs {
			e.judge(r, req)
		}
	}
	e.nameCauses()
	e.postCopy()
	e.waive()
	e.sort()
	return e, reqs
}

// engine is the state of judging one plan.
type engine struct {
	plan       *Plan
	rules      []*Rule
	findings   []Finding
	notChecked []NotChecked
	ends       [2]*Endpoint // the hosts as such, source first
	asked      Pass         // what the Applies at hand is given: one for all of them
	pass       Pass         // what the Check at hand is given
	found      []Finding    // what it has reported
	gap        gap          // what was missing last: most often the next rule lacks the same
}

// rule is the rule of that ID, or nil.
func (e *engine) rule(id string) *Rule {
	for _, r := range e.rules {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// judge asks one rule about one NIC, or about the guest where req is nil.
func (e *engine) judge(r *Rule, req *Requirement) {
	if !e.appliesTo(r, req) {
		return
	}
	var side *Endpoint
	if req != nil {
		side = req.Destination
		if side.Device == nil && side.known(Devices) && !r.WithoutDevice {
			return
		}
	}
	if !e.needsMet(r, req) {
		return
	}
	found := e.check(r, req, side)
	if len(found) > 0 && r.Scope == PerDevice && r.Phase == Silent && !r.Posture {
		found = e.alreadySo(r, req, found)
	}
	for i := range found {
		f := &found[i]
		e.complete(r, req, f)
		linkDown(r, req, f)
		if slices.ContainsFunc(found[:i], func(g Finding) bool { return g.ID == f.ID }) {
			f.ID += "/" + shortHash(f.Reason)
		}
		e.add(*f)
	}
}

// check calls the rule's Check for one side and returns what it reported.
func (e *engine) check(r *Rule, req *Requirement, side *Endpoint) []Finding {
	e.found = nil
	e.pass.Plan, e.pass.Req, e.pass.Side = e.plan, req, side
	r.Check(&e.pass)
	for i := range e.found {
		if f := &e.found[i]; f.Level == Ready {
			f.Level = r.Level
		}
	}
	return e.found
}

// alreadySo turns findings into notes where the source is in the same state:
// migrating does not make it worse.
func (e *engine) alreadySo(r *Rule, req *Requirement, found []Finding) []Finding {
	src := req.Source
	if src.View == nil || src.Device == nil || src.Bridged != req.Destination.Bridged {
		return found
	}
	for _, n := range r.Needs {
		if k, _ := src.know(n.Fact); n.Side == Destination && k != known {
			return found
		}
	}
	before := e.check(r, req, src)
	for i := range found {
		f := &found[i]
		same := slices.ContainsFunc(before, func(b Finding) bool { return b.Level >= f.Level })
		if same && f.Level > Note && f.Level != Undecided {
			f.Level = Note
			f.Reason = "already so on " + src.Name + ": " + f.Reason
		}
	}
	return found
}

// add keeps a finding once: the devices of a pool repeat what is said of the
// NIC, and one gap is met by many rules.
func (e *engine) add(f Finding) {
	for i := range e.findings {
		if e.findings[i].ID == f.ID {
			return
		}
	}
	e.findings = append(e.findings, f)
}

// complete fills in what a finding leaves empty. What is said of a NIC as such
// names no device where a network decides it.
func (e *engine) complete(r *Rule, req *Requirement, f *Finding) {
	f.Rule, f.Phase = r.ID, cmp.Or(f.Phase, r.Phase)
	f.Subject.Guest = e.plan.Guest.Name
	if req != nil {
		index := req.Index
		f.Subject.NIC, f.Subject.MAC = &index, req.NIC.MAC
		f.Subject.Host = cmp.Or(f.Subject.Host, req.Destination.Name)
		if !r.AboutNIC || req.Destination.NetworkName == "" {
			f.Subject.Device = cmp.Or(f.Subject.Device, req.Destination.Wanted)
		}
		f.SourceValue = cmp.Or(f.SourceValue, valueOf(r, req.Source))
		f.DestinationValue = cmp.Or(f.DestinationValue, valueOf(r, req.Destination))
		spare(req.Destination, f)
	}
	f.Explain = "migcheck explain " + r.ID
	if f.Unwaivable == "" && f.Level > Note && f.CausedBy == "" {
		f.Allow = "--allow " + r.ID
	}
	f.identify()
}

// spare lowers what is said of a device that libvirt would not take from the
// network's pool now: until the guest comes, others may take the better one.
func spare(dst *Endpoint, f *Finding) {
	if dst.Spare != "" && f.Subject.Device != "" && f.Level > Warning {
		f.Level = Warning
		f.Reason += "; as the network is used now, libvirt takes " + dst.Spare + " instead"
	}
}

func valueOf(r *Rule, e *Endpoint) string {
	if r.Value == nil || e == nil || e.View == nil || e.Device == nil {
		return ""
	}
	return r.Value(e)
}

// known says whether a fact is known on this side.
func (e *Endpoint) known(f Fact) bool {
	k, _ := e.know(f)
	return k == known
}

// sort puts the worst first, and consequences behind what does not follow from
// anything, in an order that is the same in every run.
func (e *engine) sort() {
	slices.SortStableFunc(e.findings, func(a, b Finding) int {
		return cmp.Or(
			-cmp.Compare(a.Level, b.Level),
			cmp.Compare(len(a.CausedBy), len(b.CausedBy)),
			strings.Compare(a.ID, b.ID),
		)
	})
	slices.SortStableFunc(e.notChecked, func(a, b NotChecked) int {
		return cmp.Or(strings.Compare(a.Host, b.Host), strings.Compare(a.Rule, b.Rule))
	})
}
