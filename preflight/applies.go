package preflight

// appliesTo says whether a rule is about such a NIC at all. Where it is not,
// its needs do not matter: a gap decides nothing for a NIC that asks for
// nothing.
func (e *engine) appliesTo(r *Rule, req *Requirement) bool {
	if req != nil && !r.About.covers(req.Destination) {
		return false
	}
	if r.Applies == nil {
		return true
	}
	e.asked = Pass{Plan: e.plan, Req: req}
	if req != nil {
		e.asked.Side = req.Destination
	}
	return r.Applies(&e.asked)
}
