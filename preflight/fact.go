package preflight

import (
	"fmt"

	"migcheck/hostinfo"
)

// Fact is something that a rule may need to know about one side.
type Fact string

// The facts that rules name in their Needs. Those about a device are about the
// whole stack below it unless they say otherwise.
const (
	AllDevices  Fact = "host links"   // all devices of the host, whatever the NIC is about
	Devices     Fact = "devices"      // which devices the host has; the NIC's own may be absent
	Device      Fact = "device"       // the NIC's device; a rule that needs it does not apply where it is absent
	Kinds       Fact = "kinds"        // the kind of every layer
	Flags       Fact = "flags"        // whether every layer is administratively up
	Carrier     Fact = "carrier"      // the carrier of every layer that is up
	VLANs       Fact = "vlans"        // id and protocol of every VLAN layer, the VNI of every tunnel
	Bonds       Fact = "bonds"        // mode and monitoring of every bond layer
	LACP        Fact = "lacp"         // what 802.3ad bond layers agreed with their switch
	MTU         Fact = "mtu"          // the device's own MTU
	MAC         Fact = "mac"          // the device's own address
	LinkType    Fact = "link type"    // the device's own ARP hardware type
	BridgeVLANs Fact = "bridge vlans" // whether a bridge filters by VLAN, and which VLANs its uplinks are in, and itself where the NIC stands on it
	Children    Fact = "children"     // what stands on the device in this namespace, with kinds and modes
	Held        Fact = "held"         // addresses that the device receives for others
	Modules     Fact = "modules"      // whether the kernel has macvtap
	Vhost       Fact = "vhost"        // whether /dev/vhost-net is there
	Addresses   Fact = "addresses"    // IP addresses on the devices, and the default routes
	Hardware    Fact = "hardware"     // SR-IOV, qeth, speed and duplex
	Shaping     Fact = "shaping"      // whether a bandwidth can be applied
	Taps        Fact = "taps"         // what /dev is, and what stands there under a macvtap's name
	LLDPAD      Fact = "lldpad"       // whether lldpad runs
	Daemon      Fact = "daemon"       // whether libvirt's daemon sees the same devices
	Configured  Fact = "configured"   // which devices the host's network configuration names
	Namespaces  Fact = "namespaces"   // the devices of other network namespaces
	Libvirt     Fact = "libvirt"      // the daemon's version and host UUID
	Domains     Fact = "domains"      // the host's other guests
	Networks    Fact = "networks"     // the host's libvirt networks
	NWFilters   Fact = "nwfilters"    // the names of libvirt's network filters
	Path        Fact = "path"         // the way to the other host's migration ports; only a migration needs it
	Probe       Fact = "probe"        // what came of sending frames between the NIC's devices; only where that was asked for
	Trial       Fact = "trial"        // what came of making a macvtap on the device for a moment; only where that was asked for
	Segment     Fact = "segment"      // what else was seen of the network that the device leads to; asked for with it
)

// The facts about the guest. The side of a need does not matter for them.
const (
	GuestView     Fact = "guest"                 // its definition as it is sent
	GuestJob      Fact = "job"                   // what libvirt is doing with it
	GuestInactive Fact = "persistent definition" // what it will boot with; a transient guest has none
	Arrived       Fact = "arrived guest"         // what the destination has of it after the migration
)

// knowledge is what can be said about a fact on one side.
type knowledge uint8

const (
	known        knowledge = iota
	inapplicable           // there is nothing that the fact could be about
	missing
)

// know says whether a fact is known on this side, and if it is missing, why.
func (e *Endpoint) know(f Fact) (knowledge, string) {
	if e.View == nil {
		return missing, "the host was not observed"
	}
	if f == Networks && e.NetworkName == "" {
		return inapplicable, ""
	}
	if f == Path {
		return e.knowPath()
	}
	if src := f.OfHost(); src != "" {
		return e.lacks(src, "")
	}
	if e.NetworkName != "" && e.Wanted == "" { // the network's definition would name the device
		if k, why := e.lacks(hostinfo.FactNetworks, ""); k != known {
			return k, why
		}
		return inapplicable, ""
	}
	if k, why := e.lacks(hostinfo.FactDevices, ""); k != known {
		return k, why
	}
	if f == Devices {
		return e.knowDevices()
	}
	if e.Device == nil {
		if k, why := e.knowDevices(); k != known { // it may be there under another name
			return k, why
		}
		if e.Astray != "" {
			return missing, e.Astray
		}
		return inapplicable, ""
	}
	switch f {
	case Device:
		return known, ""
	case Children:
		return e.knowChildren()
	case BridgeVLANs:
		return e.knowBridgeVLANs()
	case Held:
		return e.lacks(hostinfo.FactForwarding, e.Real().Name)
	}
	for _, d := range e.Stack {
		if !layerKnows(f, d, d == e.Device) {
			return missing, e.whyUnknown(f, d)
		}
	}
	return known, ""
}

