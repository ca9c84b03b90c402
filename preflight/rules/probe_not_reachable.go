package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// deaf are the rules of which it is a mere consequence that no frame arrives.
var deaf = []string{"lowerdev-no-carrier", "bond-no-active-slave", "vlan-parent-down", "lowerdev-rx-handler-busy", "lowerdev-not-ethernet"}

// ProbeNotReachable meets devices of one name that lead to different networks.
var ProbeNotReachable = &preflight.Rule{
	ID:       "probe-not-reachable",
	Level:    preflight.Blocked,
	Phase:    preflight.Silent,
	Scope:    preflight.PerPair,
	CausedBy: deaf,
	Needs:    preflight.Essential(preflight.Destination, preflight.Probe),
	Doc: `no frame passes between the devices on both hosts
With --probe migcheck sends some Ethernet frames (EtherType 0x88B5, of the devices'
own MAC addresses) from each device to the other. None arrived, though both hosts
did send: the devices have one name and lead to different networks, the VLAN is
missing on a switch between them, or a filter drops what it does not know. The
guest would arrive on a network that is not its own, and libvirt would call it a
success. A filter that lets only known protocols pass looks the same from here:
only the administrator of the switches can tell.`,
	Value: deviceName,
	Check: func(p *preflight.Pass) {
		r := p.Plan.Probed(p.Req)
		if r.There.Heard > 0 || r.Back.Heard > 0 {
			return
		}
		p.Report(preflight.Finding{
			Reason: fmt.Sprintf("none of %d frames came from %s on %s to %s on %s, and none of %d came back: they are not on one network",
				r.There.Sent, r.FromDevice, r.From, r.ToDevice, r.To, r.Back.Sent),
			Hint: "see that the switches join both ports in one VLAN; where a filter drops unknown protocols between them, --allow probe-not-reachable",
		})
	},
}

func deviceName(e *preflight.Endpoint) string { return e.Describe() }

// ways are both directions of a probe with who sends and who hears.
func ways(r *hostinfo.Probe) [2]way {
	return [2]way{{r.There, r.From, r.To}, {r.Back, r.To, r.From}}
}

// way is one direction of a probe.
type way struct {
	hostinfo.Way
	from, to string
}
