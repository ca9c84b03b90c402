package rules

import (
	"cmp"

	"migcheck/preflight"
)

// CPUIncompatible meets guests whose CPU the destination can't give them.
var CPUIncompatible = &preflight.Rule{
	ID:      "cpu-incompatible",
	Level:   preflight.Blocked,
	Phase:   preflight.Prepare,
	Scope:   preflight.PerGuest,
	Area:    preflight.Beyond,
	Applies: comparesCPU,
	Needs:   append(preflight.Essential(preflight.Source, preflight.GuestRest), preflight.Essential(preflight.Destination, preflight.CPU)...),
	Doc: `the destination can't give the guest the CPU that it runs with
A running guest has seen its CPU, and must find every feature of it again. libvirt
on the destination is asked by virConnectCompareHypervisorCPU, with the CPU of the
definition that is sent, and what it says is quoted; the migration fails with
"guest CPU doesn't match specification". Definitions with check='none' are not
compared by libvirt, and guests that are shown the host's own CPU have a rule of
their own, cpu-passthrough-differs.`,
	Check: func(p *preflight.Pass) {
		rest := p.Plan.Rest
		if rest.Fit.NoCPU == "" {
			return
		}
		p.Report(preflight.Finding{
			Subject:     preflight.Subject{Host: p.Plan.To.Name},
			SourceValue: rest.Guest.CPU.Model,
			Reason:      "libvirt on " + p.Plan.To.Name + " says: " + rest.Fit.NoCPU,
			Hint:        "start the guest with a CPU model that both hosts can give: virsh hypervisor-cpu-baseline finds one",
		})
	},
}

// comparesCPU says whether libvirt compares the guest's CPU, and can be asked to
// beforehand.
func comparesCPU(p *preflight.Pass) bool {
	cpu, def := p.Plan.Rest.Guest.CPU, p.Plan.Guest.Sent()
	if !live(p) || cpu == nil || def == nil || cpu.Check == "none" || cmp.Or(cpu.Mode, "custom") != "custom" {
		return false
	}
	switch def.Arch {
	case "x86_64", "i686", "s390x":
		return true
	}
	return false
}
