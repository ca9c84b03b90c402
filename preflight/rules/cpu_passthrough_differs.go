package rules

import "migcheck/preflight"

// CPUPassthroughDiffers meets guests that were shown a CPU which is more than the
// destination's.
var CPUPassthroughDiffers = &preflight.Rule{
	ID:    "cpu-passthrough-differs",
	Level: preflight.Warning,
	Phase: preflight.Silent,
	Scope: preflight.PerGuest,
	Area:  preflight.Beyond,
	Applies: func(p *preflight.Pass) bool {
		cpu := p.Plan.Rest.Guest.CPU
		return live(p) && cpu != nil && cpu.ShowsHost()
	},
	Needs: append(preflight.Essential(preflight.Source, preflight.GuestRest), preflight.Helpful(preflight.Destination, preflight.HostCPU)...),
	Doc: `the guest was shown a CPU that the destination does not have
With mode='host-passthrough' or 'maximum' the guest sees its host's CPU, and
libvirt compares nothing: it migrates the guest, which goes on with features that
are not there and may crash at the first of them. The destination is asked by
virConnectCompareCPU whether its CPU has all that the source's has.`,
	Check: func(p *preflight.Pass) {
		rest := p.Plan.Rest
		if rest.Fit.NoHostCPU == "" {
			return
		}
		p.Report(preflight.Finding{
			Subject:     preflight.Subject{Host: p.Plan.To.Name},
			SourceValue: "cpu mode " + rest.Guest.CPU.Mode,
			Reason: "the guest is shown the CPU of " + p.Plan.From.Name + ", and libvirt on " + p.Plan.To.Name +
				" says of that one: " + rest.Fit.NoHostCPU,
			Hint: "a CPU model that both hosts can give, in the place of the host's own: virsh hypervisor-cpu-baseline finds one",
		})
	},
}
