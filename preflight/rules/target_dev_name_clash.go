package rules

import (
	"fmt"
	"slices"
	"strings"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// Names that libvirt takes for its own and does not keep
// (virDomainNetDefParseXML, virDomainNetDefFormat).
var reservedPrefixes = []string{"vnet", "macvtap", "macvlan"}

// TargetDevNameClash meets fixed macvtap names that are taken.
var TargetDevNameClash = &preflight.Rule{
	ID:            "target-dev-name-clash",
	Level:         preflight.Blocked,
	Phase:         preflight.Prepare,
	Scope:         preflight.PerDevice,
	About:         preflight.OnAnything,
	WithoutDevice: true,
	AboutNIC:      true,
	Needs:         preflight.Essential(preflight.Destination, preflight.Devices),
	Doc: `the fixed name of the guest's macvtap or tap is taken on the destination
The NIC's <target dev='T'/> asks for a macvtap of that name, and the destination
has a device called so, or with that altname. The migration is refused: "error
creating macvtap interface T@D: File exists". libvirt before 10.1 then also
deletes the other device, whoever it belongs to (seen on 9.0.0), so it can't be
waived there. The tap of a NIC on a bridge is refused likewise, without a deletion:
"Unable to create tap device T". It may be there before as a tap that nobody holds
open, which libvirt takes. Take <target> out of the definition; libvirt picks a free name.`,
	Check: func(p *preflight.Pass) {
		e, name := p.Side, p.Req.NIC.Target
		if name == "" || e.View == nil {
			return
		}
		if reserved(name) {
			return
		}
		taken := e.View.Links.ByName(name)
		if taken == nil {
			return
		}
		word := "macvtap"
		if e.Bridged {
			word = "tap"
		}
		f := preflight.Finding{
			SourceValue:      "target " + name,
			DestinationValue: name + " exists (" + kindWord(taken) + ")",
			Reason:           fmt.Sprintf("the NIC wants its %s to be called %s, and %s has a device of that name", word, name, e.Name),
			Hint:             "take <target dev='" + name + "'/> out of the guest's definition, or rename the device on " + e.Name,
		}
		switch held := heldOpen(taken); {
		case !e.Bridged || held == hostinfo.Yes:
		case held == hostinfo.No:
			return
		default:
			f.Reason += "; whether another process holds it open can't be seen while it is down"
			p.Undecided(f)
			return
		}
		if !e.Bridged && deletesForeign(e) {
			f.Reason += "; its libvirt would DELETE that device when it fails"
			f.Unwaivable = "libvirt before 10.1 deletes the foreign device"
		}
		p.Report(f)
	},
}

// reserved says whether libvirt takes a macvtap's name for one of its own making.
func reserved(name string) bool {
	return slices.ContainsFunc(reservedPrefixes, func(p string) bool { return strings.HasPrefix(name, p) })
}

// heldOpen says whether libvirt can't have the device for a tap (tun_set_iff): another
// process holds it open, which gives a tap its carrier, or it is of another kind.
func heldOpen(d *hostinfo.Device) hostinfo.Tri {
	if d.Kind != hostinfo.KindTun {
		return hostinfo.TriOf(d.Kind != hostinfo.KindUnknown)
	}
	if d.Up != hostinfo.Yes {
		return hostinfo.Unknown
	}
	return d.LowerUp
}

// deletesForeign says whether the destination's libvirt would delete a device
// that it did not make: before 10.1, or if its version is not known.
func deletesForeign(e *preflight.Endpoint) bool {
	return e.View.LibvirtBefore(10, 1) != hostinfo.No
}
