package preflight

import "migcheck/hostinfo"

// Candidates are the devices of a network's pool that libvirt might choose: in
// mode passthrough those that nobody uses (networkAllocatePort), or all if that
// is none, else any.
func Candidates(n *hostinfo.Network) []hostinfo.NetworkDevice {
	if free := n.Free(); n.DirectMode() == "passthrough" && len(free) > 0 {
		return free
	}
	return n.Devices
}

// FirstChoice is the position of the candidate that libvirt takes if nothing
// changes, when so many of the guest's NICs before have taken theirs: the first
// of those with the fewest guests (networkAllocatePort). -1 if there is none.
func FirstChoice(candidates []hostinfo.NetworkDevice, before int) int {
	users := make([]int, len(candidates))
	for i, d := range candidates {
		users[i] = max(d.Connections, 0)
	}
	for ; ; before-- {
		least := -1
		for i := range users {
			if least < 0 || users[i] < users[least] {
				least = i
			}
		}
		if least < 0 || before <= 0 {
			return least
		}
		users[least]++
	}
}

// NICsBefore is how many of the guest's NICs take a device of the NIC's network
// before it does: all of them, for a NIC that is not among those that are sent.
func NICsBefore(g *hostinfo.Guest, nic *hostinfo.NIC) int {
	def := g.Sent()
	if def == nil {
		return 0
	}
	n := 0
	for i := range def.NICs {
		if &def.NICs[i] == nic {
			break
		}
		if def.NICs[i].Network == nic.Network {
			n++
		}
	}
	return n
}
