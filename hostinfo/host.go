package hostinfo

import (
	"slices"
	"time"
)

// Host is what one machine said about itself at one moment.
type Host struct {
	// Name is the host as the user named it; reports print it.
	Name string `json:"name"`
	// Hostname is what the machine calls itself (uname -n); empty if unknown.
	Hostname string `json:"hostname,omitempty"`
	// UUID is libvirt's host UUID (virConnectGetCapabilities, host/uuid), which
	// libvirt compares to refuse a migration to the same host. Empty if libvirt
	// was not reached. Cloned machines may share it.
	UUID string `json:"uuid,omitempty"`
	// BootID is /proc/sys/kernel/random/boot_id: one running kernel. Two names
	// with one boot id are one host. Empty if unknown.
	BootID string `json:"boot_id,omitempty"`
	// Arch and Kernel are uname -m and uname -r; empty if unknown.
	Arch   string `json:"arch,omitempty"`
	Kernel string `json:"kernel,omitempty"`
	// Gathered is when the device dump was taken, by this machine's clock, UTC.
	Gathered time.Time `json:"gathered"`
	// Via says how the devices were read: "netlink", "iproute2", "sysfs", "agent",
	// or empty if they were not.
	Via string `json:"via,omitempty"`
	// User is who asked on that host ("root", "alice"); empty if unknown.
	User string `json:"user,omitempty"`
	// Devices are the links of the network namespace that was read, in the order
	// of their ifindex.
	Devices []Device `json:"devices,omitempty"`
	// MacvtapModule says whether the kernel has, or can load, the macvtap kind
	// (/sys/class/macvtap, /sys/module/macvtap, modules.builtin, modules.dep).
	MacvtapModule Tri `json:"macvtap_module,omitzero"`
	// VhostNet says whether /dev/vhost-net is there.
	VhostNet Tri `json:"vhost_net,omitzero"`
	// Memory is what the host has for guests; nil if unknown.
	Memory *Memory `json:"memory,omitempty"`
	// System is what the host runs, for people.
	System System `json:"system,omitzero"`
	// Setup is what else a guest's NIC may need of the host.
	Setup Setup `json:"setup,omitzero"`
	// Namespaces are the other network namespaces of the host, as far as a
	// process or a name below /run/netns holds them. Needs root; see
	// FactNamespaces.
	Namespaces []Namespace `json:"namespaces,omitempty"`
	// Libvirt is what the daemon said of itself; nil if it was not reached.
	Libvirt *Libvirt `json:"libvirt,omitempty"`
	// Networks are libvirt's networks, active or not; see FactNetworks.
	Networks []Network `json:"networks,omitempty"`
	// NWFilters are the names of libvirt's network filters
	// (virConnectListAllNWFilters), in order; see FactNWFilters.
	NWFilters []string `json:"nwfilters,omitempty"`
	// Domains are all guests that the daemon knows, in brief; see FactDomains.
	Domains []Domain `json:"domains,omitempty"`
	// Paths are the ways from this host to others' migration ports, tried only
	// when a migration is asked for, and never recorded; see FactPath.
	Paths []Path `json:"-"`
	// Example marks the recorded hosts that come with migcheck, so that nobody
	// takes a report about them for one about his own.
	Example bool `json:"example,omitempty"`
	// Live is set by whoever read the host itself just now. It is never
	// recorded, so that nothing is migrated on the word of a snapshot.
	Live bool `json:"-"`
	// Gaps are the facts that could not be read, and why.
	Gaps []Gap `json:"gaps,omitempty"`
}

// Libvirt is what a libvirt daemon said of itself.
type Libvirt struct {
	URI        string `json:"uri"`                  // as the daemon gives it (virConnectGetURI)
	Version    string `json:"version,omitempty"`    // the daemon's ("9.0.0"; virConnectGetLibVersion); empty if unknown
	Hypervisor string `json:"hypervisor,omitempty"` // its emulator's ("7.2.0"; virConnectGetVersion); empty if unknown
	ReadOnly   bool   `json:"read_only,omitempty"`  // the connection is a read-only one
	Hostname   string `json:"hostname,omitempty"`   // to which it lets others migrate (virConnectGetHostname); empty if unknown
}

