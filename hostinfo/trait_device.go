package hostinfo

import (
	"strconv"
	"strings"
)

// deviceTrait is a fact of a device in words, as trait is of a host.
type deviceTrait struct {
	fact Fact
	what string
	none bool
	of   func(*Links, *Device) string
}

var deviceTraits = []deviceTrait{
	plain(FactDetails, "kind", func(d *Device) string { return d.Kind }),
	plain(FactDevices, "link type", func(d *Device) string { return d.LinkType }),
	plain(FactDevices, "state", stateWord),
	plain(FactDevices, "carrier", carrierWord),
	plain(FactDevices, "promiscuous", func(d *Device) string { return known(d.Promiscuous) }),
	plain(FactDevices, "all multicast", func(d *Device) string { return known(d.AllMulticast) }),
	plain(FactDevices, "mtu", func(d *Device) string { return positive(d.MTU) }),
	plain(FactDevices, "largest mtu", func(d *Device) string { return positive(d.MaxMTU) }),
	plain(FactDevices, "mac", func(d *Device) string { return d.MAC }),
	plain(FactDevices, "permanent mac", func(d *Device) string { return d.PermanentMAC }),
	{FactAltNames, "altnames", true, func(_ *Links, d *Device) string { return listed(d.AltNames) }},
	{FactDevices, "stands on", true, below},
	{FactDevices, "port of", true, func(l *Links, d *Device) string { return nameOf(l, d.Master) }},
	{FactAddresses, "addresses", true, func(_ *Links, d *Device) string { return listed(d.Addresses) }},
	plain(FactHardware, "speed", func(d *Device) string { return positive(d.Speed) }),
	plain(FactHardware, "duplex", func(d *Device) string { return d.Duplex }),
	sub(FactDetails, "vlan", vlan, func(v *VLAN) string { return strconv.Itoa(v.ID) }),
	sub(FactDetails, "vlan protocol", vlan, func(v *VLAN) string { return v.Protocol }),
	sub(FactDetails, "loose binding", vlan, func(v *VLAN) string { return known(v.LooseBinding) }),
	sub(FactDetails, "vni", tunnel, func(t *Tunnel) string { return strconv.Itoa(t.VNI) }),
	sub(FactDetails, "bond mode", bond, func(b *Bond) string { return b.Mode }),
	sub(FactDetails, "miimon", bond, func(b *Bond) string { return counting(b.MIIMon) }),
	sub(FactDetails, "arp interval", bond, func(b *Bond) string { return counting(b.ARPInterval) }),
	sub(FactDetails, "arp validate", bond, func(b *Bond) string { return b.ARPValidate }),
	sub(FactDetails, "fail over mac", bond, func(b *Bond) string { return b.FailOverMAC }),
	sub(FactDetails, "min links", bond, func(b *Bond) string { return counting(b.MinLinks) }),
	sub(FactLACP, "lacp partner", lacp, partnerWord),
	sub(FactLACP, "lacp ports", lacp, func(a *LACP) string { return counting(a.Ports) }),
	sub(FactDetails, "link as the bond sees it", bondPort, func(p *BondPort) string { return strings.ToLower(p.MIIStatus) }),
	sub(FactDetails, "macvlan mode", macvlan, func(m *Macvlan) string { return m.Mode }),
	sub(FactDetails, "vlan filtering", bridge, func(b *Bridge) string { return known(b.VLANFiltering) }),
	sub(FactDetails, "vlan of new ports", bridge, func(b *Bridge) string { return counting(b.DefaultPVID) }),
	{FactBridgeVLANs, "vlans on the bridge", true, func(_ *Links, d *Device) string { return portVLANWords(d.BridgePort) }},
	sub(FactHardware, "vf of", vf, func(v *VF) string { return v.Parent }),
	sub(FactHardware, "vf number", vf, func(v *VF) string { return counting(v.Number) }),
	{FactHardware, "vfs", true, func(_ *Links, d *Device) string { return functionWords(d) }},
	sub(FactHardware, "qeth layer 2", qeth, func(q *QETH) string { return known(q.Layer2) }),
	sub(FactHardware, "qeth card", qeth, func(q *QETH) string { return q.CardType }),
	sub(FactHardware, "qeth channel path", qeth, func(q *QETH) string { return q.CHPID }),
	sub(FactHardware, "qeth state", qeth, func(q *QETH) string { return q.State }),
	sub(FactHardware, "qeth isolation", qeth, func(q *QETH) string { return q.Isolation }),
	sub(FactHardware, "qeth bridge role", qeth, func(q *QETH) string { return q.BridgeRole }),
	sub(FactHardware, "qeth takeover", qeth, func(q *QETH) string { return known(q.Takeover) }),
}

