package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/hostinfo/shell"
	"migcheck/preflight"
)

// VFPFDown meets virtual functions that nobody can set up.
var VFPFDown = &preflight.Rule{
	ID:    "vf-pf-down",
	Level: preflight.Blocked,
	Phase: preflight.Prepare,
	Scope: preflight.PerDevice,
	Needs: preflight.Essential(preflight.Destination, preflight.Device),
	Doc: `the VF's physical function is down
In mode passthrough libvirt sets an SR-IOV VF up through its physical function,
and asks first whether that is up. If it is not, the migration is refused:
"Unable to configure VF n of PF 'X' because the PF is not online. Please change
host network config to put the PF online." If the physical function is no network
device of the host (another driver has it, or another network namespace):
"The PF device for VF D has no network device name, cannot get virtual function
info". libvirt never sets the physical function up by itself.`,
	Check: func(p *preflight.Pass) {
		e := p.Side
		d := e.Device
		if e.Mode != "passthrough" {
			return
		}
		if g := e.View.Missing(hostinfo.FactHardware, d.Name); g != nil {
			p.Undecided(preflight.Finding{
				Reason: fmt.Sprintf("whether %s on %s is an SR-IOV VF, and its physical function up, could not be read: %s", d.Name, e.Name, g.Reason),
				Hint:   hint("ls -d /sys/class/net/%s/device/physfn on %s; if there is none, --allow vf-pf-down", d.Name, e.Name),
			})
			return
		}
		if !takenForVF(e) {
			return
		}
		pf, _ := physicalOf(e, d)
		switch {
		case pf == nil && d.VF.Parent != "":
			p.Undecided(preflight.Finding{
				Reason: fmt.Sprintf("%s on %s is %s, which was not among the devices that were read", d.Name, e.Name, vfWord(d.VF)),
				Hint:   hint("ip link show dev %s on %s", d.VF.Parent, e.Name),
			})
		case pf == nil:
			p.Report(preflight.Finding{
				DestinationValue: "no physical function",
				Reason:           fmt.Sprintf("%s on %s is a VF whose physical function is no network device there, and libvirt sets VFs up through that", d.Name, e.Name),
				Hint:             "give the physical function back to its network driver and to the host's own network namespace",
			})
		case pf.Up == hostinfo.No:
			p.Report(preflight.Finding{
				DestinationValue: pf.Name + " is down",
				Reason:           fmt.Sprintf("%s on %s is %s, which is down; libvirt refuses to set it up through that", d.Name, e.Name, vfWord(d.VF)),
				Fix:              commands("ip link set dev " + shell.Quote(pf.Name) + " up"),
			})
		case !pf.Up.Known():
			p.Undecided(preflight.Finding{
				Reason: fmt.Sprintf("%s on %s is %s, and whether that is up could not be read", d.Name, e.Name, vfWord(d.VF)),
				Hint:   hint("ip link show dev %s on %s", pf.Name, e.Name),
			})
		}
	},
}
