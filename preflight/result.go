package preflight

import (
	"slices"

	"migcheck/hostinfo"
)

// report puts together what was found.
func (e *engine) report(reqs []*Requirement) *Report {
	p := e.plan
	r := &Report{
		Guest:      GuestIdentity{Name: p.Guest.Name, UUID: p.Guest.UUID, State: p.Guest.State, View: p.sentView()},
		From:       p.endpoint(Source).Name,
		To:         p.endpoint(Destination).Name,
		Verdict:    e.verdict(),
		NICs:       []NICReport{},
		Findings:   e.findings,
		NotChecked: e.notChecked,
	}
	if r.Findings == nil {
		r.Findings = []Finding{}
	}
	def := p.Guest.Sent()
	if def == nil {
		return r
	}
	for i := range def.NICs {
		of := slices.DeleteFunc(slices.Clone(reqs), func(q *Requirement) bool { return q.Index != i })
		r.NICs = append(r.NICs, p.nicReport(i, &def.NICs[i], of)...)
	}
	r.MappedXML = slices.ContainsFunc(reqs, func(q *Requirement) bool { return q.Destination.Mapped })
	return r
}

func (p *Plan) nicReport(i int, nic *hostinfo.NIC, reqs []*Requirement) []NICReport {
	one := NICReport{Index: i, Type: nic.Type, MAC: nic.MAC, Model: nic.Model, Network: nic.Network}
	if len(reqs) == 0 {
		return []NICReport{one}
	}
	var out []NICReport
	for _, q := range reqs {
		one.Judged = true
		one.Source, one.Destination = sideReport(q.Source), sideReport(q.Destination)
		one.SameNetwork, one.Trial = p.sameNetwork(q), p.Tried(q.Destination)
		out = append(out, one)
	}
	return out
}

func sideReport(e *Endpoint) SideReport {
	s := SideReport{
		Host: e.Name, Device: e.Wanted, Mapped: e.Mapped, Mode: e.Mode,
		Found: e.Device != nil, Summary: e.Describe(),
	}
	switch {
	case e.OVS:
		s.Bridge = "openvswitch"
	case e.Bridged:
		s.Bridge = "linux"
	case e.Network != nil && e.Network.OfOneHost():
		s.Bridge = "libvirt"
	}
	for _, d := range e.Stack {
		s.Layers = append(s.Layers, *d)
	}
	return s
}

// sentView names the definition that Guest.Sent returns.
func (p *Plan) sentView() string {
	g := p.Guest
	switch g.Sent() {
	case nil:
		return ""
	case g.Migratable:
		return "migratable"
	case g.Live:
		return "live"
	}
	return "inactive"
}

// Worst is the verdict of several reports.
func Worst(reports []Report) Level {
	worst := Ready
	for i := range reports {
		worst = max(worst, reports[i].Verdict)
	}
	return worst
}
