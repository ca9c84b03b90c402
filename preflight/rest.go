package preflight

import "migcheck/hostinfo"

// Rest is what was asked beyond a guest's network.
type Rest struct {
	Guest *hostinfo.Rest `json:"guest"` // what else the guest is; never nil
	Fit   *hostinfo.Fit  `json:"fit"`   // what the destination said of it; never nil
}

// The facts beyond the network.
const (
	GuestRest  Fact = "the guest's other devices"
	Snapshots  Fact = "snapshots"
	BlockJobs  Fact = "block jobs"
	Files      Fact = "files"    // of the guest, on one of the hosts
	Emulator   Fact = "emulator" // whether the destination takes it
	Machine    Fact = "machine"  // or the machine type
	CPU        Fact = "cpu"      // or the CPU that the guest is shown
	HostCPU    Fact = "host cpu" // or the CPU of the source
	TPMs       Fact = "tpm"      // what TPMs the destination can give a guest
	HostMemory Fact = "memory"   // free memory and hugepages of a host
)

// restFacts are those that a gap of a rest or a fit is about.
var restFacts = map[Fact]hostinfo.Fact{
	GuestRest: hostinfo.FactRest, Snapshots: hostinfo.FactSnapshots, BlockJobs: hostinfo.FactBlockJobs,
	Files: hostinfo.FactFiles, Emulator: hostinfo.FactEmulator, Machine: hostinfo.FactMachine, CPU: hostinfo.FactCPU, HostCPU: hostinfo.FactHostCPU,
	TPMs: hostinfo.FactTPM,
}

// knowRest says whether a fact beyond the network is known, and if it is missing,
// why. It is inapplicable for all others.
func (p *Plan) knowRest(n Need) (knowledge, string) {
	about, ours := restFacts[n.Fact]
	if !ours || p.Rest == nil {
		return inapplicable, ""
	}
	gaps := p.Rest.Guest.Gaps
	if n.Side == Destination {
		gaps = p.Rest.Fit.Gaps
	}
	if g := hostinfo.GapOf(gaps, about); g != nil {
		return missing, g.Reason
	}
	return known, ""
}

// Stopped says whether it is only the guest's definition that moves: it does not
// run, or is to be moved offline.
func (p *Plan) Stopped() bool {
	if p.Migration != nil && p.Migration.Offline {
		return true
	}
	return p.Guest.State != hostinfo.StateUnknown && !p.Guest.State.Active()
}

// BeyondReport is what was found beyond the guest's network: what else libvirt
// refuses before it copies anything, as far as it could be asked. It is never all
// that can go wrong.
type BeyondReport struct {
	// Verdict is the worst level that counts of its findings.
	Verdict    Level        `json:"verdict"`
	Findings   []Finding    `json:"findings"`
	NotChecked []NotChecked `json:"not_checked,omitempty"`
}

func judgeBeyond(p *Plan, rules []*Rule) *BeyondReport {
	e, _ := judgePlan(p, rules, Beyond, func(int) bool { return false })
	b := &BeyondReport{Verdict: e.verdict(), Findings: e.findings, NotChecked: e.notChecked}
	if b.Findings == nil {
		b.Findings = []Finding{}
	}
	return b
}

// Overall is the worse of the network's verdict and of that beyond it, where that
// was asked for.
func (r *Report) Overall() Level {
	if r.Beyond == nil {
		return r.Verdict
	}
	return max(r.Verdict, r.Beyond.Verdict)
}

// Everything is all findings of a report, those about the network first.
func (r *Report) Everything() []*Finding {
	var out []*Finding
	for i := range r.Findings {
		out = append(out, &r.Findings[i])
	}
	if r.Beyond != nil {
		for i := range r.Beyond.Findings {
			out = append(out, &r.Beyond.Findings[i])
		}
	}
	return out
}
