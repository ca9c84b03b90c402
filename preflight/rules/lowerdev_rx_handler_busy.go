package rules

import (
	"cmp"
	"fmt"
	"slices"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// Masters that take their ports' receive path (netdev_rx_handler_register). A VRF
// does not, nor does batman-adv, which takes its own type of packets. A NIC that is a
// master does: its driver made a port of a faster one (netvsc_vf_join,
// failover_slave_register).
var takesPorts = []string{"bridge", "bond", "team", "openvswitch", "ovs-system", "hsr", "prp", "net_failover", "failover", hostinfo.KindHardware}

// Children that take their parent's receive path, as a macvlan does.
var takesParent = []string{"ipvlan", "ipvtap", "macsec", "rmnet", "virt_wifi"}

// Kinds whose own receive path nobody may take (IFF_NO_RX_HANDLER).
var takenByNobody = []string{"ipvlan", "ipvtap", "vrf"}

// LowerdevRxHandlerBusy meets devices whose frames already belong to another.
var LowerdevRxHandlerBusy = &preflight.Rule{
	ID:    "lowerdev-rx-handler-busy",
	Level: preflight.Blocked,
	Phase: preflight.Prepare,
	Scope: preflight.PerDevice,
	Needs: preflight.Essential(preflight.Destination, preflight.Kinds, preflight.Children),
	Doc: `the device's frames already go to a bridge, bond or the like
A device has one receive handler. A port of a bridge, bond, team or Open
vSwitch, or a device with an ipvlan or macsec on it, has given it away, and the
kernel refuses a macvtap there: "error creating macvtap interface macvtapN@D:
Device or resource busy". Let the NIC name the bridge, bond or VLAN on top
instead. A device in a VRF is fine. On an ipvlan, or on a VRF itself, nothing may take
the frames: "Invalid argument". The kernel does not show the handler itself; it is
inferred from masters, children and kinds.`,
	Check: func(p *preflight.Pass) {
		e := p.Side
		d := e.Real()
		if d.Master != 0 {
			master := e.View.Links.ByIndex(d.Master)
			if kind := masterKind(d, master); slices.Contains(takesPorts, kind) {
				word := kindWord(&hostinfo.Device{Kind: kind})
				p.Report(preflight.Finding{
					DestinationValue: "port of " + nameOf(master) + " (" + word + ")",
					Reason:           fmt.Sprintf("%s on %s is a port of the %s %s, which takes its frames; the kernel refuses a macvtap there", d.Name, e.Name, word, nameOf(master)),
					Hint:             nameMaster(p.Req, e, d, master, kind),
				})
			} else if kind == "" {
				p.Undecided(preflight.Finding{
					Reason: fmt.Sprintf("%s on %s has a master of a kind that could not be read", d.Name, e.Name),
					Hint:   hint("ip -details link show dev %s on %s", d.Name, e.Name),
				})
			}
		}
		if slices.Contains(takenByNobody, d.Kind) {
			p.Report(preflight.Finding{
				DestinationValue: d.Kind,
				Reason:           fmt.Sprintf("%s on %s is a device of kind %s, whose frames the kernel lets nothing take; it refuses a macvtap there", d.Name, e.Name, d.Kind),
				Hint:             "let the NIC name another device",
			})
		}
		if what, toDo := takerAbove(e, d); what != "" {
			p.Report(preflight.Finding{
				DestinationValue: what + " stands on it",
				Reason:           fmt.Sprintf("%s on %s carries the %s, which takes its frames; the kernel refuses a macvtap beside it", d.Name, e.Name, what),
				Hint:             toDo,
			})
		}
	},
}

// takerAbove is the first device that stands on d and takes its frames, in the
// host's own namespace or another, and how to be rid of it; empty if there is none.
func takerAbove(e *preflight.Endpoint, d *hostinfo.Device) (what, toDo string) {
	for _, c := range e.View.Links.Children(d) {
		if slices.Contains(takesParent, c.Kind) {
			return c.Kind + " " + c.Name, hint("let the NIC name another device; or, if nothing uses %s: ip link delete dev %s", c.Name, c.Name)
		}
	}
	for _, c := range onElsewhere(e, d) {
		if slices.Contains(takesParent, c.Kind) {
			return c.what(), c.hint()
		}
	}
	return "", ""
}

// nameMaster says how the NIC gets to name the master instead. Taking the port
// away from its master is the last resort: others depend on it.
func nameMaster(q *preflight.Requirement, e *preflight.Endpoint, d, master *hostinfo.Device, kind string) string {
	switch {
	case master == nil:
		return "let the NIC name another device"
	case kind == "openvswitch" || kind == "ovs-system":
		return "let the NIC name a device that Open vSwitch does not have"
	case kind == hostinfo.KindHardware && e.NetworkName != "":
		return hint("let the network name %s itself: virsh net-edit %s", master.Name, e.NetworkName)
	case kind == hostinfo.KindHardware: // its driver does not let go
		return hint("let the NIC name %s itself: --map %s=%s", master.Name, q.NIC.Dev, master.Name)
	case e.NetworkName != "":
		return hint("let the network name %s itself: virsh net-edit %s; or take the port away: ip link set dev %s nomaster", master.Name, e.NetworkName, d.Name)
	}
	return hint("let the NIC name %s itself: --map %s=%s; or take the port away: ip link set dev %s nomaster", master.Name, q.NIC.Dev, master.Name, d.Name)
}

// masterKind is the kind of a device's master: what the port says, else what
// the master is.
func masterKind(port, master *hostinfo.Device) string {
	if master == nil {
		return port.SlaveKind
	}
	return cmp.Or(port.SlaveKind, master.Kind)
}

func nameOf(d *hostinfo.Device) string {
	if d == nil {
		return "a device that was not seen"
	}
	return d.Name
}
