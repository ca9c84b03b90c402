package rules

import (
	"fmt"

	"migcheck/hostinfo"
	"migcheck/preflight"
)

// MACInUseElsewhere meets guests whose address somebody else on the host has.
var MACInUseElsewhere = &preflight.Rule{
	ID:       "mac-in-use-elsewhere",
	Level:    preflight.Warning,
	Phase:    preflight.Silent,
	Scope:    preflight.PerDevice,
	About:    preflight.OnAnything,
	CausedBy: []string{"mac-busy-on-lowerdev", "mac-busy-paused-guest", "passthrough-not-exclusive"},
	Needs:    preflight.Essential(preflight.Destination, preflight.Device),
	Doc: `another device or guest of the destination has the guest's MAC address
Where two senders on one network have one MAC address, switches deliver to the one
that spoke last: both guests work now and then. The kernel minds only a second
macvlan on the very same device (mac-busy-on-lowerdev); libvirt minds nothing. The
rule looks at devices that lead to the same network, at those in other network
namespaces (as far as root may see them), and at the domains that libvirt knows. A
domain that is shut off is a note. The guest's own definition, left there by an
earlier visit, does not count, nor does a device on another VLAN, which is a
network of its own, nor one that merely has its parent's or its ports' address.`,
	Check: func(p *preflight.Pass) {
		e, mac := p.Side, p.Req.NIC.EffectiveMAC()
		if mac == "" {
			return
		}
		u := elsewhereHere(p.Plan, e, mac)
		if u == nil {
			u = elsewhereInNamespaces(e, mac)
		}
		if u == nil {
			u = elsewhereInDomains(p.Plan, e, mac)
		}
		if u == nil {
			return
		}
		p.Report(preflight.Finding{
			Level: u.level, DestinationValue: u.what,
			Reason: fmt.Sprintf("%s on %s has the guest's MAC %s too%s", u.what, e.Name, mac, u.then),
			Hint:   "give one of the two another address",
		})
	},
}

// user is somebody else with the guest's address.
type user struct {
	what, then string
	level      preflight.Level
}

const flapping = ": on one network the switch delivers to whoever spoke last"

// elsewhereHere looks at the devices of this namespace that lead to the same
// network.
func elsewhereHere(p *preflight.Plan, e *preflight.Endpoint, mac string) *user {
	for i := range e.View.Devices {
		d := &e.View.Devices[i]
		if !carries(d, mac) || onLowerdev(e, d) || borrowed(e, d) || partner(p, d, mac) || !sameNetwork(e, d) {
			continue
		}
		return &user{"the " + kindWord(d) + " " + d.Name + ownerOf(e, mac), flapping, preflight.Warning}
	}
	return nil
}

// elsewhereInNamespaces looks at the devices of other network namespaces.
func elsewhereInNamespaces(e *preflight.Endpoint, mac string) *user {
	for i := range e.View.Namespaces {
		n := &e.View.Namespaces[i]
		for j := range n.Devices {
			d := &n.Devices[j]
			if d.MAC != mac {
				continue
			}
			u := &user{fmt.Sprintf("the %s %s in network namespace %s", kindWord(d), d.Name, n.Name), flapping, preflight.Warning}
			switch standsOnNetwork(e, d) {
			case hostinfo.No:
				continue
			case hostinfo.Unknown:
				u.level, u.then = preflight.Note, "; whether it is on the same network can't be told"
			}
			return u
		}
	}
	return nil
}

// elsewhereInDomains looks at libvirt's other domains. One whose device was
// seen on another network is explained.
func elsewhereInDomains(p *preflight.Plan, e *preflight.Endpoint, mac string) *user {
	var off *user
	for i := range e.View.Domains {
		d := &e.View.Domains[i]
		if !hasMAC(d, mac) || ownDomain(p, d) {
			continue
		}
		if !d.State.Active() && d.State != hostinfo.StateUnknown {
			off = &user{"the domain " + d.Name, fmt.Sprintf("; it is %s, and the two can't run on one network together", d.State), preflight.Note}
		} else if !seenOnDevice(e, mac) {
			return &user{"the guest " + d.Name, flapping, preflight.Warning}
		}
	}
	return off
}