// Domain is a guest in brief: enough to see name, identity and MAC conflicts.
type Domain struct {
	Name  string      `json:"name"`
	UUID  string      `json:"uuid"`
	State DomainState `json:"state,omitempty"`
	MACs  []string    `json:"macs,omitempty"` // of all its NICs, lower case; nil if none or its XML could not be read
	// Memory is what its XML says; nil if that could not be read.
	Memory *GuestMemory `json:"memory,omitempty"`
}

// Fact names something that can be read about a host. Gaps and the needs of
// rules are expressed in it.
type Fact string

// The facts that a collector either reads or gives a Gap for.
const (
	FactDevices     Fact = "devices"     // the link dump itself: which devices there are
	FactAltNames    Fact = "altnames"    // alternative names
	FactDetails     Fact = "details"     // kinds and their data: VLAN ids, VNIs, bond modes, macvlan modes
	FactLACP        Fact = "lacp"        // what 802.3ad bonds agreed with their switch
	FactForwarding  Fact = "forwarding"  // Device.Held
	FactBridgeVLANs Fact = "bridgevlans" // Device.BridgePort, of ports and of bridges themselves
	FactNamespaces  Fact = "namespaces"  // the devices of every other network namespace
	FactModules     Fact = "modules"     // Host.MacvtapModule
	FactVhost       Fact = "vhost"       // Host.VhostNet
	FactAddresses   Fact = "addresses"   // Device.Addresses and Setup.DefaultRoutes
	FactHardware    Fact = "hardware"    // Device.VF, Functions, QETH, Speed and Duplex
	FactShaping     Fact = "shaping"     // Setup.Shaping
	FactTaps        Fact = "taps"        // Setup.DevFS and StaleTaps
	FactLLDPAD      Fact = "lldpad"      // Setup.LLDPAD
	FactDaemon      Fact = "daemon"      // Setup.DaemonElsewhere
	FactMemory      Fact = "memory"      // Host.Memory
	FactConfigured  Fact = "configured"  // Setup.Managers and Configured
	FactLibvirt     Fact = "libvirt"     // the daemon: version, UUID
	FactDomains     Fact = "domains"     // Host.Domains
	FactNetworks    Fact = "networks"    // Host.Networks
	FactNWFilters   Fact = "nwfilters"   // Host.NWFilters
	FactPath        Fact = "path"        // Host.Paths
)

// Gap is one fact that could not be read.
type Gap struct {
	Fact   Fact   `json:"fact"`
	Device string `json:"device,omitempty"` // the one device that it concerns; empty: all of them
	Reason string `json:"reason"`           // what was tried and what it answered, lower case, no full stop
}

// OnlyRoot begins the Reason of a Gap that root would not have.
const OnlyRoot = "only root may "

// Missing returns the gap that covers a fact about a device ("" for the host
// as a whole), or nil if the fact was read.
func (h *Host) Missing(fact Fact, device string) *Gap {
	for i := range h.Gaps {
		g := &h.Gaps[i]
		if g.Fact == fact && (g.Device == "" || g.Device == device) {
			return g
		}
	}
	return nil
}

// AddGap notes that a fact could not be read, once.
func (h *Host) AddGap(fact Fact, device, reason string) {
	g := Gap{Fact: fact, Device: device, Reason: reason}
	for _, have := range h.Gaps {
		if have == g {
			return
		}
	}
	h.Gaps = append(h.Gaps, g)
}

// EveryFact returns all facts that a Gap can be about on a host.
func EveryFact() []Fact { return slices.Clone(everyFact) }

var everyFact = []Fact{
	FactDevices, FactAltNames, FactDetails, FactLACP, FactForwarding, FactBridgeVLANs, FactNamespaces,
	FactModules, FactVhost, FactAddresses, FactHardware, FactShaping, FactTaps, FactLLDPAD, FactDaemon,
	FactMemory, FactConfigured, FactLibvirt, FactDomains, FactNetworks, FactNWFilters, FactPath,
}

// Unobserved is a host of which nothing was learned, for the given reason.
func Unobserved(name, reason string) *Host {
	h := &Host{Name: name}
	for _, f := range everyFact {
		h.AddGap(f, "", reason)
	}
	return h
}

// Unreached notes that libvirt on this host gave none of its facts.
func (h *Host) Unreached(reason string) {
	for _, f := range []Fact{FactLibvirt, FactDomains, FactNetworks, FactNWFilters} {
		h.AddGap(f, "", reason)
	}
}
