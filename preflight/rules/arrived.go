package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// arrived is one direct NIC of a guest on the destination, after its migration.
type arrived struct {
	index int
	nic   *hostinfo.NIC // as the destination's libvirt has it
	// intended is the device that was judged; nil where it is gone or a network
	// had the choice.
	intended *preflight.Endpoint
	// macvtap is the device with the NIC's address there; nil if none.
	macvtap *hostinfo.Device
}

// arrivals are the direct NICs of the guest where it arrived.
func arrivals(p *preflight.Pass) []arrived {
	a := p.Plan.Arrival
	if a.Guest == nil || a.Guest.Live == nil {
		return nil
	}
	judged := map[int][]*preflight.Requirement{}
	for _, r := range p.Plan.Requirements() {
		judged[r.Index] = append(judged[r.Index], r)
	}
	var out []arrived
	for i := range a.Guest.Live.NICs {
		nic := &a.Guest.Live.NICs[i]
		if nic.Type != "direct" || nic.Dev == "" {
			continue
		}
		one := arrived{index: i, nic: nic, macvtap: macvtapOf(p.Plan.To, nic)}
		if rs := judged[i]; len(rs) == 1 {
			one.intended = rs[0].Destination
		}
		out = append(out, one)
	}
	return out
}

// macvtapOf is the macvtap that libvirt made for a NIC: by its name, else by
// its address.
func macvtapOf(v *preflight.View, nic *hostinfo.NIC) *hostinfo.Device {
	if d := v.Links.ByName(nic.Target); nic.Target != "" && d != nil {
		return d
	}
	for i := range v.Devices {
		if d := &v.Devices[i]; d.Kind == hostinfo.KindMacvtap && (d.MAC == nic.MAC || d.MAC == nic.EffectiveMAC()) {
			return d
		}
	}
	return nil
}

// subject is the NIC where it arrived.
func (a *arrived) subject(p *preflight.Pass) preflight.Subject {
	index := a.index
	return preflight.Subject{NIC: &index, MAC: a.nic.MAC, Host: p.Plan.To.Name, Device: a.nic.Dev}
}

// announce is what makes a guest's frames visible again.
func announce(guest string) string {
	return hint("virsh qemu-monitor-command %s --hmp announce_self", guest)
}

// stateWord is a state for people.
func stateWord(s hostinfo.DomainState) string {
	if s == hostinfo.StateUnknown {
		return "in a state that could not be read"
	}
	return fmt.Sprintf("%q", string(s))
}
