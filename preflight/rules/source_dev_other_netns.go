package rules

import (
	"fmt"
	"strconv"
	"strings"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// SourceDevOtherNetns looks for a NIC's device where libvirt does not.
var SourceDevOtherNetns = &preflight.Rule{
	ID:            "source-dev-other-netns",
	Level:         preflight.Blocked,
	Phase:         preflight.Prepare,
	Scope:         preflight.PerDevice,
	About:         preflight.OnAnything,
	WithoutDevice: true,
	AboutNIC:      true,
	Needs: append(preflight.Essential(preflight.Destination, preflight.Devices),
		preflight.Helpful(preflight.Destination, preflight.Namespaces, preflight.Daemon)...),
	Doc: `the device is in another network namespace
libvirt looks for the device in the network namespace of its own daemon. A NIC that
was lent to a container, or configured in a namespace of its own, is not there:
"Unable to get index for interface D: No such device". And where the daemon itself
runs in a namespace of its own (libvirt in a container), it sees other devices than
those that migcheck judged: undecided. Both need root on the host to be seen.`,
	Check: func(p *preflight.Pass) {
		e := p.Side
		if e.Wanted == "" {
			return
		}
		if e.View.Setup.DaemonElsewhere == hostinfo.Yes {
			p.Undecided(preflight.Finding{
				DestinationValue: "libvirt's daemon is in another network namespace",
				Reason:           fmt.Sprintf("libvirt's daemon on %s is in another network namespace than the one whose devices were read, so it sees other devices than those judged here", e.Name),
				Hint:             "let migcheck log in where the daemon runs",
			})
			return
		}
		if e.Device != nil {
			return
		}
		for i := range e.View.Namespaces {
			n := &e.View.Namespaces[i]
			if d := n.Called(e.Wanted); d != nil && mayBeTheHosts(d) {
				p.Report(preflight.Finding{
					Subject:          preflight.Subject{Device: e.Wanted},
					DestinationValue: "in network namespace " + n.Name,
					Reason:           fmt.Sprintf("%s on %s is in network namespace %s, where libvirt does not look", e.Wanted, e.Name, n.Name),
					Hint:             moveBack(n.Name, d.Name),
				})
				return
			}
		}
	},
}

// mayBeTheHosts says whether a device in another namespace may be one that the
// host misses. What containers get of their own is called eth0 everywhere.
func mayBeTheHosts(d *hostinfo.Device) bool {
	switch d.Kind {
	case hostinfo.KindHardware, hostinfo.KindVLAN, hostinfo.KindBond, hostinfo.KindTeam:
		return d.LinkType != "loopback"
	}
	return false
}

// moveBack is how a device gets out of a namespace that is called by its name
// below /run/netns, or "pid N (COMMAND)".
func moveBack(space, device string) string {
	if words := strings.Fields(space); len(words) > 1 && words[0] == "pid" {
		if pid, err := strconv.Atoi(words[1]); err == nil {
			return hint(fmt.Sprintf("if nothing needs it there: nsenter -t %d -n ip link set dev %%s netns 1", pid), device)
		}
	}
	return hint("if nothing needs it there: ip -n %s link set dev %s netns 1", space, device)
}
