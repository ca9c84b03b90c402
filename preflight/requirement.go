package preflight

import (
	"cmp"
	"slices"
	"strings"

	"migcheck/hostinfo"
)

// Side is one end of a migration.
type Side string

// The two ends.
const (
	Source      Side = "source"
	Destination Side = "destination"
)

// Requirement is what one NIC needs, resolved on both hosts. A NIC of a
// network whose pool has several devices gives one Requirement for each device
// that the destination might choose.
type Requirement struct {
	Index int           // position among the guest's interfaces, from 0
	NIC   *hostinfo.NIC // as it would be sent
	// Mode is the macvtap mode on the source: "bridge", "vepa", "private" or
	// "passthrough".
	Source      *Endpoint
	Destination *Endpoint
}

// Endpoint is a NIC's place on one host.
type Endpoint struct {
	Side Side
	View *View  // nil if the host was not observed
	Name string // the host's name, observed or not
	// Wanted is the device name that libvirt will look for; empty if there is
	// none because of what Network says.
	Wanted string
	// Mapped is set where Wanted comes from the user's map.
	Mapped bool
	// NetworkName is the libvirt network that decides the device; empty for a
	// NIC that names its device itself.
	NetworkName string
	// Network is that network on this host; nil if it is not there.
	Network *hostinfo.Network
	// Mode is the macvtap mode in effect here; empty if the network does not
	// put its guests on a host device.
	Mode string
	// Trust says whether the guest's receive filters are trusted here.
	Trust hostinfo.Tri
	// Spare is the device that libvirt would take from the network's pool as it is
	// used now, where that is another than Wanted; empty otherwise.
	Spare string
	// Moved is set on the source where the guest's macvtap stands on another device
	// than its definition names. Wanted is then that one's name.
	Moved bool
	// Astray is why it is not known which device a running guest's NIC stands on;
	// empty if it is.
	Astray string
	// Device is what Wanted means on this host; nil if it is not there or was
	// not read.
	Device *hostinfo.Device
	// Stack is Device and everything below it.
	Stack []*hostinfo.Device
	// Macvtap is the guest's own macvtap, on the host where it runs; nil
	// elsewhere and if it was not found.
	Macvtap *hostinfo.Device
	// Bridged is set where the NIC's tap is a port of a bridge, which Wanted names.
	Bridged bool
	// OVS is set where that bridge is to be Open vSwitch's (virtualport).
	OVS bool
	// Tap is the guest's own tap there, as Macvtap is elsewhere.
	Tap *hostinfo.Device
	// Port are the VLANs that the guest's port has on a bridge that filters by VLAN,
	// or will have as libvirt makes it, and on Open vSwitch the one that libvirt
	// gives it; nil where the bridge does not filter, or it is not known.
	Port *hostinfo.BridgePort
	// ByHand is set where somebody other than libvirt gave the guest's port its VLANs
	// on the source. Port then says what it has there.
	ByHand bool
}

// Real is the device whose receive path the guest's macvtap will use.
func (e *Endpoint) Real() *hostinfo.Device { return e.View.Links.Real(e.Device) }

// Parent is the device directly below Device, or nil.
func (e *Endpoint) Parent() *hostinfo.Device { return e.View.Links.Parent(e.Device) }

// modeOf is the macvtap mode of a NIC that names its device: libvirt's default
// is vepa (virDomainActualNetDefParseXML).
func modeOf(n *hostinfo.NIC) string {
	if n.Mode == "" {
		return "vepa"
	}
	return n.Mode
}

// judgeable says whether the NIC stands, or may stand, on a host device through
// MacVTap or on a bridge as far as its own definition says.
func judgeable(n *hostinfo.NIC) bool {
	return n.Direct() || n.NetworkBacked() || n.OnBridge()
}

// Requirements resolves every NIC that migcheck judges, on both hosts.
func (p *Plan) Requirements() []*Requirement { return p.requirements(nil) }

// requirements leaves out the NICs for which about says no.
func (p *Plan) requirements(about func(nic int) bool) []*Requirement {
	def := p.Guest.Sent()
	if def == nil {
		return nil
	}
	var out []*Requirement
	for i := range def.NICs {
		nic := &def.NICs[i]
		if !judgeable(nic) || about != nil && !about(i) {
			continue
		}
		source := p.sourceEndpoint(i, nic)
		p.setPort(source, nic)
		for _, dest := range p.Resolve(nic, Destination) {
			p.setPort(dest, nic)
			dest.follow(source)
			out = append(out, &Requirement{Index: i, NIC: nic, Source: source, Destination: dest})
		}
	}
	return out
}

