package fleet

import (
	"slices"

	"migcheck/preflight"
)

// result is what the rules say of one NIC, or of a guest as a whole, for all
// pairs of a combination of classes, before any waiver.
type result struct{ items []item }

// item is a finding that follows from no other.
type item struct {
	rule     string
	level    preflight.Level
	host     preflight.Side // whose it is; empty for neither's
	device   string
	nth      int  // which of the destination's devices for the NIC that is; -1 none of them
	unwaived bool // no waiver is accepted for it
	finding  *preflight.Finding
}

// whole is the part of a report that is about no NIC.
const whole = -1

// parts are the findings about a plan by the NIC that they are about. What could not
// be decided for want of a fact counts with the NIC for which it was needed.
func (j *judge) parts(p *preflight.Plan, findings []preflight.Finding) map[int]*result {
	out := map[int]*result{}
	for i := range findings {
		f := &findings[i]
		rule := j.byID[f.Rule]
		if f.Rule == preflight.FactsNotObserved || rule == nil || rule.Posture && f.Level == preflight.Note {
			continue
		}
		it := item{rule: f.Rule, level: f.Level, device: f.Subject.Device, nth: -1, unwaived: f.Unwaivable != "", finding: f}
		switch f.Subject.Host {
		case p.From.Name:
			it.host = preflight.Source
		case p.To.Name:
			it.host = preflight.Destination
		}
		if f.CausedBy != "" {
			root := cause(findings, f.CausedBy)
			if root.Rule != preflight.FactsNotObserved {
				continue
			}
			it = item{rule: root.Rule, level: preflight.Undecided, host: it.host, nth: -1, unwaived: true, finding: root}
		}
		n := partOf(rule, f)
		if out[n] == nil {
			out[n] = &result{}
		}
		out[n].add(it)
	}
	return out
}

func (r *result) add(it item) {
	if !slices.ContainsFunc(r.items, func(o item) bool { return o.finding == it.finding }) {
		r.items = append(r.items, it)
	}
}

// number notes which of a NIC's devices the items are about: elsewhere they have
// other names.
func (r *result) number(devices []string) {
	for i := range r.items {
		if it := &r.items[i]; it.device != "" {
			it.nth = slices.Index(devices, it.device)
		}
	}
}

func cause(findings []preflight.Finding, id string) *preflight.Finding {
	return &findings[slices.IndexFunc(findings, func(f preflight.Finding) bool { return f.ID == id })]
}

// partOf is the NIC that a finding is about. The NICs of the persistent
// definition are counted by themselves: what is said of them is about the guest.
func partOf(rule *preflight.Rule, f *preflight.Finding) int {
	later := rule.Scope == preflight.PerGuest && slices.ContainsFunc(rule.Needs, func(n preflight.Need) bool { return n.Fact == preflight.GuestInactive })
	if f.Subject.NIC == nil || later {
		return whole
	}
	return *f.Subject.NIC
}

// about are the names of a combination that waivers mention; empty for others.
type about struct{ guest, from, to string }

// level is the worst that counts with the fleet's waivers.
func (j *judge) level(r *result, a about) preflight.Level {
	worst := preflight.Ready
	for i := range r.items {
		if it := &r.items[i]; it.level > worst && !j.waived(it, a) {
			worst = it.level
		}
	}
	return worst
}

func (j *judge) waived(it *item, a about) bool {
	if it.unwaived {
		return false
	}
	host := ""
	switch it.host {
	case preflight.Source:
		host = a.from
	case preflight.Destination:
		host = a.to
	}
	return slices.ContainsFunc(j.waivers, func(w preflight.Waiver) bool {
		return w.Rule == it.rule && (w.Host == "" || w.Host == host) &&
			(w.Guest == "" || w.Guest == a.guest) && (w.Device == "" || w.Device == it.device)
	})
}