// OfHost is the fact of a host that a collector gives as such for it, or declares
// missing; empty for facts about a device or a guest. A switch: it is asked for
// each fact of each pair.
func (f Fact) OfHost() hostinfo.Fact {
	switch f {
	case AllDevices:
		return hostinfo.FactDevices
	case Modules:
		return hostinfo.FactModules
	case Vhost:
		return hostinfo.FactVhost
	case Addresses:
		return hostinfo.FactAddresses
	case Hardware:
		return hostinfo.FactHardware
	case Shaping:
		return hostinfo.FactShaping
	case Taps:
		return hostinfo.FactTaps
	case LLDPAD:
		return hostinfo.FactLLDPAD
	case Daemon:
		return hostinfo.FactDaemon
	case Configured:
		return hostinfo.FactConfigured
	case Namespaces:
		return hostinfo.FactNamespaces
	case Libvirt:
		return hostinfo.FactLibvirt
	case Domains:
		return hostinfo.FactDomains
	case HostMemory:
		return hostinfo.FactMemory
	case Networks:
		return hostinfo.FactNetworks
	case NWFilters:
		return hostinfo.FactNWFilters
	}
	return ""
}

// ReadFrom is what a collector must have read for a fact to be known.
func ReadFrom(f Fact) hostinfo.Fact {
	if src := f.OfHost(); src != "" {
		return src
	}
	switch f {
	case Held:
		return hostinfo.FactForwarding
	case LACP:
		return hostinfo.FactLACP
	case BridgeVLANs:
		return hostinfo.FactBridgeVLANs
	case Kinds, VLANs, Bonds, Children:
		return hostinfo.FactDetails
	}
	return hostinfo.FactDevices
}

func (e *Endpoint) lacks(f hostinfo.Fact, device string) (knowledge, string) {
	if g := e.View.Missing(f, device); g != nil {
		return missing, g.Reason
	}
	return known, ""
}

// knowDevices: a name that was not found proves nothing while alternative
// names could not be read.
func (e *Endpoint) knowDevices() (knowledge, string) {
	if e.Device == nil && e.Wanted != "" {
		return e.lacks(hostinfo.FactAltNames, "")
	}
	return known, ""
}

func (e *Endpoint) knowChildren() (knowledge, string) {
	for _, c := range e.View.Links.Children(e.Real()) {
		if c.Kind == hostinfo.KindUnknown || c.IsMacvlan() && (c.Macvlan == nil || c.Macvlan.Mode == "" || c.MAC == "") {
			return missing, e.whyUnknown(Children, c)
		}
	}
	return e.lacks(hostinfo.FactDetails, e.Real().Name)
}

// FactAssumed is the gap of a device whose state follows from commands that
// nobody has run, as far as that can't be told.
const FactAssumed hostinfo.Fact = "assumed"

func (e *Endpoint) whyUnknown(f Fact, d *hostinfo.Device) string {
	if g := e.View.Missing(FactAssumed, d.Name); g != nil {
		return g.Reason
	}
	switch f {
	case Kinds, VLANs, Bonds, LACP, Children:
		from := hostinfo.FactDetails
		if d.Kind == hostinfo.KindUnknown {
			f = Kinds // one gap, however many facts it hides
		} else if f == LACP {
			from = hostinfo.FactLACP
		}
		if g := e.View.Missing(from, d.Name); g != nil {
			return g.Reason
		}
	}
	words := factWords[f]
	if f == VLANs && d.IsTunnel() {
		words = "the VNI of %s"
	}
	if words == "" {
		words = "the " + string(f) + " of %s"
	}
	return fmt.Sprintf(words+" could not be read", d.Name)
}

// factWords say what could not be read of a device.
var factWords = map[Fact]string{
	Kinds:    "the kind of %s",
	Flags:    "whether %s is up",
	VLANs:    "the VLAN of %s",
	Bonds:    "the mode and monitoring of %s",
	MTU:      "the MTU of %s",
	MAC:      "the MAC address of %s",
	Children: "the mode or MAC address of %s",
}

// layerKnows says whether one layer of a stack shows the fact. Facts about the
// device itself are asked of the top layer only.
func layerKnows(f Fact, d *hostinfo.Device, top bool) bool {
	switch f {
	case Kinds:
		return d.Kind != hostinfo.KindUnknown
	case Flags:
		return d.Up.Known()
	case Carrier:
		return d.Up == hostinfo.No || d.LowerUp.Known()
	case VLANs:
		return d.Kind != hostinfo.KindUnknown && (d.Kind != hostinfo.KindVLAN || d.VLAN != nil && d.VLAN.Protocol != "") && (!d.IsTunnel() || d.Tunnel != nil)
	case Bonds:
		return d.Kind != hostinfo.KindUnknown && (d.Kind != hostinfo.KindBond || d.Bond != nil && d.Bond.Mode != "" && d.Bond.MIIMon >= 0 && (d.Bond.ARPInterval == 0 || d.Bond.ARPInterval > 0 && d.Bond.ARPValidate != ""))
	case LACP:
		return d.Kind != hostinfo.KindUnknown && (d.Kind != hostinfo.KindBond || d.Bond != nil && (d.Bond.Mode != "802.3ad" || d.Bond.LACP != nil))
	case MTU:
		return !top || d.MTU != 0
	case MAC:
		return !top || d.MAC != "" || d.LinkType != "ether"
	case LinkType:
		return !top || d.LinkType != ""
	}
	return true
}
