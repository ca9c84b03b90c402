package rules

import (
	"strings"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// standing is a device of another network namespace that stands on one of the
// host's own: a container's macvlan, most often.
type standing struct {
	*hostinfo.Device
	space string // its namespace's name
}

// onElsewhere are the devices of other network namespaces that stand on d. They
// know their parent's ifindex, and of its namespace only a number that means
// something to themselves (IFLA_LINK_NETNSID). It is taken to be the host's own:
// in another one only a container within a container has its devices.
func onElsewhere(e *preflight.Endpoint, d *hostinfo.Device) []standing {
	var out []standing
	for i := range e.View.Namespaces {
		n := &e.View.Namespaces[i]
		for j := range n.Devices {
			if c := &n.Devices[j]; c.ParentElsewhere && c.Parent == d.Index {
				out = append(out, standing{c, n.Name})
			}
		}
	}
	return out
}

// what names it: "macvlan eth0 in network namespace blue".
func (s standing) what() string { return s.Kind + " " + s.Name + " in network namespace " + s.space }

// hint says how to be rid of it.
func (s standing) hint() string {
	pid, ok := strings.CutPrefix(s.space, "pid ")
	if pid, _, _ = strings.Cut(pid, " "); ok {
		return hint("stop what runs as process %s, a container's most likely, or take its %s away", pid, s.Kind)
	}
	return hint("stop what runs in network namespace %s; if nothing does: ip -netns %s link delete dev %s", s.space, s.space, s.Name)
}

// explainedElsewhere says whether a device of another namespace has the
// address, where it, or something below it there, stands on one of those.
func explainedElsewhere(e *preflight.Endpoint, devices []*hostinfo.Device, mac string) bool {
	for _, d := range devices {
		for _, s := range onElsewhere(e, d) {
			if has(e, s.space, mac) {
				return true
			}
		}
	}
	return false
}

// has says whether a device of that namespace that is up, as far as is known,
// has the address.
func has(e *preflight.Endpoint, space, mac string) bool {
	for _, n := range e.View.Namespaces {
		for _, d := range n.Devices {
			if n.Name == space && d.MAC == mac && d.Up != hostinfo.No {
				return true
			}
		}
	}
	return false
}
