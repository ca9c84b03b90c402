package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// MacvtapModuleMissing meets kernels that have no macvtaps.
var MacvtapModuleMissing = &preflight.Rule{
	ID:       "macvtap-module-missing",
	Level:    preflight.Blocked,
	Phase:    preflight.Prepare,
	Scope:    preflight.PerDevice,
	AboutNIC: true,
	Needs:    preflight.Helpful(preflight.Destination, preflight.Device, preflight.Modules),
	Doc: `the destination's kernel has no macvtap
The kernel loads the module macvtap when libvirt asks for the first one. Where
it is neither built in nor installed (cloud kernels, extra module packages) the
migration is refused: "error creating macvtap interface macvtapN@D: Operation
not supported".`,
	Check: func(p *preflight.Pass) {
		if e := p.Side; e.View.MacvtapModule == hostinfo.No {
			p.Report(preflight.Finding{
				Reason: fmt.Sprintf("the kernel of %s (%s) neither has macvtap built in nor a module of that name", e.Name, e.View.Kernel),
				Hint:   "install the package that holds the kernel's extra modules, then: modprobe macvtap",
			})
		}
	},
}
