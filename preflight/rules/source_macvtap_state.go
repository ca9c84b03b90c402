package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/hostinfo/shell"
	"migcheck/preflight"
)

// SourceMacvtapState compares the guest's own macvtap with its definition.
var SourceMacvtapState = &preflight.Rule{
	ID:            "source-macvtap-state",
	Level:         preflight.Warning,
	Phase:         preflight.Silent,
	Scope:         preflight.PerPair,
	WithoutDevice: true,
	AboutNIC:      true,
	Applies:       func(p *preflight.Pass) bool { return runs(p.Plan.Guest.State) && !offMacvtap(p.Req.Source) },
	Needs:         preflight.Helpful(preflight.Source, preflight.Devices),
	Doc: `the guest's macvtap on the source is not what its definition says
The running guest's macvtap is gone, is down, or stands on another device than
its definition names: somebody changed it behind libvirt's back, or the device
was renamed since the guest started. The guest may be without its network
already, and what it gets on the destination is what the definition says, not
what it has. Find out which is right before it moves. A paused guest's macvtap is
down by design.`,
	Check: func(p *preflight.Pass) {
		src, nic := p.Req.Source, liveNIC(p)
		if nic == nil || src.View.Setup.DaemonElsewhere == hostinfo.Yes {
			return // the devices that were read are not those of the guest
		}
		tap := ownMacvtap(src, nic)
		f := preflight.Finding{Subject: preflight.Subject{Host: src.Name, Device: nic.Target}}
		if tap != nil {
			f.Subject.Device = tap.Name
		}
		switch {
		case tap == nil && nic.Target == "":
			return
		case tap == nil && src.View.Setup.DaemonElsewhere == hostinfo.No:
			f.SourceValue = "absent"
			f.Reason = fmt.Sprintf("the guest runs, and its macvtap %s is not there on %s: this NIC has no network now", nic.Target, src.Name)
			f.Hint = hint("virsh domiflist %s; detach the NIC and attach it again, or restart the guest", p.Plan.Guest.Name)
		case tap == nil:
			f.Level, f.SourceValue = preflight.Note, "not seen"
			f.Reason = fmt.Sprintf("the guest's macvtap %s was not seen on %s; only root can tell whether libvirt has it in another network namespace", nic.Target, src.Name)
		case tap.Up == hostinfo.No:
			f.SourceValue = "down"
			f.Reason = fmt.Sprintf("the guest runs, and its macvtap %s is down on %s: this NIC has no network now", tap.Name, src.Name)
			f.Fix = commands("ip link set dev " + shell.Quote(tap.Name) + " up")
		default:
			on := src.View.Links.Parent(tap)
			named := src.View.Links.ByName(nic.Dev)
			if on == nil || nic.Dev == "" || named != nil && on == src.View.Links.Real(named) {
				return
			}
			f.SourceValue = "on " + on.Name
			f.Reason = fmt.Sprintf("%s stands on %s on %s, and the guest's definition names %s", tap.Name, on.Name, src.Name, nic.Dev)
			f.Hint = hint("ip -details link show dev %s on %s shows it; the destination gets what virsh dumpxml %s says", tap.Name, src.Name, p.Plan.Guest.Name)
		}
		p.Report(f)
	},
}

// offMacvtap says whether the NIC stands on a bridge, or on a network whose
// guests have no macvtap.
func offMacvtap(e *preflight.Endpoint) bool {
	return e.Bridged || e.Network != nil && e.Network.DirectMode() == ""
}

// runs says whether a guest's CPUs run, which is when libvirt has its macvtaps up.
func runs(s hostinfo.DomainState) bool {
	return s == hostinfo.StateRunning || s == hostinfo.StateBlocked
}

// liveNIC is the NIC in the live definition, which names its macvtap and device;
// nil if that was not read.
func liveNIC(p *preflight.Pass) *hostinfo.NIC {
	live := p.Plan.Guest.Live
	if live == nil || p.Req.Index >= len(live.NICs) || live.NICs[p.Req.Index].MAC != p.Req.NIC.MAC {
		return nil
	}
	return &live.NICs[p.Req.Index]
}

// ownMacvtap is the macvtap that the live definition names; where it names none,
// the one on the NIC's device that has its address. Nil if it is not there.
func ownMacvtap(e *preflight.Endpoint, nic *hostinfo.NIC) *hostinfo.Device {
	if nic.Target == "" {
		return e.Macvtap
	}
	d := e.View.Links.ByName(nic.Target)
	if d == nil || d.Kind != hostinfo.KindMacvtap && d.Kind != hostinfo.KindUnknown {
		return nil
	}
	return d
}