// sourceEndpoint is where the NIC stands now. The live definition knows the
// device that a network chose; the sent one does not.
func (p *Plan) sourceEndpoint(i int, nic *hostinfo.NIC) *Endpoint {
	if live := p.Guest.Live; live != nil && i < len(live.NICs) {
		if n := &live.NICs[i]; nic.NetworkBacked() && n.Type == "bridge" && n.Bridge != "" {
			return p.liveOnBridge(i, nic, n)
		}
		if n := &live.NICs[i]; nic.NetworkBacked() && n.Dev != "" {
			e := p.endpoint(Source)
			e.NetworkName = n.Network
			if e.View != nil {
				e.Network = e.View.Network(n.Network)
			}
			e.Mode, e.Trust = modeOf(n), trustOf(n, e.Network)
			e.lookUp(n.Dev)
			p.stand(e, i, n)
			return e
		}
	}
	e := p.Resolve(nic, Source)[0]
	if e.Bridged {
		p.findTap(e, i, nic)
	} else {
		p.stand(e, i, nic)
	}
	return e
}

// Resolve finds a NIC's place on one host: one endpoint, or one for each device
// of a network's pool. It never returns none.
func (p *Plan) Resolve(nic *hostinfo.NIC, side Side) []*Endpoint {
	e := p.endpoint(side)
	if nic.OnBridge() {
		e.onBridge(nic, nic.Bridge)
		return []*Endpoint{e}
	}
	if !nic.NetworkBacked() {
		e.Mode, e.Trust = modeOf(nic), trustOf(nic, nil)
		name := nic.Dev
		if to, ok := p.Map[name]; ok && side == Destination {
			name, e.Mapped = to, true
			e.Mode = cmp.Or(p.MapMode, e.Mode)
		}
		e.lookUp(name)
		return []*Endpoint{e}
	}
	e.NetworkName = nic.Network
	if e.View != nil {
		e.Network = e.View.Network(nic.Network)
	}
	e.Trust = trustOf(nic, e.Network)
	if n := e.Network; n != nil && n.Forward == "bridge" && n.Bridge != "" {
		e.onBridge(nic, n.Bridge)
		return []*Endpoint{e}
	}
	if e.Network == nil || e.Network.DirectMode() == "" || len(e.Network.Devices) == 0 {
		return []*Endpoint{e}
	}
	e.Mode = e.Network.DirectMode()
	choice := Candidates(e.Network)
	first := FirstChoice(choice, NICsBefore(p.Guest, nic))
	out := make([]*Endpoint, 0, len(choice))
	for i, d := range choice {
		one := *e
		if i != first {
			one.Spare = choice[first].Dev
		}
		one.lookUp(d.Dev)
		out = append(out, &one)
	}
	// What is said of the NIC as such is said once, by the first.
	out[0], out[first] = out[first], out[0]
	return out
}

func (p *Plan) endpoint(side Side) *Endpoint {
	e := &Endpoint{Side: side, View: p.From}
	if side == Destination {
		e.View = p.To
	}
	if e.View != nil {
		e.Name = e.View.Name
	}
	return e
}

func (e *Endpoint) lookUp(name string) {
	e.Wanted = name
	if e.View == nil {
		return
	}
	if e.Device = e.View.Links.ByName(name); e.Device != nil {
		e.Stack = e.View.Links.Stack(e.Device)
	}
}

// trustOf is trustGuestRxFilters in effect: the NIC's own word, else its
// portgroup's, else its network's, else no.
func trustOf(n *hostinfo.NIC, net *hostinfo.Network) hostinfo.Tri {
	words := []string{n.TrustGuestRxFilters}
	if net != nil {
		if pg := net.Portgroup(n.Portgroup); pg != nil {
			words = append(words, pg.TrustGuestRxFilters)
		}
		words = append(words, net.TrustGuestRxFilters)
	} else if n.NetworkBacked() && n.TrustGuestRxFilters == "" {
		return hostinfo.Unknown
	}
	i := slices.IndexFunc(words, func(w string) bool { return w != "" })
	return hostinfo.TriOf(i >= 0 && strings.EqualFold(words[i], "yes"))
}