func plain(f Fact, what string, of func(*Device) string) deviceTrait {
	return deviceTrait{f, what, false, func(_ *Links, d *Device) string { return of(d) }}
}

// sub is a trait of what only some kinds of devices have.
func sub[T any](f Fact, what string, part func(*Device) *T, of func(*T) string) deviceTrait {
	return plain(f, what, func(d *Device) string {
		p := part(d)
		if p == nil {
			return ""
		}
		return of(p)
	})
}

func vlan(d *Device) *VLAN         { return d.VLAN }
func tunnel(d *Device) *Tunnel     { return d.Tunnel }
func bond(d *Device) *Bond         { return d.Bond }
func bondPort(d *Device) *BondPort { return d.BondPort }
func macvlan(d *Device) *Macvlan   { return d.Macvlan }
func bridge(d *Device) *Bridge     { return d.Bridge }
func vf(d *Device) *VF             { return d.VF }
func qeth(d *Device) *QETH         { return d.QETH }

func lacp(d *Device) *LACP {
	if d.Bond == nil {
		return nil
	}
	return d.Bond.LACP
}

func stateWord(d *Device) string {
	switch d.Up {
	case Yes:
		return "up"
	case No:
		return "down"
	}
	return ""
}

// carrierWord is empty for a device that is down: it has none to lose.
func carrierWord(d *Device) string {
	if d.Up != Yes {
		return ""
	}
	return known(d.LowerUp)
}

func partnerWord(a *LACP) string {
	switch a.PartnerMAC {
	case "":
		return ""
	case "00:00:00:00:00:00":
		return "no"
	}
	return "yes"
}

// below is what a device stands on.
func below(l *Links, d *Device) string {
	if d.ParentElsewhere {
		return "a device in another network namespace"
	}
	return nameOf(l, d.Parent)
}

func nameOf(l *Links, index int) string {
	if d := l.ByIndex(index); d != nil {
		return d.Name
	}
	return ""
}

// functionWords are what was set for a device's VFs, without the addresses that
// guests bring along.
func functionWords(d *Device) string {
	var out []string
	for i := range d.Functions {
		f := &d.Functions[i]
		words := []string{strconv.Itoa(f.Number)}
		for _, w := range [][2]string{{"vlan", positive(f.VLAN)}, {"trust", known(f.Trust)}, {"spoof check", known(f.SpoofCheck)}} {
			if w[1] != "" {
				words = append(words, w[0]+" "+w[1])
			}
		}
		out = append(out, strings.Join(words, ", "))
	}
	return strings.Join(out, "; ")
}

// inWords is a device that came or went: "vlan 623 on bond0, mtu 9000".
func (l *Links) inWords(d *Device) string {
	what := d.Kind
	switch {
	case d.VLAN != nil:
		what = "vlan " + strconv.Itoa(d.VLAN.ID)
	case d.Tunnel != nil:
		what = d.Kind + " " + strconv.Itoa(d.Tunnel.VNI)
	case d.Kind == KindHardware:
		what = "NIC"
	case d.Kind == KindUnknown:
		what = "of unknown kind"
	}
	if on := below(l, d); on != "" {
		what += " on " + on
	}
	if d.MTU > 0 {
		what += ", mtu " + strconv.Itoa(d.MTU)
	}
	return what
}
