package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/hostinfo/shell"
	"migcheck/preflight"
)

// hostdev is the forward mode of networks that hand PCI devices through.
const hostdev = "hostdev"

// HostdevPFDown meets pools of VFs that nobody can set up.
var HostdevPFDown = &preflight.Rule{
	ID:            "hostdev-pf-down",
	Level:         preflight.Blocked,
	Phase:         preflight.Prepare,
	Scope:         preflight.PerDevice,
	WithoutDevice: true,
	AboutNIC:      true,
	CausedBy:      []string{"network-missing-or-inactive", "network-forward-mismatch"},
	Applies:       func(p *preflight.Pass) bool { return p.Req.NIC.NetworkBacked() },
	Needs:         preflight.Essential(preflight.Destination, preflight.Networks, preflight.AllDevices),
	Doc: `the physical function of the network's VFs is down
The network of the NIC hands VFs of one physical function through (<forward
mode='hostdev'> with <pf>). libvirt gives a VF the guest's address through its
physical function, and refuses where that is down: "Unable to configure VF n of PF
'X' because the PF is not online. Please change host network config to put the PF
online." Where it is up and has no carrier the VF has none either, and nobody says
so. This is from libvirt's source; migcheck was never tried with a real SR-IOV
card.`,
	Check: func(p *preflight.Pass) {
		e := p.Side
		if e.Network == nil || e.Network.Forward != hostdev || e.Network.PF == "" {
			return
		}
		name, pf := e.Network.PF, e.View.Links.ByName(e.Network.PF)
		f := preflight.Finding{Hint: hint("ip link show dev %s on %s", name, e.Name)}
		switch {
		case pf == nil && e.View.Missing(hostinfo.FactAltNames, "") != nil:
			f.Reason = fmt.Sprintf("%s, whose VFs network %s hands through, is no device's name on %s, and alternative names could not be read", name, e.NetworkName, e.Name)
			p.Undecided(f)
		case pf == nil:
			f.DestinationValue = "absent"
			f.Reason = fmt.Sprintf("%s has no device %s, whose VFs network %s hands through", e.Name, name, e.NetworkName)
			f.Hint = "give the physical function back to its network driver and to the host's own network namespace"
			p.Report(f)
		case pf.Up == hostinfo.No:
			f.DestinationValue = pf.Name + " is down"
			f.Reason = fmt.Sprintf("%s on %s is down, and libvirt refuses to set up its VFs for network %s", pf.Name, e.Name, e.NetworkName)
			f.Fix, f.Hint = commands("ip link set dev "+shell.Quote(pf.Name)+" up"), ""
			p.Report(f)
		case !pf.Up.Known() || !pf.LowerUp.Known():
			f.Reason = fmt.Sprintf("whether %s on %s, whose VFs network %s hands through, is up and has carrier could not be read", pf.Name, e.Name, e.NetworkName)
			p.Undecided(f)
		case pf.LowerUp == hostinfo.No:
			f.Level, f.Phase, f.DestinationValue = preflight.Warning, preflight.Silent, pf.Name+" has no carrier"
			f.Reason = fmt.Sprintf("%s on %s, whose VFs network %s hands through, has no carrier", pf.Name, e.Name, e.NetworkName)
			f.Hint = "look after the cable and the switch port"
			p.Report(f)
		}
	},
}
