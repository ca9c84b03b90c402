package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// SourceDevMissing looks for a NIC's device on the destination.
var SourceDevMissing = &preflight.Rule{
	ID:            "source-dev-missing",
	Level:         preflight.Blocked,
	Phase:         preflight.Prepare,
	Scope:         preflight.PerDevice,
	WithoutDevice: true,
	CausedBy:      []string{"source-dev-name-too-long", "source-dev-other-netns"},
	Needs:         preflight.Essential(preflight.Destination, preflight.Devices),
	Doc: `the device that the NIC names is not on the destination
libvirt creates the guest's macvtap on the device of that name, or alternative
name, in its own network namespace. Without it the migration is refused before
anything is copied: "Unable to get index for interface D: No such device"
(for mode passthrough "Cannot get interface MAC on 'D'"). Create the device, or
rename the one that leads to the same network, or migrate with a --map to it.`,
	Check: func(p *preflight.Pass) {
		e := p.Side
		if e.Device != nil || e.Wanted == "" || e.View.Setup.DaemonElsewhere == hostinfo.Yes {
			return // where libvirt sees other devices, source-dev-other-netns says so
		}
		reason := fmt.Sprintf("%s has no device %s, so libvirt can't create the guest's macvtap there", e.Name, e.Wanted)
		if e.Mapped {
			reason = fmt.Sprintf("the map names %s, which %s does not have", e.Wanted, e.Name)
		}
		f := preflight.Finding{
			Reason:           reason,
			SourceValue:      p.Req.Source.Describe(),
			DestinationValue: "absent",
			Fix:              recreate(p.Req.Source, e),
		}
		f.Suggest, f.Hint = suggest(p.Req)
		if f.Hint == "" {
			f.Hint = otherwise(p.Req, e, &f)
		}
		f = keepVLAN(f, p.Req.Source, e)
		p.Report(keepOnline(f, p.Req.Source, e))
	},
}

// otherwise says what else can be done, beside what the finding proposes.
func otherwise(q *preflight.Requirement, e *preflight.Endpoint, f *preflight.Finding) string {
	switch {
	case e.NetworkName != "":
		return hint("create it on %s, or let the network there name another device: virsh net-edit %s", e.Name, e.NetworkName)
	case len(f.Fix) > 0 && len(f.Suggest) > 0:
		return ""
	case len(f.Suggest) > 0:
		return hint("create %s on %s", e.Wanted, e.Name)
	case len(f.Fix) > 0:
		return hint("name the device of %s that leads to the same network: --map %s=DEVICE", e.Name, q.NIC.Dev)
	}
	return hint("create it on %s, or name the device there that leads to the same network: --map %s=DEVICE", e.Name, q.NIC.Dev)
}
