package rules

import (
	"fmt"

	"migcheck/preflight"
)

// maxName is IFNAMSIZ-1, what libvirt's virNetDevSetupControl accepts.
const maxName = 15

// SourceDevNameTooLong meets names that only an altname can have.
var SourceDevNameTooLong = &preflight.Rule{
	ID:            "source-dev-name-too-long",
	Level:         preflight.Blocked,
	Phase:         preflight.Prepare,
	Scope:         preflight.PerDevice,
	WithoutDevice: true,
	Doc: `the device is named by an altname that is too long for libvirt
Alternative names may have 127 bytes, but libvirt asks the kernel for the
device's index with a call that takes 15: "invalid interface name D: Numerical
result out of range". Use the device's real name or a shorter altname.`,
	Check: func(p *preflight.Pass) {
		e := p.Side
		if len(e.Wanted) <= maxName {
			return
		}
		f := preflight.Finding{
			Reason: fmt.Sprintf("the name has %d bytes and libvirt takes at most %d, even where it is a valid altname", len(e.Wanted), maxName),
			Hint:   "name the device by a name of at most 15 bytes in the guest's definition",
		}
		if e.Device != nil {
			f.Hint = "name the device " + e.Device.Name + " in the guest's definition"
		}
		p.Report(f)
	},
}
